import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CborInput, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { bytesToHex, hexToBytes } from './encoding.ts'
import { isTuppenceError } from './errors.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const leaf = fc.oneof(
  fc.maxSafeNat(),
  fc.nat({ max: 300 }),
  text,
  fc.boolean(),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
)
const { value } = fc.letrec<{ value: CborInput }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ) as fc.Arbitrary<CborInput>,
}))

/** What decoding gives back: maps instead of records. */
function decoded(input: CborInput): CborValue {
  if (input instanceof Uint8Array || typeof input !== 'object') return input as CborValue
  if (Array.isArray(input)) return input.map(decoded)
  return new Map(Object.entries(input).map(([key, member]) => [key, decoded(member as CborInput)]))
}

describe('cbor', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(value, (input) => {
        expect(decodeCbor(encodeCbor(input))).toEqual(decoded(input))
      }),
      { numRuns: 500 },
    )
  })

  test('reads any bytes, or says bad-encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeCbor(bytes)
        } catch (error) {
          expect(isTuppenceError(error, 'bad-encoding')).toBe(true)
        }
      }),
      { numRuns: 5_000 },
    )
  })

  // RFC 8949, appendix A, as far as it has to do with us.
  test.each<[string, CborValue]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['190100', 256],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1_000],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['f90000', undefined],
    ['fb3ff199999999999a', undefined],
    ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['62c3bc', 'ü'],
    ['83010203', [1, 2, 3]],
    ['9f0102ff', [1, 2]],
    [
      'bf61610161629f0203ffff',
      new Map<string, CborValue>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
  ])('reads %s', (hex, expected) => {
    expect(decodeCbor(hexToBytes(hex))).toEqual(expected)
  })

  test('writes numbers in as few bytes as they need', () => {
    const numbers = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]
    expect(numbers.map((number) => bytesToHex(encodeCbor(number)))).toEqual([
      '00',
      '17',
      '1818',
      '18ff',
      '190100',
      '19ffff',
      '1a00010000',
      '1affffffff',
      '1b0000000100000000',
      '1b001fffffffffffff',
    ])
  })

  test.each([
    ['a length beyond the bytes', '5affffffff00'],
    ['a list longer than the bytes', '9affffffff00'],
    ['a map longer than the bytes', 'baffffffff00'],
    ['a length of 2^64 - 1', '5bffffffffffffffff'],
    ['nothing', ''],
    ['something after the end', '0000'],
    ['a key twice', 'a2616101616102'],
    ['a key that is a list', 'a18001'],
    ['text that is no UTF-8', '61ff'],
    ['an indefinite string', '7f6161ff'],
    ['a list that does not end', '9f01'],
    ['a break out of place', 'ff'],
    ['a reserved length', '1c'],
    ['nine lists in each other', '818181818181818181'.concat('00')],
    ['tags without end', 'c0'.repeat(100)],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeCbor(hexToBytes(hex))).toThrow('bad-encoding')
  })

  test('refuses to write what is no whole number', () => {
    expect(() => encodeCbor(-1)).toThrow('bad-encoding')
    expect(() => encodeCbor(0.5)).toThrow('bad-encoding')
  })
})
