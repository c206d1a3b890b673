// Checks insights at scale: makes payments up, counts every figure again by SQL, and opens the page in a browser that was never
// there: `npm run insights:check -- --payments 100000 --json`. The last line has the figures. Starts itself as the till.

import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { decimalAmount } from '@tuppence/protocol'
import axe from 'axe-core'
import { chromium, type Page } from 'playwright-core'
import { nodeTill } from '../src/adapters/node.ts'
import { createTill } from '../src/app.ts'
import type { OfferConfig } from '../src/config.ts'
import { openSqliteJournal } from '../src/journal/sqlite.ts'
import { loadAccountKey } from '../src/keys.ts'
import type { Offer } from '../src/offers.ts'
import type { Report } from '../src/insights/report.ts'
import { fillMarket, marketOffers, quickFolder } from '../src/testing/market.ts'
import { recount } from '../src/testing/recount.ts'

const adminToken = 'only-for-the-check-of-insights'
const articles = 40
const days = 90
const endMs = Date.UTC(2026, 10, 22)
const nowMs = (): number => endMs + 9 * 3_600_000
const interactiveWithinMs = 1_000

const { values } = parseArgs({
  options: {
    payments: { type: 'string', default: '100000' },
    /** A folder in which an earlier check left its payments (--keep), where there is one. */
    keep: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: 'tuppence' },
    pictures: { type: 'string' },
    json: { type: 'boolean' },
    role: { type: 'string' },
    dir: { type: 'string', default: '' },
  },
})

if (values.role === 'till') await runTill(values.dir)
else process.exitCode = await check()

async function check(): Promise<number> {
  const payments = Number(values.payments)
  const dir = mkdtempSync(join(tmpdir(), 'till-insights-check-'))
  try {
    await fill(dir, payments)
    const made = count(dir)
    say(`${made.payments} payments are there`)
    const first = await openTill(dir)
    const startedMs = performance.now()
    await (await fetch(`${first.origin}/insights`, { headers: { authorization: `Bearer ${adminToken}` } })).text()
    const firstPageMs = Math.round(performance.now() - startedMs)
    const report = await reportOf(first.origin, '')
    const firstReportMs = Math.round(performance.now() - startedMs)
    say(`closed ${days} days and their months, and reported, in ${firstReportMs} ms`)
    const compared = await compare(dir, first.origin)
    for (const difference of compared.differences.slice(0, 20)) say(`DIFFERS ${difference}`)
    await first.close()
    const looks: number[] = []
    for (let round = 0; round < Number(values.rounds); round += 1) looks.push(await look(dir))
    const wrong = await inspect(dir, values.pictures)
    for (const what of wrong) say(`WRONG ${what}`)
    const sorted = looks.toSorted((a, b) => a - b)
    const medianMs = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
    const isRight = compared.differences.length === 0 && made.refunds > 0 && report.months.length > 0
    const result = {
      payments: made.payments,
      refunds: made.refunds,
      views: made.views,
      figures: compared.figures,
      differences: compared.differences.length,
      firstPageMs,
      firstReportMs,
      wrong: wrong.length,
      interactiveMs: { median: medianMs, fastest: Math.round(sorted[0] ?? 0), slowest: Math.round(sorted.at(-1) ?? 0) },
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      passed: isRight && wrong.length === 0 && medianMs <= interactiveWithinMs,
    }
    console.log(JSON.stringify(result))
    return result.passed ? 0 : 1
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function say(text: string): void {
  if (!values.json) console.log(text)
}

/** Writes the market through the journal's own calls, in memory first, since each of them waits for its disk. */
async function fill(dir: string, payments: number): Promise<void> {
  const kept = values.keep === undefined ? undefined : join(values.keep, `insights-${payments}-${values.seed}.db`)
  if (kept !== undefined && existsSync(kept)) return cpSync(kept, join(dir, 'till.db'))
  const quick = quickFolder('till-insights-fill-')
  try {
    const startedMs = performance.now()
    const journal = openSqliteJournal(join(quick, 'till.db'))
    const readers = Math.ceil(payments / 6)
    await fillMarket(journal, { seed: values.seed, payments, days, endMs, articles, readers })
    await journal.close()
    say(`made ${payments} payments up in ${Math.round((performance.now() - startedMs) / 1_000)} s`)
    if (kept !== undefined) cpSync(join(quick, 'till.db'), kept)
    cpSync(quick, dir, { recursive: true })
  } finally {
    rmSync(quick, { recursive: true })
  }
}

/** What there is to tell of. */
function count(dir: string): Readonly<{ payments: number; refunds: number; views: number }> {
  const db = new DatabaseSync(join(dir, 'till.db'))
  try {
    return db
      .prepare(
        'SELECT count(*) AS payments, count(refunded_at_ms) AS refunds, (SELECT sum(asked) FROM sale) AS views FROM payment',
      )
      .get() as Readonly<{ payments: number; refunds: number; views: number }>
  } finally {
    db.close()
  }
}

async function compare(dir: string, origin: string) {
  const { saltSecret } = await loadAccountKey(dir)
  const ranges = [
    '',
    '?from=2026-08-01&to=2026-11-21',
    '?from=2026-09-15&to=2026-10-31',
    '?from=2026-11-03&to=2026-11-09',
  ]
  let figures = 0
  const differences: string[] = []
  for (const range of ranges) {
    const counted = recount(join(dir, 'till.db'), await reportOf(origin, range), saltSecret)
    figures += counted.figures
    differences.push(...counted.differences)
  }
  return { figures, differences }
}

async function reportOf(origin: string, range: string): Promise<Report> {
  // Counting again blocks this process for longer than a connection is kept.
  const answer = await fetch(`${origin}/insights/data.json${range}`, {
    headers: { authorization: `Bearer ${adminToken}`, connection: 'close' },
  })
  if (!answer.ok) throw new Error(`the report: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Report
}

/** A till that was just started, a browser that was just started: milliseconds from asking for the page to charts that answer keys. */
async function look(dir: string): Promise<number> {
  const till = await openTill(dir)
  const browser = await openBrowser()
  try {
    const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${adminToken}` } })
    const page = await context.newPage()
    await page.goto(`${till.origin}/insights`)
    await page.waitForFunction(() => performance.getEntriesByName('insights-drawn').length > 0)
    return await page.evaluate(() => performance.getEntriesByName('insights-drawn')[0]?.startTime ?? Infinity)
  } finally {
    await browser.close()
    await till.close()
  }
}

