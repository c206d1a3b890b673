// Our arithmetic against noble-curves, at random and where formulas like to fail.

import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { addAffinePoint, addPoints, base, doublePoint, infinity, negate, p, type Point } from './addition.ts'
import { compress, decodePoint, encodePoints, isPoint, toAffineAll } from './curve.ts'
import {
  addMultiple,
  addMultipleUnsafe,
  mintKeyOf,
  multiply,
  multiplyBase,
  publicKey,
  sumOfProductsUnsafe,
} from './multiply.ts'
import { modN, n, numberToBytes, numberToHex } from './scalar.ts'

const lambda = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

/** Scalars of all sizes, and those where signed windows and the endomorphism have their edges. */
const edges = [1n, 2n, 3n, 31n, 32n, 63n, 64n, 65n, 127n, 128n, n - 1n, n - 2n, n / 2n, n / 2n + 1n].concat([
  lambda,
  n - lambda,
  2n ** 255n,
  2n ** 128n - 1n,
  2n ** 252n,
  2n ** 252n - 1n,
  modN(2n ** 256n),
])
const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: n - 1n }),
  fc.constantFrom(...edges),
  fc.tuple(fc.constantFrom(...edges), fc.nat({ max: 64 })).map(([edge, add]) => modN(edge + BigInt(add)) || 1n),
  // Runs of ones and zeros, which carry far.
  fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 })).map(([a, b]) => modN(2n ** BigInt(a) - 2n ** BigInt(b)) || 1n),
)

const theirs = (k: bigint) => secp256k1.Point.BASE.multiply(k)
const ours = (k: bigint) => decodePoint(theirs(k).toBytes(true))
/** Bytes in hex; empty for infinity. */
const hex = (point: Point) => (point.Z === 0n ? '' : bytesToHex(encodePoints([point])[0]!))
const theirHex = (point: ReturnType<typeof theirs>) => (point.is0() ? '' : point.toHex(true))
/** The same point with another Z. */
const scaled = ({ X, Y, Z }: Point, by: bigint): Point => ({ X: (X * by) % p, Y: (Y * by) % p, Z: (Z * by) % p })

