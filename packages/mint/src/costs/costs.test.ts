import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { costOf, costTable, shownSizes } from './costs.ts'
import { feesSchema } from './config.ts'
import { isAtMost, rational, sum, times, toText } from './rational.ts'

const fees = v.parse(feesSchema, {})
const question = { fees, price: 5, topUp: 1000, payout: 10_000, by: { topUp: 'card', payout: 'bank-file' } }

describe('what a 5¢ unlock costs', () => {
  test('is at most 8 %, all in, at a $10 top-up and a $100 payout, with 1 % of commission', () => {
    const cost = costOf({ ...question, fees: { ...fees, commissionBasisPoints: 100 } })
    expect(isAtMost(cost.all, rational(8, 100))).toBe(true)
    expect(cost.all).toEqual(rational(725, 10_000))
  })

  test.each([
    [500, '0.445', '8.90'],
    [1000, '0.295', '5.90'],
    [2000, '0.220', '4.40'],
  ])('of a card top-up of %d, is r + f/T', (topUp, minor, percent) => {
    const { topUp: share } = costOf({ ...question, topUp })
    expect([toText(times(share, rational(5)), 3), toText(times(share, rational(100)), 2)]).toEqual([minor, percent])
  })

  test('counts the month of a publisher, and the coins', () => {
    const cost = costOf({ ...question, by: { topUp: 'card', payout: 'stripe-connect' }, inputFeePpk: 100 })
    // 0.25 % + ($0.25 + $2.00) / $100; 5¢ is two coins, 200 / 1000 rounded up is 1¢ of 5.
    expect(cost.payout).toEqual(rational(250, 10_000))
    expect(cost.inputs).toEqual(rational(1, 5))
  })

  test('is refused for a size that is none, and a way that there is not', () => {
    expect(() => costOf({ ...question, topUp: 0 })).toThrow(RangeError)
    expect(() => costOf({ ...question, by: { topUp: 'cash', payout: 'bank-file' } })).toThrow(RangeError)
  })

  test('is in the table at every size, and its parts add up', () => {
    const table = costTable({ fees })
    expect(table).toHaveLength(2 * shownSizes.topUps.length * shownSizes.payouts.length)
    expect(table.find((row) => row.topUp === 1000 && row.payout === 10_000 && row.payoutBy === 'bank-file')).toEqual({
      topUpBy: 'card',
      payoutBy: 'bank-file',
      topUp: 1000,
      payout: 10_000,
      minor: '0.313',
      percent: { topUp: '5.90', payout: '0.35', commission: '0.00', inputs: '0.00', all: '6.25' },
    })
  })
})

describe('fractions', () => {
  const fraction = fc
    .tuple(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.bigInt({ min: 1n, max: 10_000n }))
    .map(([over, under]) => rational(over, under))

  test('add up in any order, and are in lowest terms', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, (a, b, c) => {
        expect(sum(a, b, c)).toEqual(sum(c, sum(b, a)))
        expect(times(sum(a, b), c)).toEqual(sum(times(a, c), times(b, c)))
        expect(rational(a.over * 6n, a.under * -6n)).toEqual(times(a, rational(-1)))
      }),
    )
  })

  test('are rounded half away from zero', () => {
    expect(
      [rational(1, 8), rational(-1, 8), rational(2, 3), rational(-1, 1000), rational(15, 2)].map((f) => toText(f, 2)),
    ).toEqual(['0.13', '-0.13', '0.67', '0.00', '7.50'])
    expect(toText(rational(15, 2), 0)).toBe('8')
  })
})
