import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { openSqliteJournal } from './journal/sqlite.ts'
import { reportOf } from './report.ts'
import { openStage, type Stage } from './testing/stage.ts'

const dayMs = 86_400_000
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test('adds a day up: views, articles, tips and those at the most, prices that were sold at', () => {
  const startMs = Date.UTC(2026, 10, 21)
  const sale = { dayMs: startMs, asked: 0, refunded: 0, refundedAmount: 0 }
  const sales = [
    { ...sale, offerId: 'salt', price: 5, asked: 90, count: 3, amount: 15 },
    { ...sale, offerId: 'salt', price: 4, asked: 10, count: 1, amount: 4 },
    { ...sale, offerId: 'jar', price: 7, count: 2, amount: 14 },
    { ...sale, offerId: 'jar', price: 1000, count: 1, amount: 1000 },
  ]
  expect(reportOf(parseConfig(stage.config), startMs, sales)).toEqual({
    day: '2026-11-21',
    unit: 'usd',
    views: 100,
    unlocks: 4,
    tips: { count: 3, amount: 1014, atMax: 1 },
    tipJar: { min: 5, max: 1000 },
    prices: [5, 2, 4],
  })
})

test('tells the mint of days that are over, signed, and only where it is asked to', async () => {
  const yesterday = Math.floor(Date.now() / dayMs) * dayMs - dayMs
  const journal = openSqliteJournal(join(stage.dir, 'till', 'till.db'))
  await journal.asked([{ dayMs: yesterday, offerId: 'salt', price: 5, asked: 12 }])
  await journal.close()
  const told = async () => {
    const rows = await stage.mint.deps.office.db.selectFrom('fraud_reports').selectAll().orderBy('day_at_ms').execute()
    return rows.map(({ account, day_at_ms: atMs, body }) => [
      account,
      atMs,
      (JSON.parse(body) as { views: number }).views,
    ])
  }
  await stage.restart()
  await stage.restart()
  expect(await told()).toEqual([])
  await stage.restart({ config: { ...stage.config, reports: 'daily' } })
  await expect.poll(told, { timeout: 30_000 }).toEqual([
    ['news', yesterday - 2 * dayMs, 0],
    ['news', yesterday - dayMs, 0],
    ['news', yesterday, 12],
  ])
})
