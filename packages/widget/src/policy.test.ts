import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allowanceDefault, allowanceFor, topUpAmounts, topUpFor } from './policy.ts'

test('an allowance covers the price and is no more than the reader has, if that covers it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 9000 }), (price, balance) => {
      const amount = allowanceFor(price, balance)
      expect(amount).toBeGreaterThanOrEqual(price)
      if (balance >= price) expect(amount).toBeLessThanOrEqual(balance)
      expect(amount).toBeLessThanOrEqual(Math.max(price, allowanceDefault))
    }),
  )
})

test('a top-up covers what is missing', () => {
  expect([topUpFor(1), topUpFor(1000), topUpFor(1001), topUpFor(2500)]).toEqual([1000, 1000, 2000, 2500])
  expect(topUpAmounts).toContain(topUpFor(3))
})
