// How the operator's pages look, light and dark, on a phone and on a desk; layout.ts puts it into each page.

/** The one stylesheet; the colours are the wallet's. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f5f3ed, #0f1312); --card: light-dark(#fff, #181d1b); --text: light-dark(#14181a, #f0f3f1);
  --muted: light-dark(#515c64, #a6b1ac); --line: light-dark(#dedbd2, #303835); --accent: light-dark(#0c6b53, #46c69f);
  --on-accent: light-dark(#fff, #06140f); --tint: light-dark(#e6f1ec, #16302a); --copper: light-dark(#8f4813, #e3a878);
  --copper-tint: light-dark(#fbf0e6, #2d2119); --bad: light-dark(#a3281f, #ff9a8f); --bad-tint: light-dark(#fbe9e7, #351c19);
  --field: light-dark(#7d868c, #76827c);
  font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); accent-color: var(--accent);
  -webkit-text-size-adjust: 100%; overflow-wrap: break-word;
}
*, *::before, *::after { box-sizing: border-box }
body { margin: 0 }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0 }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em }
h2 { font-size: 1.125rem; line-height: 1.3 }
h3 { font-size: 1rem; line-height: 1.3 }
ul, ol { list-style: none }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }
.skip { position: absolute; left: 12px; top: -80px; background: var(--accent); color: var(--on-accent); padding: 10px 16px; border-radius: 12px }
.skip:focus { top: 12px }
body > header { background: var(--card); border-bottom: 1px solid var(--line) }
.bar { max-width: 1080px; margin: 0 auto; padding: 6px 20px; display: flex; flex-wrap: wrap; align-items: center; gap: 0 24px }
.brand { display: flex; align-items: center; gap: 10px; min-height: 48px; font-weight: 700; letter-spacing: -.01em; color: inherit; text-decoration: none }
.brand svg { color: var(--copper) }
nav ul { display: flex; flex-wrap: wrap; gap: 4px }
nav a { display: flex; align-items: center; gap: 6px; min-height: 44px; padding: 0 12px; border-radius: 10px; color: var(--muted); text-decoration: none; font-weight: 600 }
nav a:hover { color: var(--text); background: var(--paper) }
nav a[aria-current] { color: var(--accent); background: var(--tint) }
.who { margin-left: auto; display: flex; align-items: center; gap: 12px; color: var(--muted); font-size: .9375rem }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 72px; display: grid; gap: 28px }
main:focus { outline: none }
.lead { display: grid; gap: 6px }
.lead p { max-width: 46rem }
.muted { color: var(--muted) }
.small { font-size: .875rem }
.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 20px }
section { display: grid; gap: 12px; min-width: 0 }
.none { color: var(--muted); padding: 18px 20px; border: 1px dashed var(--line); border-radius: 16px }
.items { display: grid; gap: 12px }
.item { display: grid; gap: 10px; position: relative }
.item:hover { border-color: var(--field) }
.item .top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 4px 16px }
.item h3 a { color: inherit; text-decoration: none; font-size: 1.0625rem }
.item h3 a::after { content: ''; position: absolute; inset: 0; border-radius: 16px }
.amount { font-size: 1.25rem; font-weight: 700; font-variant-numeric: tabular-nums; letter-spacing: -.01em }
.rows { display: grid; gap: 14px }
.rows li { display: grid; gap: 4px }
.rows li + li { border-top: 1px solid var(--line); padding-top: 14px }
.rows h3 .muted { font-weight: 400 }
.reasons { display: grid; gap: 6px }
.reasons li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 10px; align-items: baseline }
.tags { display: flex; flex-wrap: wrap; align-items: center; gap: 6px }
.tags .amount { margin-inline-end: 6px }
.tag { display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: .8125rem; font-weight: 600; white-space: nowrap; background: var(--tint); color: var(--accent) }
.tag.warn { background: var(--copper-tint); color: var(--copper) }
.tag.bad { background: var(--bad-tint); color: var(--bad) }
.tag.dull { background: var(--paper); color: var(--muted) }
.columns { display: grid; gap: 24px }
.columns > * { display: grid; gap: 24px; align-content: start; min-width: 0 }
@media (min-width: 900px) {
  .columns { grid-template-columns: minmax(0, 1fr) 340px; grid-template-rows: auto 1fr }
  .columns > aside { grid-column: 2; grid-row: 1 / span 2 }
  .columns > div { grid-column: 1 }
}
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 8px 20px }
.facts dt { color: var(--muted) }
.facts dd { font-variant-numeric: tabular-nums }
.finding { display: grid; gap: 8px }
.finding + .finding { border-top: 1px solid var(--line); padding-top: 16px; margin-top: 16px }
summary { cursor: pointer; color: var(--muted); font-size: .875rem; min-height: 28px }
.figures { display: flex; flex-wrap: wrap; gap: 6px 20px; font-size: .875rem }
.figures div { display: flex; gap: 6px }
.figures dt { color: var(--muted) }
.figures dd { font-variant-numeric: tabular-nums }
.history li { display: grid; gap: 2px; padding-inline-start: 18px; border-inline-start: 2px solid var(--line); padding-block: 6px; position: relative }
.history li::before { content: ''; position: absolute; inset-inline-start: -6px; top: 13px; width: 10px; height: 10px; border-radius: 50%; background: var(--field) }
.history.card { padding-inline-start: 28px }
.history li.approve::before { background: var(--accent) }
.history li.reject::before { background: var(--bad) }
.table { border: 1px solid var(--line); border-radius: 16px; background: var(--card); overflow: hidden; min-width: 0 }
.table > p { padding: 14px 16px 6px; font-weight: 600 }
.scroll { overflow-x: auto }
.scroll:focus-visible { outline-offset: 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; padding: 9px 16px; border-top: 1px solid var(--line); vertical-align: top }
th { font-size: .8125rem; color: var(--muted); font-weight: 600 }
thead th { border-top: 0 }
th, td:first-child { white-space: nowrap }
tbody th { font-size: inherit; color: inherit }
td.good { background: var(--tint); color: var(--accent); font-weight: 600 }
form { display: grid; gap: 14px }
.who form { display: block }
label { display: grid; gap: 6px; font-weight: 600 }
label span { font-weight: 400; color: var(--muted); font-size: .875rem }
input, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--field); border-radius: 10px; padding: 10px 12px; min-height: 46px; width: 100% }
textarea { min-height: 104px; resize: vertical }
button { font: inherit; font-weight: 600; min-height: 46px; padding: 8px 18px; border-radius: 12px; border: 1px solid var(--line); background: transparent; color: var(--text); cursor: pointer }
button:hover { border-color: var(--field) }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
button.bad { color: var(--bad); border-color: currentColor }
button.plain { min-height: 40px; padding: 4px 12px }
.buttons { display: grid; gap: 8px }
.say { padding: 12px 16px; border-radius: 12px; background: var(--tint); border: 1px solid var(--line) }
.say.warn { background: var(--copper-tint) }
.say.bad { background: var(--bad-tint) }
.alone { max-width: 400px; margin: 8vh auto 0; width: 100% }
code { font: .875em/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
@media (max-width: 640px) {
  .bar { padding-inline: 12px }
  .bar nav { order: 3; width: 100% }
  nav ul { justify-content: space-between; gap: 0 }
  nav a { padding: 0 10px }
  main { padding: 20px 14px 56px; gap: 24px }
  .card { padding: 16px }
  .reasons li { grid-template-columns: minmax(0, 1fr); gap: 2px; justify-items: start }
  .facts { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 8px 12px }
  th, td { padding: 8px 12px }
  .who span { max-width: 40vw; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
}
`
