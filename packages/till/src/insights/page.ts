/** The insights page: rendered here whole, readable without its script, which only draws; answer.ts sends it. */
import { decimalAmount } from '@tuppence/protocol'
import { escapeHtml } from '../page.ts'
import { assetUrl } from './assets.ts'
import { csvTables } from './export.ts'
import { barred, day, money, number, percent, section, table } from './html.ts'
import { experimentSections, pairsSection, ratesSection, readersSection } from './page-readers.ts'
import type { DayLine, Report } from './report.ts'

/** What the page is about. `base`: its own address. `back`: a way to the rest of the publisher's pages. */
export type PageContext = Readonly<{
  name: string
  base: string
  back?: Readonly<{ href: string; text: string }>
  leave?: true
}>

/** The page of a report. */
export function insightsPage(report: Report, context: PageContext): string {
  const { base, name } = context
  const body = `<header>
<div><p class="who">${escapeHtml(name)}</p><h1>Insights</h1></div>
${rangeForm(report, base)}
</header>
<main>
${closedNote(report)}
${cards(report)}
${report.days.length === 0 ? '' : dayCharts(report)}
${offersSection(report)}
${ratesSection(report)}
${pricesSection(report)}
${readersSection(report)}
${pairsSection(report)}
${experimentSections(report)}
${privacyNote(report)}
</main>
${footer(report, context)}`
  return document(`Insights: ${name}`, base, body)
}

/** Asks for the token. */
export function signInPage(base: string, note = ''): string {
  const body = `<main class="enter"><h1>Insights</h1>
<form method="post" action="${escapeHtml(base)}"><p><label>Token <input type="password" name="token" autocomplete="current-password" required></label></p>
<p role="alert">${escapeHtml(note)}</p><button name="action" value="enter">Enter</button></form></main>`
  return document('Insights', base, body)
}

function document(title: string, base: string, body: string): string {
  const url = (file: string): string => escapeHtml(assetUrl(base, file))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${url('insights.css')}">
<script src="${url('insights.js')}" type="module"></script>
<body>
${body}
</body>
</html>
`
}

function rangeForm({ from, to }: Report, base: string): string {
  return `<form method="get" action="${escapeHtml(base)}" class="range">
<label>From <input type="date" name="from" value="${from}" required></label>
<label>to <input type="date" name="to" value="${to}" required></label>
<button>Show</button></form>`
}

function closedNote({ closedTo, isClosing, open, unit }: Report): string {
  const since = closedTo === undefined ? 'So far' : `After ${day(closedTo)}`
  const sum = `${number(open.sold)} sold for <b>${money(open.amount, unit)}</b>${open.refunds > 0 ? `, ${money(open.refunded, unit)} given back` : ''}`
  return `<p class="open" id="open">${since}: ${sum}. What it was, and everything below, is told once the day is over (UTC).${isClosing ? ' <b>Days are still being counted: look again in a moment.</b>' : ''}</p>`
}

function cards({ days, unit, months }: Report): string {
  const total = (field: 'sold' | 'amount' | 'refunded' | 'refunds'): number =>
    days.reduce((sum, line) => sum + line[field], 0)
  const seen = days.filter(({ views }) => views !== null)
  const views = seen.reduce((sum, line) => sum + (line.views ?? 0), 0)
  const sold = seen.reduce((sum, line) => sum + line.sold, 0)
  const last = months.at(-1)
  const readers = last && [last.back.returning, last.back.first]
  const back = readers?.every((count) => count !== null)
    ? percent((readers[0] as number) / ((readers[0] as number) + (readers[1] as number)))
    : '–'
  const card = (label: string, value: string, note: string): string =>
    `<div><dt>${label}</dt><dd><b>${value}</b> <span>${note}</span></dd></div>`
  return `<dl class="cards">
${card('Earned', money(total('amount') - total('refunded'), unit), `${money(total('refunded'), unit)} given back`)}
${card('Sold', number(total('sold')), `${number(total('refunds'))} given back`)}
${card('Views that sold', views === 0 ? '–' : percent(Math.min(1, sold / views)), `of ${number(views)}; tips count as sold`)}
${card('Readers who came back', back, last ? `in ${last.month}` : 'told once a month is over')}
</dl>`
}

function dayCharts(report: Report): string {
  const { days, unit } = report
  const earned = chart(report, {
    id: 'earned',
    kind: 'money',
    says: `Earned by day; at most ${money(Math.max(...days.map(({ amount }) => amount)), unit)}.`,
    columns: ['Day', 'Earned', 'Sold', 'Given back'],
    row: (line) => [
      cell(line.amount, money(line.amount, unit)),
      number(line.sold),
      cell(line.refunded, money(line.refunded, unit)),
    ],
  })
  const shares = days.flatMap(({ views, sold }) => (views ? [sold / views] : []))
  const rate = chart(report, {
    id: 'rate',
    kind: 'share',
    says:
      shares.length === 0
        ? 'No views yet.'
        : `Share of views that sold by day, from ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}. Tips count as sold, and nobody is counted who looks at a tip jar.`,
    columns: ['Day', 'Views that sold', 'Views', 'Sold'],
    row: ({ views, sold }) => [
      views ? cell(sold / views, percent(sold / views)) : '<span data-v="">too few views</span>',
      views === null ? '–' : number(views),
      number(sold),
    ],
  })
  return (
    section('earned-by-day', 'Earned by day', earned, 'half') +
    section('views-that-sold', 'Views that sold', rate, 'half')
  )
}

/** A figure that the script draws from the table in it. */
function chart(
  { days, unit }: Report,
  how: Readonly<{
    id: string
    kind: 'money' | 'share'
    says: string
    columns: readonly string[]
    row: (line: DayLine) => readonly string[]
  }>,
): string {
  const { id, kind, says, columns, row } = how
  const digits = decimalAmount(1, unit).length - 2
  const rows = days.map((line) => [`<time datetime="${line.day}">${day(line.day)}</time>`, ...row(line)])
  const heads = columns.map((name, index) => (index === 0 ? { name } : ({ name, align: 'end' } as const)))
  return `<figure data-chart="${kind}" data-unit="${escapeHtml(unit)}" data-digits="${Math.max(0, digits)}">
