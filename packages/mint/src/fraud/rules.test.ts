import { describe, expect, test } from 'vitest'
import { assessPayout, mayTopUp } from './assess.ts'
import { dayMs, type IncomeDay, type PayoutFacts, type ReportDay, type RuleName, type TopUpFacts } from './facts.ts'
import { payoutRules, topUpRules } from './rules.ts'
import { fraudDefaults, fraudSchema } from './settings.ts'
import * as v from 'valibot'

const nowMs = 1000 * dayMs
const minute = 60_000

const topUp: TopUpFacts = { nowMs, unit: 'usd', method: 'card', amount: 1000, instrument: 'stripe:a', movements: [] }
const income: IncomeDay[] = Array.from({ length: 60 }, (_, index) => ({
  dayMs: nowMs - (60 - index) * dayMs,
  amount: 1500,
  count: 100,
  fresh: 200,
  refunded: 0,
  refundCount: 0,
  sizes: [{ amount: 15, count: 100 }],
}))
const reports: ReportDay[] = income.map((day) => ({
  dayMs: day.dayMs,
  views: 5000,
  unlocks: 100,
  tips: 0,
  tipsAmount: 0,
  tipsAtMax: 0,
  tipMin: 50,
  tipMax: 500,
  prices: [15],
}))
const account: PayoutFacts = {
  account: 'daily-news',
  unit: 'usd',
  nowMs,
  amount: 45_000,
  openedAtMs: nowMs - 400 * dayMs,
  paid: [1, 2, 3].map((month) => ({ atMs: nowMs - month * 30 * dayMs, amount: 45_000 })),
  income,
  reports,
  topUpsByDestination: { count: 0, amount: 0 },
  sameDestination: 0,
  platform: { accounts: 100, freshMedian: 1400, perThousandViewsP95: 2000 },
}
const days = (change: (day: IncomeDay) => Partial<IncomeDay>) => income.map((day) => ({ ...day, ...change(day) }))
const told = (change: (day: ReportDay) => Partial<ReportDay>) => reports.map((day) => ({ ...day, ...change(day) }))
const inFrom = (facts: Partial<TopUpFacts>) => mayTopUp({ ...topUp, ...facts }, fraudDefaults)
const outFrom = (facts: Partial<PayoutFacts>) => assessPayout({ ...account, ...facts }, fraudDefaults)
const at = (other: number, declinesMs: number[] = []) => ({ address: { otherInstruments: other, declinesMs } })

describe('who is like others', () => {
  test('tops up and is paid without a word', () => {
    expect(inFrom({})).toEqual([])
    expect(outFrom({})).toEqual([])
  })
})

// Each: just within the limit, and just past it.
const topUps: [RuleName, string, Partial<TopUpFacts>, Partial<TopUpFacts>][] = [
  ['card-testing', 'least amount', { amount: 500 }, { amount: 499 }],
  ['card-testing', 'instruments of an address', at(2), at(3)],
  [
    'card-testing',
    'declines',
    at(
      0,
      [1, 2, 3, 4].map((ago) => nowMs - ago * minute),
    ),
    at(
      0,
      [1, 2, 3, 4, 5].map((ago) => nowMs - ago * minute),
    ),
  ],
  [
    'card-testing',
    'an hour after declines',
    at(
      0,
      [60, 61, 62, 63, 64].map((ago) => nowMs - ago * minute),
    ),
    at(
      0,
      [59, 61, 62, 63, 64].map((ago) => nowMs - ago * minute),
    ),
  ],
  [
    'velocity',
    'a day',
    { movements: [{ atMs: nowMs - minute, amount: 1000 }] },
    { movements: [{ atMs: nowMs - minute, amount: 1001 }] },
  ],
  [
    'velocity',
    '30 days',
    { movements: [{ atMs: nowMs - 29 * dayMs, amount: 4000 }] },
    { movements: [{ atMs: nowMs - 29 * dayMs, amount: 4001 }] },
  ],
  [
    'velocity',
    'less what it got back',
    {
      movements: [
        { atMs: nowMs - minute, amount: 1500 },
        { atMs: nowMs - minute, amount: -500 },
      ],
    },
    {
      movements: [
        { atMs: nowMs - minute, amount: 1500 },
        { atMs: nowMs - minute, amount: -499 },
      ],
    },
  ],
]

