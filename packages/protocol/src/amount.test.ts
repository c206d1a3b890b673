import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalAmount, formatAmount, isAmount, parseAmount } from './amount.ts'
import { isTuppenceError } from './errors.ts'
import { limits } from './limits.ts'

const amountOrCode = (text: string, unit: string): unknown => {
  try {
    return parseAmount(text, unit)
  } catch (error) {
    if (isTuppenceError(error)) return error.code
    throw error
  }
}

describe('parseAmount', () => {
  test.each([
    ['0.05', 'usd', 5],
    ['1', 'usd', 100],
    ['1.5', 'usd', 150],
    ['0.29', 'usd', 29], // 0.29 * 100 is 28.999999999999996
    ['007', 'usd', 700],
    ['21', 'sat', 21],
    ['0.1', 'eur', 10],
  ])('reads %s %s', (text, unit, amount) => {
    expect(parseAmount(text, unit)).toBe(amount)
  })

  test.each([
    ['', 'usd'],
    ['.05', 'usd'],
    ['5.', 'usd'],
    ['0.005', 'usd'],
    ['1.0', 'sat'],
    ['-1', 'usd'],
    ['+1', 'usd'],
    ['1e2', 'usd'],
    ['1,000', 'usd'],
    [' 1', 'usd'],
    ['1\n', 'usd'],
    ['٣', 'usd'],
    ['NaN', 'usd'],
  ])('refuses %j %s as no amount', (text, unit) => {
    expect(() => parseAmount(text, unit)).toThrow(expect.objectContaining({ code: 'bad-amount' }))
  })

  test.each(['0', '0.00', '1000000', '999999999999'])('refuses %s as out of range', (text) => {
    expect(() => parseAmount(text, 'usd')).toThrow(expect.objectContaining({ code: 'amount-out-of-range' }))
  })

  test('undoes decimalAmount for every amount', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: limits.amountMax }),
        fc.constantFrom('usd', 'sat', 'eur'),
        (amount, unit) => {
          expect(parseAmount(decimalAmount(amount, unit), unit)).toBe(amount)
        },
      ),
    )
  })

  test('throws nothing else, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, unit) => {
        expect(amountOrCode(text, unit)).toSatisfy(
          (x) => isAmount(x) || x === 'bad-amount' || x === 'amount-out-of-range',
        )
      }),
    )
  })
})

describe('isAmount', () => {
  test.each([0, -1, 1.5, Number.NaN, Infinity, '5', null, limits.amountMax + 1])('not %j', (value) => {
    expect(isAmount(value)).toBe(false)
  })

  test('1 and the most', () => {
    expect(isAmount(1) && isAmount(limits.amountMax)).toBe(true)
  })
})

describe('formatAmount', () => {
  test.each([
    [5, 'usd', 'en', '5¢'],
    [99, 'usd', 'en-GB', '99¢'],
    [100, 'usd', 'en', '$1.00'],
    [125, 'usd', 'en', '$1.25'],
    [0, 'usd', 'en', '$0.00'],
    [-5, 'usd', 'en', '-$0.05'],
    [123456, 'usd', 'en', '$1,234.56'],
    [5, 'usd', 'de', '0,05\u00a0$'],
    [5, 'eur', 'en', '€0.05'],
    [1250, 'sat', 'en', '1,250 sat'],
    [7, 'constructor', 'en', '7 constructor'],
  ])('%d %s in %s is %s', (amount, unit, locale, text) => {
    expect(formatAmount(amount, unit, locale)).toBe(text)
  })
})

describe('decimalAmount', () => {
  test.each([
    [5, 'usd', '0.05'],
    [50, 'usd', '0.50'],
    [100, 'usd', '1.00'],
    [21, 'sat', '21'],
  ])('%d %s is %s', (amount, unit, text) => {
    expect(decimalAmount(amount, unit)).toBe(text)
  })
})
