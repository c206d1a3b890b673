import type { HistoryEntry, LoanPayment, Purchase } from '@tuppence/core'
import { describe, expect, test } from 'vitest'
import { factsOf } from './site-facts.ts'

const till = 'https://till.example'
const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  id: '1',
  kind: 'pay',
  end: 'done',
  amount: 5,
  unit: 'usd',
  atMs: 200,
  url: `${till}/a`,
  site: 'https://news.example',
  ...more,
})
const purchase = (url: string, atMs: number): Purchase => ({
  url,
  tillOrigin: new URL(url).origin,
  realm: 'news',
  sites: [],
  amount: 5,
  unit: 'usd',
  atMs,
  paymentId: '1',
  receiptVerified: true,
})

describe('factsOf', () => {
  test('adds up what was paid this month, less what was given back', () => {
    const history = [
      entry({ amount: 8 }),
      entry({ kind: 'tip', amount: 25 }),
      entry({ kind: 'refund', amount: 8 }),
      entry({ amount: 50, atMs: 99 }),
      entry({ amount: 50, end: 'undone' }),
      entry({ kind: 'top-up', amount: 1000 }),
    ]
    const [facts, ...others] = factsOf({ purchases: [], history, loans: [] }, 100)
    expect(facts).toMatchObject({ tillOrigin: till, sites: ['https://news.example'], month: 25 })
    expect(others).toEqual([])
  })

  test('puts purchases and loans to their till, the latest first', () => {
    const loan = {
      tillOrigin: 'https://b.example',
      site: 'https://page.example',
      unit: 'usd',
      atMs: 900,
    } as LoanPayment
    const purchases = [purchase(`${till}/a`, 1), purchase(`${till}/b`, 2)]
    const facts = factsOf({ purchases, history: [], loans: [loan] }, 0)
    expect(facts.map(({ tillOrigin, sites }) => [tillOrigin, sites])).toEqual([
      ['https://b.example', ['https://page.example']],
      [till, [till]],
    ])
    expect(facts[1]!.purchases.map(({ url }) => url)).toEqual([`${till}/b`, `${till}/a`])
  })
})