const payouts: [RuleName, string, Partial<PayoutFacts>, Partial<PayoutFacts>, string][] = [
  ['payout-size', 'the first', {}, { paid: [] }, 'review'],
  ['payout-size', 'an amount', { amount: 100_000 }, { amount: 100_001 }, 'two-people'],
  [
    'payout-size',
    'times the mean',
    { amount: 30_000, paid: [{ atMs: nowMs - 30 * dayMs, amount: 10_000 }] },
    { amount: 30_001, paid: [{ atMs: nowMs - 30 * dayMs, amount: 10_000 }] },
    'two-people',
  ],
  [
    'fresh-money',
    'a share',
    { income: days(() => ({ fresh: 899 })) },
    { income: days(() => ({ fresh: 900 })) },
    'hold',
  ],
  [
    'fresh-money',
    'the median',
    { income: days(() => ({ fresh: 1200 })), platform: { ...account.platform, freshMedian: 2700 } },
    { income: days(() => ({ fresh: 1200 })), platform: { ...account.platform, freshMedian: 2600 } },
    'hold',
  ],
  [
    'amounts',
    'tips at the maximum',
    { reports: told(() => ({ tips: 10, tipsAtMax: 4 })) },
    { reports: told(() => ({ tips: 10, tipsAtMax: 5 })) },
    'review',
  ],
  [
    'amounts',
    'the price list',
    {
      income: days(() => ({
        sizes: [
          { amount: 15, count: 60 },
          { amount: 600, count: 1 },
        ],
      })),
    },
    {
      income: days(() => ({
        sizes: [
          { amount: 15, count: 50 },
          { amount: 601, count: 1 },
        ],
      })),
    },
    'review',
  ],
  ['circularity', 'the destination', {}, { topUpsByDestination: { count: 1, amount: 500 } }, 'block'],
  ['audience', 'views', { reports: told(() => ({ views: 75 })) }, { reports: told(() => ({ views: 74 })) }, 'hold'],
  [
    'refunds',
    'a share',
    { income: days(() => ({ refundCount: 20 })) },
    { income: days(() => ({ refundCount: 21 })) },
    'review',
  ],
  ['destinations', 'another account', {}, { sameDestination: 1 }, 'review'],
  [
    'reports',
    'what was deposited',
    { reports: told(() => ({ unlocks: 130 })) },
    { reports: told(() => ({ unlocks: 131 })) },
    'review',
  ],
  ['reports', 'none', {}, { reports: [] }, 'review'],
  ['young', 'age', { openedAtMs: nowMs - 365 * dayMs }, { openedAtMs: nowMs - 364 * dayMs }, 'two-people'],
  [
    'together',
    'two measures',
    { income: days(() => ({ fresh: 500 })) },
    { income: days(() => ({ fresh: 500 })), reports: told(() => ({ tips: 10, tipsAtMax: 2 })) },
    'hold',
  ],
]

describe.each(topUps)('%s: %s', (rule, _what, within, past) => {
  test('refuses past the limit, not at it', () => {
    expect(inFrom(within)).toEqual([])
    expect(inFrom(past)).toMatchObject([{ rule, action: 'block', mode: 'enforce' }])
  })
})

describe.each(payouts)('%s: %s', (rule, _what, within, past, action) => {
  test('finds what is past the limit, not what is at it', () => {
    expect(outFrom(within).filter((finding) => finding.rule === rule)).toEqual([])
    expect(outFrom(past).filter((finding) => finding.rule === rule)).toMatchObject([
      { action, mode: fraudDefaults[rule].mode },
    ])
  })
})

test('a refusal after declines says until when, and it is an hour', () => {
  const declines = [1, 2, 3, 4, 5].map((ago) => nowMs - ago * minute)
  expect(inFrom(at(0, declines))[0]?.untilMs).toBe(nowMs - minute + 3_600_000)
})

test("two people look at a young account's payout if it is not small", () => {
  const young = { openedAtMs: nowMs - 40 * dayMs, paid: [] }
  const actionOf = (amount: number) => outFrom({ ...young, amount }).find(({ rule }) => rule === 'young')?.action
  expect([5_000, 15_000, 15_001].map(actionOf)).toEqual([undefined, 'review', 'two-people'])
})

test('every reason has its figures in words, and every figure is a number', () => {
  for (const finding of [
    ...topUps.flatMap(([, , , past]) => inFrom(past)),
    ...payouts.flatMap(([, , , past]) => outFrom(past)),
  ]) {
    expect(finding.reason).toMatch(/^[A-Z\d].*\d.*\.$/)
    expect(Object.keys(finding.figures).length).toBeGreaterThan(0)
    expect(Object.values(finding.figures).every(Number.isFinite)).toBe(true)
  }
})

test('amounts in reasons are in their unit, which may have no hundredths', () => {
  const reason = (unit: string) => outFrom({ unit, amount: 150_000 })[0]?.reason
  expect(reason('usd')).toBe('The payout of 1500.00 USD is above 1000.00 USD.')
  expect(reason('krw')).toBe('The payout of 150000 KRW is above 100000 KRW.')
})

test('a rule that is off says nothing, one in review mode says so', () => {
  const modes = (mode: string) => v.parse(fraudSchema, { circularity: { mode } })
  const facts = { ...account, topUpsByDestination: { count: 1, amount: 500 } }
  expect(assessPayout(facts, modes('off'))).toEqual([])
  expect(assessPayout(facts, modes('review'))).toMatchObject([{ rule: 'circularity', mode: 'review' }])
  expect(() => v.parse(fraudSchema, { circularty: {} })).toThrow()
})

test('the table has each rule under its own name, with what it says', () => {
  for (const [name, rule] of Object.entries({ ...topUpRules, ...payoutRules })) {
    expect(rule.name).toBe(name)
    expect(rule.says).toMatch(/\.$/)
  }
  expect(Object.keys({ ...topUpRules, ...payoutRules }).toSorted()).toEqual(Object.keys(fraudDefaults).toSorted())
})
