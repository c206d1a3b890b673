import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { taxFields } from './tax.ts'

const seller = { name: 'Daily News Ltd', number: 'DE123456789' }
const tax = { name: 'VAT', basisPoints: 1900, seller }
const article = (amount: number) => ({ kind: 'article', amount }) as const

describe('the tax in a price', () => {
  test.each([
    [119, 1900, 19],
    [5, 1900, 1],
    [5, 700, 0],
    [25, 2000, 4],
    [3, 2000, 1],
    [100, 0, 0],
    [100, 10_000, 50],
  ])('of %d at %d basis points is %d', (amount, basisPoints, included) => {
    expect(taxFields({ ...tax, basisPoints }, article(amount))).toEqual({
      seller,
      tax: { name: 'VAT', basisPoints, included, net: amount - included },
    })
  })

  test('is within half a minor unit of what it is, at any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 10_000 }), (amount, basisPoints) => {
        const said = taxFields({ ...tax, basisPoints }, article(amount)) as { tax: { included: number } }
        const off = BigInt(said.tax.included) * BigInt(10_000 + basisPoints) - BigInt(amount) * BigInt(basisPoints)
        expect((off < 0n ? -off : off) * 2n).toBeLessThanOrEqual(BigInt(10_000 + basisPoints))
      }),
    )
  })

  test('is in tips only where the publisher says so, and nowhere without being configured', () => {
    const tip = { kind: 'tip', amount: 119 } as const
    expect(taxFields(tax, tip)).toEqual({ seller })
    expect(taxFields({ ...tax, tips: true }, tip)).toMatchObject({ tax: { included: 19 } })
    expect(taxFields(undefined, tip)).toEqual({})
  })
})
