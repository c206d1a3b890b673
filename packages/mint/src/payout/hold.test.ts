import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { payable, payoutTerms as defaults, shareDown, shareUp } from './hold.ts'

const dayMs = 86_400_000
const payoutTerms = { ...defaults, reserveBasisPoints: 0 }
const nowMs = 1000 * dayMs
const old = { openedAtMs: nowMs - 400 * dayMs, nowMs }
const day = (ago: number, amount: number) => ({ dayMs: nowMs - ago * dayMs, amount })

describe('payable', () => {
  test('pays what is older than a week', () => {
    expect(payable({ ...old, owed: 10_000, deposits: [day(30, 7000), day(3, 3000)] }, payoutTerms)).toEqual({
      amount: 7000,
      held: 3000,
      reserve: 0,
    })
  })

  test('counts a day as old as its last moment', () => {
    const owed = 5000
    expect(payable({ ...old, owed, deposits: [day(7, owed)] }, payoutTerms).held).toBe(owed)
    expect(payable({ ...old, owed, deposits: [day(8, owed)] }, payoutTerms).held).toBe(0)
  })

  test('has the income of who is new wait longer, until they are new no more', () => {
    const fresh = { nowMs, openedAtMs: nowMs - 89 * dayMs, owed: 9000, deposits: [day(30, 9000)] }
    expect(payable(fresh, payoutTerms)).toEqual({ amount: 0, held: 9000, reserve: 0 })
    expect(payable({ ...fresh, deposits: [day(31, 9000)] }, payoutTerms).amount).toBe(9000)
    expect(payable({ ...fresh, openedAtMs: nowMs - 90 * dayMs }, payoutTerms).amount).toBe(9000)
  })

  test('pays nothing below the minimum, and keeps the reserve', () => {
    expect(payable({ ...old, owed: 2499, deposits: [] }, payoutTerms).amount).toBe(0)
    expect(payable({ ...old, owed: 2500, deposits: [] }, payoutTerms).amount).toBe(2500)
    const terms = { ...payoutTerms, reserveBasisPoints: 1000 }
    expect(payable({ ...old, owed: 9999, deposits: [] }, terms)).toEqual({ amount: 8999, held: 0, reserve: 1000 })
  })

  test('never gives away more than is owed, whatever the figures', () => {
    const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
    const days = fc.array(fc.record({ dayMs: fc.integer({ min: 0, max: nowMs }), amount }), { maxLength: 40 })
    fc.assert(
      fc.property(amount, days, fc.nat(10_000), fc.nat(nowMs), (owed, deposits, reserveBasisPoints, openedAtMs) => {
        const terms = { ...payoutTerms, minAmount: 1, reserveBasisPoints }
        const paid = payable({ owed, deposits, openedAtMs, nowMs }, terms)
        expect(Math.min(paid.amount, paid.held, paid.reserve)).toBeGreaterThanOrEqual(0)
        expect(paid.amount + paid.held + paid.reserve).toBe(Math.max(owed, 0))
      }),
    )
  })
})

test('shares are exact beyond 2^53, and rounded in the direction that they say', () => {
  expect([shareDown(101, 1000), shareUp(101, 1000), shareUp(100, 1000)]).toEqual([10, 11, 10])
  expect(shareDown(Number.MAX_SAFE_INTEGER, 9999)).toBe(9_006_298_534_815_516)
})
