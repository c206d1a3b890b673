import { expect, test } from 'vitest'
import { feeOn, feePermille } from './fees.ts'

test('30¢ and 2.9%: a third of a dollar, a twentieth of twenty', () => {
  expect([100, 500, 1000, 2000].map(feeOn)).toEqual([33, 45, 59, 88])
  expect([100, 500, 1000, 2000].map(feePermille)).toEqual([329, 89, 59, 44])
})