<figcaption id="${id}-says">${says}</figcaption>
<div class="plot" hidden tabindex="0" role="group" aria-roledescription="chart" aria-labelledby="${id}-says" aria-describedby="${id}-keys"></div>
<p class="readout" aria-live="polite"></p>
<p class="unseen" id="${id}-keys" hidden>Left and right arrow keys go from day to day.</p>
<details><summary>As a table</summary>${table(says, heads, rows)}</details>
</figure>`
}

function cell(value: number, text: string): string {
  return `<span data-v="${value}">${text}</span>`
}

function offersSection({ offers, rest, unit, groupMin }: Report): string {
  const largest = Math.max(0, ...offers.map(({ amount }) => amount))
  const rows = offers.map(({ title, kind, amount, sold, refunds, refunded, views }) => [
    barred(`${escapeHtml(title)}${kind === 'article' ? '' : ` <span class="kind">${kind}</span>`}`, amount, largest),
    money(amount, unit),
    number(sold),
    views === 0 ? '–' : number(views),
    refunds === 0 ? '–' : `${number(refunds)} (${money(refunded, unit)})`,
  ])
  rows.push([
    '<i>All that is not told by itself</i>',
    money(rest.amount, unit),
    number(rest.sold),
    '–',
    rest.refunds === 0 ? '–' : `${number(rest.refunds)} (${money(rest.refunded, unit)})`,
  ])
  const columns = [
    { name: 'Offer' },
    { name: 'Earned', align: 'end' },
    { name: 'Sold', align: 'end' },
    { name: 'Views', align: 'end' },
    { name: 'Given back', align: 'end' },
  ] as const
  const note = `<p class="quiet">At least so much: an offer is told by the day once ${groupMin} readers have bought it on that day, else with its month, and else with the rest.</p>`
  return section(
    'by-offer',
    'By article',
    offers.length === 0 ? noneYet(groupMin) : table('Earned by article', columns, rows) + note,
  )
}

function pricesSection({ prices, unit }: Report): string {
  if (prices.length === 0) return ''
  const largest = Math.max(...prices.map(({ amount }) => amount))
  const rows = prices.map(({ price, amount, sold, views }) => [
    barred(money(price, unit), amount, largest),
    money(amount, unit),
    number(sold),
    views === 0 ? '–' : number(views),
  ])
  const columns = [
    { name: 'Price' },
    { name: 'Earned', align: 'end' },
    { name: 'Sold', align: 'end' },
    { name: 'Views', align: 'end' },
  ] as const
  return section('by-price', 'By price', table('Earned by price', columns, rows), 'half')
}

function noneYet(groupMin: number): string {
  return `<p>Nothing to tell yet: it takes ${groupMin} readers on one day, or in one month.</p>`
}

function privacyNote({ groupMin }: Report): string {
  return section(
    'privacy',
    'Nobody in particular',
    `<p>No figure here is of fewer than ${groupMin} readers but the account’s own totals, which its statement has too. What is told of a day or a month is told once and stays as it is. Counts of readers are rounded to multiples of ${groupMin}, up or down by chance. Views are counted, and nobody who viewed.</p>`,
  )
}

function footer({ from, to }: Report, { base, back, leave }: PageContext): string {
  const query = `from=${from}&amp;to=${to}`
  const options = csvTables.map(
    (name) => `<li><a href="${escapeHtml(base)}/data.csv?${query}&amp;table=${name}" download>${name}.csv</a></li>`,
  )
  const links = [
    ...(back ? [`<a href="${escapeHtml(back.href)}">${escapeHtml(back.text)}</a>`] : []),
    ...(leave
      ? [`<form method="post" action="${escapeHtml(base)}"><button name="action" value="leave">Leave</button></form>`]
      : []),
  ]
  return `<footer><nav aria-label="Download"><h2>Download</h2><ul><li><a href="${escapeHtml(base)}/data.json?${query}" download>data.json</a></li>${options.join('')}</ul></nav>${links.join(' ')}</footer>`
}