/**
 * The page as four readers of it have it: by axe's rules, by keyboard, without a word of the browser's console; and a picture of each.
 *
 * @returns What is wrong, in words.
 */
async function inspect(dir: string, folder: string | undefined): Promise<string[]> {
  const till = await openTill(dir)
  const browser = await openBrowser()
  const wrong: string[] = []
  for (const [size, width] of [
    ['desktop', 1_280],
    ['phone', 390],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      const extraHTTPHeaders = { authorization: `Bearer ${adminToken}` }
      const viewport = { width, height: 900 }
      // Axe comes from elsewhere than the page's policy allows; what the page itself breaks is still told.
      const context = await browser.newContext({ viewport, colorScheme, extraHTTPHeaders })
      const page = await context.newPage()
      const name = `${size} ${colorScheme}`
      page.on('console', (message) => wrong.push(`${name}: ${message.text()}`))
      page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`))
      await page.goto(`${till.origin}/insights`)
      await page.waitForFunction(() => performance.getEntriesByName('insights-drawn').length > 0)
      wrong.push(...(await walk(page)).map((what) => `${name}: ${what}`))
      if (folder !== undefined)
        await page.screenshot({ path: join(folder, `insights-${size}-${colorScheme}.png`), fullPage: true })
      wrong.push(...(await audit(page)).map((what) => `${name}: ${what}`))
      await context.close()
    }
  await browser.close()
  await till.close()
  return wrong
}

/** Goes through a chart by its keys, and looks for what is wider than the window. */
async function walk(page: Page): Promise<string[]> {
  const plot = page.locator('.plot').first()
  const readout = page.locator('.readout').first()
  await plot.focus()
  const told = new Set([await readout.textContent()])
  for (const key of ['Home', 'ArrowRight', 'End', 'ArrowLeft']) {
    await page.keyboard.press(key)
    await page.waitForFunction(() => true)
    told.add(await readout.textContent())
  }
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  return [...(told.size < 4 ? [`keys told ${told.size} days`] : []), ...(isWide ? ['wider than the window'] : [])]
}

async function audit(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] }
  return found.violations.map(({ id, nodes }) => `axe ${id}: ${nodes[0]?.html ?? ''}`)
}

function openBrowser() {
  const executablePath = process.env['CHROMIUM'] ?? ['/usr/bin/chromium'].find((path) => existsSync(path))
  return chromium.launch({ args: ['--no-sandbox'], ...(executablePath !== undefined && { executablePath }) })
}

/** This file again, as the till's process. */
async function openTill(dir: string): Promise<Readonly<{ origin: string; close: () => Promise<void> }>> {
  const flags = ['--disable-warning=ExperimentalWarning', '--conditions=@tuppence/source']
  const child = spawn(process.execPath, [...flags, import.meta.filename, '--role', 'till', '--dir', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim()))
    child.once('exit', (code) => reject(new Error(`the till ended with ${code}`)))
  })
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

async function runTill(dir: string): Promise<void> {
  const server = createServer((incoming, outgoing) => void nodeTill(till)(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const till = await createTill({
    config: {
      origin,
      realm: 'The Morning Penny',
      account: 'news',
      // Nobody is there: nothing here needs a mint.
      mint: { url: 'http://127.0.0.1:9' },
      dataDir: dir,
      offers: marketOffers(articles).map(written),
      insights: { adminToken },
    },
    content: async () => ({ contentType: 'text/plain', body: '' }),
    log: () => {},
    nowMs,
  })
  process.once('SIGTERM', () => {
    server.closeAllConnections()
    server.close()
    void till.close()
  })
  process.stdout.write(`${origin}\n`)
}

/** An offer as a configuration has it. */
function written(offer: Offer): OfferConfig {
  const { id, path, title } = offer
  const decimal = (amount: number): string => decimalAmount(amount, offer.unit)
  if (offer.kind === 'tip') return { kind: 'tip', id, path, title, min: decimal(offer.min), max: decimal(offer.max) }
  if (offer.kind === 'pass') return { kind: 'pass', id, path, title, price: decimal(offer.price), per: offer.per }
  const { experiment } = offer
  const prices = experiment && { experiment: { ...experiment, prices: experiment.prices.map(decimal) } }
  return { kind: 'article', id, path, title, price: decimal(offer.price), ...prices }
}
