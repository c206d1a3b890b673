import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBech32, encodeBech32 } from './bech32.ts'
import { encodeCbor } from './cbor.ts'
import { base64UrlEncode } from './encoding.ts'
import { isTuppenceError } from './errors.ts'
import { limits } from './limits.ts'
import { decodeAnyPaymentRequest, encodePaymentRequestBech32 } from './payment-request-bech32.ts'
import { decodePaymentRequest, encodePaymentRequest, type PaymentRequest } from './payment-request.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const tags = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const request = fc
  .record({
    id: optional(text),
    amount: optional(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    unit: fc.constantFrom('usd', 'sat', 'eur'),
    singleUse: optional(fc.boolean()),
    mints: optional(fc.array(fc.webUrl(), { minLength: 1, maxLength: 3 })),
    description: optional(text),
    transports: optional(
      fc.array(fc.record({ type: fc.constant('post'), target: fc.webUrl(), tags: optional(tags) }).map(given), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    lock: optional(fc.record({ kind: fc.constantFrom('P2PK', 'HTLC'), data: text, tags: optional(tags) }).map(given)),
  })
  .map((fields) => given(fields) as PaymentRequest)

describe('payment request', () => {
  test('reads what it writes, in both forms', () => {
    fc.assert(
      fc.property(request, (whole) => {
        expect(decodePaymentRequest(encodePaymentRequest(whole))).toEqual(whole)
        expect(decodeAnyPaymentRequest(encodePaymentRequestBech32(whole))).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  test('reads damaged requests, or refuses them with their code', () => {
    const damaged = fc
      .tuple(request, fc.boolean(), fc.nat(), fc.string({ minLength: 0, maxLength: 2 }))
      .map(([whole, qr, at, patch]) => {
        const good = qr ? encodePaymentRequestBech32(whole) : encodePaymentRequest(whole)
        const i = at % good.length
        return good.slice(0, i) + patch + good.slice(i + 1)
      })
    fc.assert(
      fc.property(damaged, (bad) => {
        try {
          encodePaymentRequest(decodeAnyPaymentRequest(bad))
        } catch (error) {
          if (!isTuppenceError(error, 'bad-payment-request')) throw error
        }
      }),
      { numRuns: 3_000 },
    )
  })

  // A checksum stops random damage to the QR form before it gets here, so this goes below it.
  test('reads any bytes in the QR form, or refuses them with its code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeAnyPaymentRequest(encodeBech32('bech32m', 'creqb', bytes))
        } catch (error) {
          if (!isTuppenceError(error, 'bad-payment-request')) throw error
        }
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['nothing', ''],
    ['a prefix alone', 'creqA'],
    ['something else', `creqA${base64UrlEncode(encodeCbor([1]))}`],
    ['an amount without a unit', `creqA${base64UrlEncode(encodeCbor({ a: 5 }))}`],
    ['an amount of 0', `creqA${base64UrlEncode(encodeCbor({ a: 0, u: 'usd' }))}`],
    ['mints that are no list', `creqA${base64UrlEncode(encodeCbor({ m: 'x' }))}`],
    ['a transport that is no map', `creqA${base64UrlEncode(encodeCbor({ t: ['post'] }))}`],
    ['a lock that is no map', `creqA${base64UrlEncode(encodeCbor({ nut10: 'P2PK' }))}`],
    ['text over the limit', `creqA${'A'.repeat(limits.challengeBytesMax)}`],
    ['QR text over the limit', `creqb1${'q'.repeat(limits.challengeBytesMax)}`],
  ])('refuses %s', (_, bad) => {
    expect(() => decodeAnyPaymentRequest(bad)).toThrow('bad-payment-request')
  })

  test('refuses to write an amount without a unit, or a kind that has no number', () => {
    expect(() => encodePaymentRequest({ amount: 5 })).toThrow('bad-payment-request')
    const lock = { kind: 'OTHER', data: 'x' }
    expect(() => encodePaymentRequestBech32({ lock })).toThrow('bad-payment-request')
    expect(() => encodePaymentRequestBech32({ transports: [{ type: 'nostr', target: 'x' }] })).toThrow(
      'bad-payment-request',
    )
  })
})

describe('bech32', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('bech32' as const, 'bech32m' as const),
        fc.uint8Array({ maxLength: 90 }),
        (kind, bytes) => {
          const written = encodeBech32(kind, 'creqb', bytes)
          expect([...decodeBech32(kind, 'creqb', written)]).toEqual([...bytes])
          expect(() => decodeBech32(kind === 'bech32' ? 'bech32m' : 'bech32', 'creqb', written)).toThrow('bad-encoding')
        },
      ),
    )
  })

  // BIP350: the data of this one is empty. The second changes one character, the third mixes cases.
  test.each([['a1lqfn3a'], ['A1LQFN3A']])('reads %s', (good) => {
    expect(decodeBech32('bech32m', 'a', good)).toHaveLength(0)
  })

  test.each(['a1lqfn3q', 'A1lqfn3a', 'a1lqfn3', 'b1lqfn3a', 'a1', 'a1bqfn3a'])('refuses %s', (bad) => {
    expect(() => decodeBech32('bech32m', 'a', bad)).toThrow('bad-encoding')
  })
})
