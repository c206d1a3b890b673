import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Journal } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { fillMarket, quickFolder, type Market } from '../testing/market.ts'
import { recount } from '../testing/recount.ts'
import { closings } from './closing.ts'
import { toCsv } from './export.ts'
import { makeReport, type Range, type Report } from './report.ts'

const secret = new TextEncoder().encode('secret')
const endMs = Date.UTC(2026, 10, 8)
const nowMs = (): number => endMs + 3_600_000
let dir: string
let path: string
let journal: Journal
let market: Market

beforeAll(async () => {
  dir = quickFolder('till-insights-')
  path = join(dir, 'till.db')
  journal = openSqliteJournal(path)
  const plan = { payments: 2_500, days: 40, articles: 9, readers: 400, refundShare: 0.2 }
  market = await fillMarket(journal, { seed: 'report', endMs, ...plan })
  const closing = closings({ journal, nowMs, dither: { secret, groupMin: 10 }, keepDays: 400 }, () => {})
  await closing.run()
  await closing.stop()
})
afterAll(async () => {
  await journal.close()
  rmSync(dir, { recursive: true })
})

const report = (range: Range = {}): Promise<Report> =>
  makeReport({ journal, nowMs, offers: market.offers, unit: 'usd', groupMin: 10, isClosed: true }, range)

describe('a report', () => {
  test('is what plain SQL counts, for any range', async () => {
    const ranges: Range[] = [{}, { from: '2026-09-01', to: '2026-10-31' }, { from: '2026-10-07', to: '2026-10-12' }]
    for (const range of ranges) {
      const { figures, differences } = recount(path, await report(range), secret)
      expect(differences).toEqual([])
      expect(figures).toBeGreaterThan(40)
    }
  })

  test('has something of everything', async () => {
    const { days, offers, prices, months, experiments, cells } = await report({ from: '2026-09-01', to: '2026-11-07' })
    expect(days).toHaveLength(40)
    expect(offers.length).toBeGreaterThan(8)
    expect(prices.length).toBeGreaterThan(3)
    expect(new Set(cells.map(({ measure }) => measure))).toEqual(new Set(['sale', 'refund', 'view']))
    expect(months.map(({ month }) => month)).toEqual(['2026-09', '2026-10'])
    expect(months[1]?.pairs.length).toBeGreaterThan(3)
    expect(experiments).toMatchObject([{ experiment: 'autumn', arms: [{ price: 3 }, { price: 5 }] }])
  })

  test('refuses a range that is none, by its field', async () => {
    const refused = async (range: Range) =>
      (await report(range).catch((error: unknown) => error)) as { details: object }
    for (const [range, field] of [
      [{ from: '2026-02-30' }, 'from'],
      [{ to: 'today' }, 'to'],
      [{ from: '2026-11-02', to: '2026-11-01' }, 'from'],
      [{ from: '1970-01-01' }, 'from'],
      [{ from: '2026-10-01T00:00' }, 'from'],
    ] as const)
      expect((await refused(range)).details).toMatchObject({ field })
  })

  test('can be had as CSV of which a spreadsheet makes no formula, and amounts stay to the cent', async () => {
    const base = await report()
    const hostile: Report = {
      ...base,
      offers: [
        {
          id: '=1+1',
          title: '=HYPERLINK("https://evil.example","x")',
          kind: 'article',
          sold: 10,
          amount: 110,
          refunds: 0,
          refunded: 0,
          views: 0,
        },
        {
          id: '@a',
          title: '+1, -1 "and"\nmore',
          kind: 'article',
          sold: 10,
          amount: 5,
          refunds: 0,
          refunded: 0,
          views: 0,
        },
        { id: '-b', title: '\tb', kind: 'article', sold: 10, amount: 1_000, refunds: 0, refunded: 0, views: 0 },
      ],
      rest: { sold: -1, amount: -5, refunds: 0, refunded: 0 },
    }
    const lines = toCsv(hostile, 'offers').split('\r\n')
    expect(lines[0]).toBe('id,title,kind,sold,amount,refunds,refunded,views')
    expect(lines[1]).toBe(`'=1+1,"'=HYPERLINK(""https://evil.example"",""x"")",article,10,1.10,0,0.00,0`)
    expect(lines.slice(2).join('\r\n')).toBe(
      `'@a,"'+1, -1 ""and""\nmore",article,10,0.05,0,0.00,0\r\n'-b,'\tb,article,10,10.00,0,0.00,0\r\n,Not told by offer,,-1,-0.05,0,0.00,\r\n`,
    )
    for (const table of ['days', 'prices', 'cells', 'readers', 'pairs', 'rates', 'experiments'])
      expect(toCsv(base, table).split('\r\n').length).toBeGreaterThan(2)
    expect(() => toCsv(base, 'constructor')).toThrow()
  })
})
