// Our way round the curve against noble-curves, which shares no code with @noble/secp256k1.

import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { compress, decodePoint, encodePoints, isPoint, Point, publicKey, toAffineAll } from './curve.ts'
import { addMultiple, doubleUnsafe, type MintKey, mintKeyOf, sumOfProductsUnsafe } from './multiply.ts'
import { modN, n, numberToBytes, numberToHex } from './scalar.ts'

const lambda = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

/** Scalars of all sizes, and those where signed windows and the endomorphism have their edges. */
const edges = [1n, 2n, 31n, 32n, 33n, 63n, 64n, n - 1n, n - 2n, n / 2n, lambda, n - lambda, 2n ** 255n, 2n ** 128n - 1n]
const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: n - 1n }),
  fc.constantFrom(...edges),
  fc.tuple(fc.constantFrom(...edges), fc.nat({ max: 64 })).map(([edge, add]) => modN(edge + BigInt(add)) || 1n),
  // Runs of ones and zeros, which carry far.
  fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 })).map(([a, b]) => modN(2n ** BigInt(a) - 2n ** BigInt(b)) || 1n),
)

const theirs = (k: bigint) => secp256k1.Point.BASE.multiply(k)
const ours = (k: bigint) => decodePoint(theirs(k).toBytes(true))
const hex = (point: Point) => bytesToHex(encodePoints([point])[0]!)

/** A key with its table, whatever the number of uses. */
const keyOf = (k: bigint): MintKey => mintKeyOf(theirs(k).toBytes(true), 4)

describe('addMultiple', () => {
  const key = keyOf(0x1234_5678_9abc_def0n)

  test('is start + scalar * key, by the table', () => {
    expect(key.table).toHaveLength(43 * 32)
    fc.assert(
      fc.property(scalar, scalar, (start, k) => {
        const expected = theirs(start).add(theirs(0x1234_5678_9abc_def0n).multiply(k))
        fc.pre(!expected.is0())
        expect(hex(addMultiple(ours(start), key, k))).toBe(expected.toHex(true))
      }),
      { numRuns: 150 },
    )
  })

  test.each(edges.map((k) => [k]))('is right at the edge %i', (k) => {
    const start = 7n
    const expected = theirs(start).add(theirs(0x1234_5678_9abc_def0n).multiply(k)).toHex(true)
    expect(hex(addMultiple(ours(start), key, k))).toBe(expected)
    expect(hex(addMultiple(ours(start), { point: key.point, bytes: key.bytes, uses: 0 }, k))).toBe(expected)
  })

  test('meets its own table entries without a wrong turn', () => {
    const start = ours(0x1234_5678_9abc_def0n)
    expect(hex(addMultiple(start, key, 1n))).toBe(theirs(2n * 0x1234_5678_9abc_def0n).toHex(true))
    expect(addMultiple(start, key, n - 1n).is0()).toBe(true)
  })
})

describe('mintKeyOf', () => {
  test('builds a table from the fourth use on', () => {
    const bytes = theirs(0xfeed_beefn).toBytes(true)
    const tables = [1, 2, 3, 4].map(() => mintKeyOf(bytes).table !== undefined)
    expect(tables).toEqual([false, false, false, true])
  })

  test('keeps no more keys than it says', () => {
    for (let k = 1n; k <= 70n; k++) mintKeyOf(theirs(k).toBytes(true))
    expect(mintKeyOf(theirs(70n).toBytes(true)).uses).toBe(2)
    expect(mintKeyOf(theirs(1n).toBytes(true)).uses).toBe(1)
  })

  test('refuses what is no point', () => {
    expect(() => mintKeyOf(new Uint8Array(33))).toThrow('bad-point')
  })
})

describe('sumOfProductsUnsafe', () => {
  test('is a*P + b*Q', () => {
    fc.assert(
      fc.property(scalar, scalar, scalar, scalar, (p, a, q, b) => {
        const expected = theirs(p).multiply(a).add(theirs(q).multiply(b))
        fc.pre(!expected.is0())
        expect(
          hex(
            sumOfProductsUnsafe([
              [ours(p), a],
              [ours(q), b],
            ]),
          ),
        ).toBe(expected.toHex(true))
      }),
      { numRuns: 150 },
    )
  })

  test('takes 0, and gives the point at infinity where that is the sum', () => {
    expect(sumOfProductsUnsafe([[ours(5n), 0n]]).is0()).toBe(true)
    expect(
      sumOfProductsUnsafe([
        [ours(5n), 3n],
        [ours(3n), n - 5n],
      ]).is0(),
    ).toBe(true)
  })

  test('doubles as noble does, the point at infinity too', () => {
    fc.assert(
      fc.property(scalar, scalar, (k, add) => {
        // Not normalised, so that Z is something.
        const point = ours(k).add(ours(add))
        expect(doubleUnsafe(point).equals(point.double())).toBe(true)
      }),
      { numRuns: 100 },
    )
    expect(doubleUnsafe(Point.ZERO).is0()).toBe(true)
  })
})

describe('points in bytes', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(scalar, (k) => {
        const bytes = theirs(k).toBytes(true)
        expect(bytesToHex(compress(decodePoint(bytes).toAffine()))).toBe(bytesToHex(bytes))
        expect(bytesToHex(publicKey(numberToBytes(k)))).toBe(bytesToHex(bytes))
      }),
      { numRuns: 100 },
    )
  })

  test('are read exactly where noble-curves reads them', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 2, 3, 4), fc.uint8Array({ minLength: 32, maxLength: 32 }), (head, x) => {
        const bytes = Uint8Array.of(head, ...x)
        let valid = true
        try {
          secp256k1.Point.fromBytes(bytes)
        } catch {
          valid = false
        }
        expect(isPoint(bytes)).toBe(valid)
      }),
      { numRuns: 300 },
    )
  })

  const p = 2n ** 256n - 2n ** 32n - 977n
  test.each([
    ['x beyond the field', `02${numberToHex(p)}`],
    ['x = 1 + p, which is a point when reduced', `02${numberToHex(p + 1n)}`],
    ['x = 0, where the curve has no point', `02${'00'.repeat(32)}`],
    ['no bytes', ''],
    ['infinity', '00'],
    ['an uncompressed point', theirs(1n).toHex(false)],
    ['34 bytes', `${theirs(1n).toHex(true)}00`],
  ])('are refused: %s', (_, text) => {
    expect(isPoint(hexToBytes(text))).toBe(false)
  })

  test('are brought to Z = 1 together, except infinity', () => {
    const points = [ours(3n).add(ours(4n)), ours(9n), ours(5n).add(ours(5n))]
    expect(toAffineAll(points).map(compress).map(bytesToHex)).toEqual([7n, 9n, 10n].map((k) => theirs(k).toHex(true)))
    expect(toAffineAll([])).toEqual([])
    expect(() => toAffineAll([...points, Point.ZERO])).toThrow('bad-point')
  })
})
