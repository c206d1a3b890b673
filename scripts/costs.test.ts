import { expect, test } from 'vitest'
import { costsPage, writtenPage } from './costs.ts'

test('the page of costs says what the mint computes (node --conditions=@tuppence/source scripts/costs.ts)', () => {
  expect(writtenPage()).toBe(costsPage())
  const [, allIn = ''] = /\$100 payout by bank file: [\d.]+¢ of 5¢, ([\d.]+) % all in/.exec(writtenPage()) ?? []
  expect(Number(allIn)).toBeGreaterThan(5.9)
  expect(Number(allIn)).toBeLessThanOrEqual(8)
})