describe('sums of points', () => {
  const z = fc.bigInt({ min: 1n, max: p - 1n })

  test('are those of noble-curves', () => {
    fc.assert(
      fc.property(scalar, scalar, z, z, (a, b, za, zb) => {
        const expected = theirHex(theirs(a).add(theirs(b)))
        const [P, Q] = [ours(a), ours(b)]
        expect(hex(addPoints(scaled(P, za), scaled(Q, zb)))).toBe(expected)
        expect(hex(addAffinePoint(scaled(P, za), Q))).toBe(expected)
        expect(hex(doublePoint(scaled(P, za)))).toBe(theirHex(theirs(a).double()))
      }),
      { numRuns: 200 },
    )
  })

  test('are right where formulas like to fail: equal, opposite and infinite points', () => {
    fc.assert(
      fc.property(scalar, z, (a, za) => {
        const P = ours(a)
        const Q = scaled(P, za)
        const twice = theirHex(theirs(a).double())
        for (const add of [addPoints, addAffinePoint]) {
          expect([hex(add(Q, P)), hex(add(Q, negate(P))), hex(add(infinity, P))]).toEqual([twice, '', hex(P)])
        }
        expect([hex(addPoints(Q, infinity)), hex(addPoints(infinity, infinity))]).toEqual([hex(P), ''])
        expect(hex(doublePoint(infinity))).toBe('')
      }),
      { numRuns: 50 },
    )
  })

  test('keep coordinates in the field', () => {
    fc.assert(
      fc.property(scalar, scalar, z, (a, b, za) => {
        const [P, Q] = [scaled(ours(a), za), ours(b)]
        for (const sum of [addPoints(P, Q), addAffinePoint(P, Q), doublePoint(P), negate(P)]) {
          expect(Object.values(sum).every((coordinate) => coordinate >= 0n && coordinate < p)).toBe(true)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('start from the base point of SEC 2', () => {
    expect(hex(base)).toBe(secp256k1.Point.BASE.toHex(true))
  })
})

describe('addMultiple', () => {
  const k0 = 0x1234_5678_9abc_def0n
  const keyed = (uses: number) => ({ point: ours(k0), uses })
  const withTable = keyed(2)

  test('is start + scalar * key, with a table and without', () => {
    fc.assert(
      fc.property(scalar, scalar, (start, k) => {
        const expected = theirHex(theirs(start).add(theirs(modN(k0 * k))))
        expect(hex(addMultiple(ours(start), withTable, k))).toBe(expected)
        expect(hex(addMultiple(ours(start), keyed(0), k))).toBe(expected)
        expect(hex(addMultipleUnsafe(ours(start), keyed(0), k))).toBe(expected)
        expect(hex(multiplyBase(k))).toBe(theirHex(theirs(k)))
        expect(hex(multiply(ours(start), k))).toBe(theirHex(theirs(modN(start * k))))
      }),
      { numRuns: 150 },
    )
    expect(withTable).toHaveProperty('table.length', 43 * 32)
  })

  test.each(edges.map((k) => [k]))('is right at the edge %i', (k) => {
    const expected = theirHex(theirs(7n).add(theirs(modN(k0 * k))))
    expect(hex(addMultiple(ours(7n), withTable, k))).toBe(expected)
    expect(hex(multiplyBase(k))).toBe(theirHex(theirs(k)))
  })

  test('meets its own table entries without a wrong turn', () => {
    expect(hex(addMultiple(ours(k0), withTable, 1n))).toBe(theirHex(theirs(2n * k0)))
    expect(hex(addMultiple(ours(k0), withTable, n - 1n))).toBe('')
  })

  test("takes every window's every entry", () => {
    for (let window = 0n; window < 43n; window++) {
      for (const digit of [1n, 31n, 33n, 63n]) {
        const k = modN(digit << (6n * window)) || 1n
        expect(hex(multiplyBase(k))).toBe(theirHex(theirs(k)))
      }
    }
  })
})

describe('mintKeyOf', () => {
  test('builds a table when a key comes the second time', () => {
    const bytes = theirs(0xfeed_beefn).toBytes(true)
    const tables = [1, 2].map(() => {
      const key = mintKeyOf(bytes)
      addMultiple(infinity, key, 5n)
      return key.table !== undefined
    })
    expect(tables).toEqual([false, true])
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
      fc.property(scalar, scalar, scalar, scalar, (a, k, b, l) => {
        const expected = theirHex(theirs(modN(a * k)).add(theirs(modN(b * l))))
        expect(
          hex(
            sumOfProductsUnsafe([
              [ours(a), k],
              [ours(b), l],
            ]),
          ),
        ).toBe(expected)
      }),
      { numRuns: 150 },
    )
  })

  test('takes 0, and gives infinity where that is the sum', () => {
    expect(hex(sumOfProductsUnsafe([[ours(5n), 0n]]))).toBe('')
    expect(
      hex(
        sumOfProductsUnsafe([
          [ours(5n), 3n],
          [ours(3n), n - 5n],
        ]),
      ),
    ).toBe('')
  })
})

describe('points in bytes', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(scalar, (k) => {
        const bytes = theirs(k).toBytes(true)
        expect(hex(decodePoint(bytes))).toBe(bytesToHex(bytes))
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

  test.each([
    ['x beyond the field', `02${numberToHex(p)}`],
    ['x = p + 1, which is a point when reduced', `02${numberToHex(p + 1n)}`],
    ['x = 0, where the curve has no point', `02${'00'.repeat(32)}`],
    ['no bytes', ''],
    ['infinity', '00'],
    ['an uncompressed point', theirs(1n).toHex(false)],
    ['34 bytes', `${theirs(1n).toHex(true)}00`],
  ])('are refused: %s', (_, text) => {
    expect(isPoint(hexToBytes(text))).toBe(false)
  })

  test('are brought to Z = 1 together, except infinity', () => {
    const points = [addPoints(ours(3n), ours(4n)), ours(9n), doublePoint(ours(5n))]
    expect(toAffineAll(points).map(compress).map(bytesToHex)).toEqual([7n, 9n, 10n].map((k) => theirs(k).toHex(true)))
    expect(toAffineAll([])).toEqual([])
    expect(() => toAffineAll([...points, infinity])).toThrow('bad-point')
  })
})
