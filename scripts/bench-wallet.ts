// How long a reader waits, as ratios: `npm run bench:wallet -- --json`. Medians of 30 where nothing else is said; the last line
// is one JSON object.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { timeClicks } from './bench/click.ts'
import { recoverInChromium } from './bench/recover-bench.ts'
import type { runCurve } from './bench/curve.ts'
import { root } from './steps/program.ts'

const rounds = 30

/** `max`: ours may take that many times the baseline. `min`: the baseline must take that many times ours. */
const goals = {
  clickToContent: { max: 3 },
  unblind: { min: 6 },
  dleq: { min: 3.5 },
  unblindNode: { min: 6 },
  dleqNode: { min: 3.5 },
} as const

type Ratios = Record<keyof typeof goals, number>
type CurveTimes = ReturnType<typeof runCurve>

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
}

const ms = (values: number[]) => `${median(values).toFixed(2)} ms`
const say = (text: string) => console.error(`[tuppence] ${text}`)

/** A benchmark as one file: what both engines run is the same code. */
async function bundle(name: string): Promise<string> {
  const folder = join(root, '.tmp')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `bench-${name}.mjs`)
  await build({
    stdin: {
      contents: `export * from './${name}.ts'`,
      resolveDir: join(import.meta.dirname, 'bench'),
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    conditions: ['@tuppence/source'],
    outfile,
    logLevel: 'error',
  })
  return outfile
}

function curveInNode(file: string): CurveTimes {
  const code = `import { runCurve } from ${JSON.stringify(`file://${file}`)}; console.log(JSON.stringify(runCurve(${rounds})))`
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  return JSON.parse(text) as CurveTimes
}

async function curveInChromium(file: string): Promise<CurveTimes> {
  const executablePath = process.env['CHROMIUM']
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage()
    await page.route('**/*', (route) =>
      route.request().url().endsWith('/curve.mjs')
        ? route.fulfill({ path: file, contentType: 'text/javascript' })
        : route.fulfill({ body: '<!doctype html><title>curve</title>', contentType: 'text/html' }),
    )
    await page.goto('http://bench.localhost/')
    const code = `import('/curve.mjs').then(({ runCurve }) => runCurve(${rounds}))`
    return (await page.evaluate(code)) as CurveTimes
  } finally {
    await browser.close()
  }
}

function ratio(name: keyof Ratios, value: number, detail: string): number {
  const goal: { min?: number; max?: number } = goals[name]
  const met = value <= (goal.max ?? Number.POSITIVE_INFINITY) && value >= (goal.min ?? 0)
  const wanted = goal.max === undefined ? `>= ${goal.min}` : `<= ${goal.max}`
  say(`${name.padEnd(15)} ${value.toFixed(2).padStart(6)}  (goal ${wanted}: ${met ? 'met' : 'MISSED'})  ${detail}`)
  return Math.round(value * 100) / 100
}

function curveRatio(name: keyof Ratios, { ours, theirs }: CurveTimes['unblind']): number {
  return ratio(name, median(theirs) / median(ours), `ours ${ms(ours)}, cashu-ts ${ms(theirs)}, 16 coins`)
}

say(`curve: ${rounds} rounds of 16 coins, ours and cashu-ts in turn, in Node and in Chromium`)
const file = await bundle('curve')
const inNode = curveInNode(file)
const inChromium = await curveInChromium(file)
say(`clicks: ${rounds} unseen articles and ${rounds} plain fetches in turn`)
const clicks = await timeClicks(rounds)
const ratios: Ratios = {
  clickToContent: ratio(
    'clickToContent',
    median(clicks.paid) / median(clicks.plain),
    `paid ${ms(clicks.paid)}, plain ${ms(clicks.plain)}`,
  ),
  unblind: curveRatio('unblind', inChromium.unblind),
  dleq: curveRatio('dleq', inChromium.dleq),
  unblindNode: curveRatio('unblindNode', inNode.unblind),
  dleqNode: curveRatio('dleqNode', inNode.dleq),
}
/** The least that 95 of 100 are not above. */
function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN
}

const { own, atOnce } = clicks
if (atOnce.length === 0) throw new Error('no click was paid at once: there is nothing to tell of')
const times = {
  payPathMs: median(own),
  payPathP95Ms: p95(own),
  payPathAtOnce: atOnce.length,
  payPathAtOnceMs: median(atOnce),
  payPathAtOnceP95Ms: p95(atOnce),
}
say(
  `payPath         ${times.payPathMs.toFixed(2)} ms from click to request, p95 ${times.payPathP95Ms.toFixed(2)} (goal 10)`,
)
say(
  `                ${times.payPathAtOnceMs.toFixed(2)} ms, p95 ${times.payPathAtOnceP95Ms.toFixed(2)}, the ${atOnce.length} of ${rounds} that needed no change first`,
)

// Change that is made on the way finishes some of them.
const payments = 56
say(`recovery: ${payments} payments whose answers were lost, in Chromium on IndexedDB`)
const recovery = await recoverInChromium(await bundle('recovery'), payments)
if (recovery.open < 50 || recovery.finished < recovery.open || recovery.balance !== 1_000 - payments * 5)
  throw new Error(`recovery is not what was to be measured: ${JSON.stringify(recovery)}`)
const recoverGoalMs = 1_000 + recovery.open * recovery.roundTripMs
say(
  `recover         ${recovery.open} open: ${recovery.recoverMs.toFixed(0)} ms (goal ${recoverGoalMs.toFixed(0)}: 1 s and a round trip each)`,
)

const rounded = Object.fromEntries(
  Object.entries({
    ...times,
    recoverOpen: recovery.open,
    recoverMs: recovery.recoverMs,
    roundTripMs: recovery.roundTripMs,
  }).map(([name, value]) => [name, Math.round(value * 100) / 100]),
)
// A missed goal is told, not failed: on a busy machine a ratio can be off, and whoever reads this decides.
console.log(process.argv.includes('--json') ? JSON.stringify({ ...ratios, ...rounded }) : '')
