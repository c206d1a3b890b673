// Multiplication by scalars: a table for each mint key, and fast sums of products where everything is public.

import { bytesToHex } from '../encoding.ts'
import { decodePoint, p, Point, toAffineAll } from './curve.ts'
import { n } from './scalar.ts'

/** A mint's public key with what has been computed for it. */
export type MintKey = { readonly point: Point; readonly bytes: Uint8Array; uses: number; table?: readonly Point[] }

/** Windows of 6 bits, signed: 43 of them, 32 points each, built in the time of three plain multiplications. */
const windows = 43
const windowPoints = 32

/** Uses of a key before its table pays for itself. */
const tableAfterUses = 4

/** Keys kept: four keysets of 16. Each table takes about 0.3 MB. */
const keysMax = 64
const keys = new Map<string, MintKey>()

/**
 * Finds or reads a mint key, and counts its use.
 *
 * @throws {TuppenceError} `bad-point`.
 */
export function mintKeyOf(bytes: Uint8Array, uses = 1): MintKey {
  const name = bytesToHex(bytes)
  let key = keys.get(name)
  if (!key) {
    key = { point: decodePoint(bytes), bytes: bytes.slice(), uses: 0 }
    if (keys.size >= keysMax) keys.clear()
    keys.set(name, key)
  }
  key.uses += uses
  if (key.uses >= tableAfterUses) key.table ??= buildTable(key.point)
  return key
}

/**
 * start + scalar * key, for a scalar that is secret.
 *
 * One addition a window and a read of every entry of it, whatever the scalar: the sequence of operations does not depend
 * on it. Bigint arithmetic itself takes time by the size of its numbers, so this is no hard guarantee (noble makes none
 * either). Without a table it is noble's multiply, which adds at every bit.
 *
 * @param scalar - 1 <= scalar < n.
 */
export function addMultiple(start: Point, key: MintKey, scalar: bigint): Point {
  if (!key.table) return start.add(key.point.multiply(scalar))
  let sum = start
  let decoy = Point.BASE
  let rest = scalar
  for (let window = 0; window < windows; window++) {
    let digit = Number(rest & 63n)
    rest >>= 6n
    if (digit > windowPoints) {
      digit -= 64
      rest += 1n
    }
    const at = Math.abs(digit) - 1
    let entry = key.table[window * windowPoints]!
    for (let i = 1; i < windowPoints; i++) {
      const other = key.table[window * windowPoints + i]!
      entry = i === at ? other : entry
    }
    const negated = entry.negate()
    if (digit === 0) decoy = decoy.add(entry)
    else sum = sum.add(digit < 0 ? negated : entry)
  }
  return sum
}

/** Entry [w * 32 + i] is (i + 1) * 64^w * point, all with Z = 1. */
function buildTable(point: Point): Point[] {
  const entries: Point[] = []
  let base = point
  for (let window = 0; window < windows; window++) {
    let entry = base
    for (let i = 1; i < windowPoints; i++) {
      entries.push(entry)
      entry = entry.add(base)
    }
    entries.push(entry)
    base = entry.double()
  }
  return toAffineAll(entries).map(({ x, y }) => new Point(x, y, 1n))
}

/**
 * a*P + b*Q + ..., in variable time: only for points and scalars that are public.
 *
 * Interleaved wNAF over the halves that the endomorphism (x, y) -> (beta x, y) gives, so all share 128 doublings.
 *
 * @param terms - Scalars 0 <= a < n.
 * @see Guide to Elliptic Curve Cryptography, algorithm 3.77 (wNAF, interleaving) and section 3.5 (endomorphism)
 */
export function sumOfProductsUnsafe(terms: readonly (readonly [Point, bigint])[]): Point {
  const walks = terms.flatMap(([point, scalar]) => {
    const odd = oddMultiples(point)
    const turned = odd.map(({ X, Y, Z }) => new Point((X * beta) % p, Y, Z))
    const [low, high] = splitScalar(scalar)
    return [
      { table: odd, digits: wnaf(low) },
      { table: turned, digits: wnaf(high) },
    ]
  })
  let sum = Point.ZERO
  for (let bit = Math.max(...walks.map(({ digits }) => digits.length)) - 1; bit >= 0; bit--) {
    sum = doubleUnsafe(sum)
    for (const { table, digits } of walks) {
      const digit = digits[bit]
      if (!digit) continue
      const entry = table[Math.abs(digit) >> 1]!
      sum = sum.add(digit < 0 ? entry.negate() : entry)
    }
  }
  return sum
}

/**
 * 2P in half of noble's time, since it reduces only where a product follows. Complete: right for every point.
 *
 * @see Renes, Costello, Batina: "Complete addition formulas for prime order elliptic curves", algorithm 9
 */
export function doubleUnsafe({ X, Y, Z }: Point): Point {
  const y2 = (Y * Y) % p
  const z2 = (21n * Z * Z) % p
  const w = y2 - 3n * z2
  const x = (2n * w * ((X * Y) % p)) % p
  const y = (w * (y2 + z2) + 8n * y2 * z2) % p
  const z = (8n * y2 * ((Y * Z) % p)) % p
  return new Point(x < 0n ? x + p : x, y < 0n ? y + p : y, z)
}

/** 1, 3, 5 ... 15 times a point. */
function oddMultiples(point: Point): Point[] {
  const twice = point.double()
  const multiples = [point]
  for (let i = 1; i < 8; i++) multiples.push(multiples[i - 1]!.add(twice))
  return multiples
}

/** Digits of width 5 for a number of either sign: odd, at most 15, or 0; lowest first. */
function wnaf(number: bigint): number[] {
  const digits: number[] = []
  const sign = number < 0n ? -1 : 1
  let rest = number < 0n ? -number : number
  while (rest > 0n) {
    if (rest & 1n) {
      const low = Number(rest & 31n)
      const digit = low > 15 ? low - 32 : low
      rest = (rest - BigInt(digit)) >> 5n
      digits.push(digit * sign, 0, 0, 0, 0)
    } else {
      rest >>= 1n
      digits.push(0)
    }
  }
  return digits
}

/** The endomorphism multiplies by lambda with beta^3 = 1 (mod p), lambda^3 = 1 (mod n). */
const beta = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een

/** Short basis of { (a, b) : a + b lambda = 0 (mod n) }. @see Guide to Elliptic Curve Cryptography, example 3.76 */
const a1 = 0x3086d221a7d46bcde86c90e49284eb15n
const b1 = -0xe4437ed6010e88286f547fa90abfe4c3n
const a2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n

/** Splits k into two numbers of 128 bits, of either sign, with k = low + high * lambda (mod n). */
function splitScalar(k: bigint): [low: bigint, high: bigint] {
  const c1 = (a1 * k + n / 2n) / n
  const c2 = (-b1 * k + n / 2n) / n
  return [k - c1 * a1 - c2 * a2, -c1 * b1 - c2 * a1]
}
