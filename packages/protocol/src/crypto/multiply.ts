// Multiplication by scalars: tables for the base point and each mint key, and fast sums where everything is public.

import { type Bytes, bytesToHex } from '../encoding.ts'
import { addAffinePoint, addPoints, base, doublePoint, infinity, negate, p, type Point } from './addition.ts'
import { compress, decodePoint, toAffine, toAffineAll } from './curve.ts'
import { n, toScalar } from './scalar.ts'

/** A point that is often multiplied, with what has been computed for it. `uses` counts multiplications asked for. */
export type TablePoint = { readonly point: Point; uses: number; table?: readonly Point[] }

/** 43 windows of 6 bits cover a scalar; each has the 32 odd multiples from 1 to 63. */
const windows = 43
const windowPoints = 32

/** A table takes as long as two or three multiplications without one. */
const tableAfterUses = 2

/** Mint keys kept: four keysets of 16. Each table takes about 0.3 MB. */
const mintKeysMax = 64
const mintKeys = new Map<string, TablePoint>()

const basePoint: TablePoint = { point: base, uses: tableAfterUses }

/**
 * Finds or reads a mint key, and counts its use.
 *
 * @param bytes - 33-byte compressed point.
 * @throws {TuppenceError} `bad-point`.
 */
export function mintKeyOf(bytes: Uint8Array): TablePoint {
  const name = bytesToHex(bytes)
  let key = mintKeys.get(name)
  if (!key) {
    key = { point: decodePoint(bytes), uses: 0 }
    if (mintKeys.size >= mintKeysMax) mintKeys.clear()
    mintKeys.set(name, key)
  }
  key.uses++
  return key
}

/**
 * Computes a public key.
 *
 * @param privateKey - 32 bytes, 1 <= k < n.
 * @returns 33-byte compressed point.
 * @throws {TuppenceError} `bad-scalar`.
 */
export function publicKey(privateKey: Uint8Array): Bytes {
  return compress(toAffine(multiplyBase(toScalar(privateKey))))
}

/** scalar * G. See `addMultiple`. */
export const multiplyBase = (scalar: bigint): Point => addMultiple(infinity, basePoint, scalar)

/** start + scalar * G. See `addMultiple`. */
export const addMultipleOfBase = (start: Point, scalar: bigint): Point => addMultiple(start, basePoint, scalar)

/**
 * scalar * point, for a scalar that is secret and a point that comes once: four doublings and an addition a window.
 *
 * @param scalar - 1 <= scalar < n.
 * @see addMultiple
 */
export function multiply(point: Point, scalar: bigint): Point {
  const multiples = oddMultiples(point, 8)
  const digits = oddDigits(scalar, 4)
  let sum = infinity
  for (let window = digits.length - 1; window >= 0; window--) {
    for (let i = 0; i < 4; i++) sum = doublePoint(sum)
    sum = addPoints(sum, pick(multiples, 0, 8, digits[window]!))
  }
  return sum
}

/**
 * start + scalar * point, for a scalar that is secret and a point that comes again: an addition a window.
 *
 * The sequence of operations does not depend on the scalar: its digits are all odd, so none is left out, and every entry
 * of a window is read for each. Bigint arithmetic itself takes time by the size of its numbers, so this is no hard
 * guarantee; no library in JavaScript makes one.
 *
 * @param scalar - 1 <= scalar < n.
 * @see Joye, Tunstall: "Exponent Recoding and Regular Exponentiation Algorithms"
 */
export function addMultiple(start: Point, of: TablePoint, scalar: bigint): Point {
  if (of.uses < tableAfterUses) return addPoints(start, multiply(of.point, scalar))
  const table = (of.table ??= buildTable(of.point))
  const digits = oddDigits(scalar, 6)
  let sum = start
  for (let window = 0; window < windows; window++) {
    sum = addAffinePoint(sum, pick(table, window * windowPoints, windowPoints, digits[window]!))
  }
  return sum
}

/** Writes a scalar in windows of some bits with odd digits only, of either sign; lowest first, as many for every scalar. */
function oddDigits(scalar: bigint, bits: number): number[] {
  // n is odd, so of k and n - k one is odd, and (n - k)P = -kP.
  const even = Number(scalar & 1n) ^ 1
  const count = Math.ceil(256 / bits)
  const size = 1 << bits
  const [mask, shift] = [BigInt(2 * size - 1), BigInt(bits)]
  const digits: number[] = []
  for (let rest = [scalar, n - scalar][even]!; digits.length < count; rest >>= shift) {
    // What is taken here comes back as the lowest bit of the window above, which is set there.
    const digit = (Number(rest & mask) | 1) - (digits.length === count - 1 ? 0 : size)
    digits.push(digit * (1 - 2 * even))
  }
  return digits
}

/** The entry for an odd digit, or its negative: reads all `count` entries and computes both. */
function pick(entries: readonly Point[], from: number, count: number, digit: number): Point {
  const index = Math.abs(digit) >> 1
  let entry = entries[from]!
  for (let i = 1; i < count; i++) {
    const other = entries[from + i]!
    entry = i === index ? other : entry
  }
  const negated = negate(entry)
  return digit < 0 ? negated : entry
}

/** start + scalar * point in variable time: only where all of it is public. */
export function addMultipleUnsafe(start: Point, of: TablePoint, scalar: bigint): Point {
  if (of.uses >= tableAfterUses) return addMultiple(start, of, scalar)
  return addPoints(start, sumOfProductsUnsafe([[of.point, scalar]]))
}

/** Entry [w * 32 + i] is (2i + 1) * 64^w * point, with Z = 1. */
function buildTable(point: Point): Point[] {
  const entries: Point[] = []
  let first = point
  for (let window = 0; window < windows; window++) {
    const odd = oddMultiples(first, windowPoints)
    entries.push(...odd)
    first = addPoints(odd.at(-1)!, first)
  }
  return toAffineAll(entries).map(({ x, y }) => ({ X: x, Y: y, Z: 1n }))
}

/** 1, 3, 5 ... times a point. */
function oddMultiples(point: Point, count: number): Point[] {
  const twice = doublePoint(point)
  const multiples = [point]
  while (multiples.length < count) multiples.push(addPoints(multiples.at(-1)!, twice))
  return multiples
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
    const odd = oddMultiples(point, 8)
    const turned = odd.map(({ X, Y, Z }) => ({ X: (X * beta) % p, Y, Z }))
    const [low, high] = splitScalar(scalar)
    return [
      { table: odd, digits: wnaf(low) },
      { table: turned, digits: wnaf(high) },
    ]
  })
  let sum = infinity
  for (let bit = Math.max(...walks.map(({ digits }) => digits.length)) - 1; bit >= 0; bit--) {
    sum = doublePoint(sum)
    for (const { table, digits } of walks) {
      const digit = digits[bit]
      if (!digit) continue
      const entry = table[Math.abs(digit) >> 1]!
      sum = addPoints(sum, digit < 0 ? negate(entry) : entry)
    }
  }
  return sum
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
