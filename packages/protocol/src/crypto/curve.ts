// secp256k1 as this package uses it: points in and out of bytes; the other files here get theirs from it.

import type { Bytes } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'
import { p, type Point } from './addition.ts'
import { bytesToNumber, numberToBytes } from './scalar.ts'

/** Coordinates of a point that is not infinity. */
export type Affine = { readonly x: bigint; readonly y: bigint }

/** Whether bytes are a compressed point on the curve. */
export function isPoint(bytes: Uint8Array): boolean {
  try {
    decodePoint(bytes)
    return true
  } catch {
    return false
  }
}

/**
 * Reads a compressed point; it has Z = 1.
 *
 * @throws {TuppenceError} `bad-point` unless 33 bytes, prefix 02 or 03, and on the curve. (The group has prime order:
 *   a point on the curve is in it.)
 * @see SEC 1 version 2, section 2.3.4
 */
export function decodePoint(bytes: Uint8Array): Point {
  const [head] = bytes
  const point = bytes.length === 33 && (head === 2 || head === 3) && liftX(bytesToNumber(bytes.subarray(1)), head === 3)
  if (!point) throw new TuppenceError('bad-point')
  return point
}

/** Finds the point with this x and the y asked for; undefined when there is none. @see BIP340 "lift_x" */
export function liftX(x: bigint, odd: boolean): Point | undefined {
  if (x >= p) return undefined
  const square = (x * x * x + 7n) % p
  const y = squareRoot(square)
  if ((y * y) % p !== square) return undefined
  return { X: x, Y: (y & 1n) === (odd ? 1n : 0n) ? y : p - y, Z: 1n }
}

/**
 * Brings points to Z = 1 with one inversion for all of them (Montgomery's trick).
 *
 * @throws {TuppenceError} `bad-point` when one is infinity, which has no bytes.
 */
export function toAffineAll(points: readonly Point[]): Affine[] {
  const products: bigint[] = []
  let product = 1n
  for (const { Z } of points) {
    products.push(product)
    product = (product * Z) % p
  }
  if (product === 0n) throw new TuppenceError('bad-point')
  let inverse = invert(product)
  const affine: Affine[] = []
  for (let i = points.length - 1; i >= 0; i--) {
    const { X, Y, Z } = points[i]!
    const iz = (inverse * products[i]!) % p
    inverse = (inverse * Z) % p
    affine[i] = { x: (X * iz) % p, y: (Y * iz) % p }
  }
  return affine
}

/** As `toAffineAll`, for one. */
export const toAffine = (point: Point): Affine => toAffineAll([point])[0]!

/** Writes a point in 33 bytes. @see SEC 1 version 2, section 2.3.3 */
export function compress({ x, y }: Affine): Bytes {
  const bytes = new Uint8Array(33)
  bytes[0] = y & 1n ? 3 : 2
  bytes.set(numberToBytes(x), 1)
  return bytes
}

/** Writes points in 33 bytes each. @throws {TuppenceError} As `toAffineAll`. */
export const encodePoints = (points: readonly Point[]): Bytes[] => toAffineAll(points).map(compress)

/** z^(p-2), which is 1/z. The exponent ends in 00001, 011, 01. */
function invert(z: bigint): bigint {
  const { run2, start } = powerOfRuns(z)
  return join(join(join(start, 5, z), 3, run2), 2, z)
}

/** z^((p+1)/4): the square root where there is one. The exponent ends in 000011, 00. */
function squareRoot(z: bigint): bigint {
  const { run2, start } = powerOfRuns(z)
  return join(join(start, 6, run2), 2, 1n)
}

/**
 * z to the power that both exponents start with: 223 ones, a zero, 22 ones, in binary. `run` holds a power whose exponent
 * is a run of ones, named by its length.
 */
function powerOfRuns(z: bigint): { run2: bigint; start: bigint } {
  const run2 = join(z, 1, z)
  const run3 = join(run2, 1, z)
  const run6 = join(run3, 3, run3)
  const run11 = join(join(run6, 3, run3), 2, run2)
  const run22 = join(run11, 11, run11)
  const run44 = join(run22, 22, run22)
  const run88 = join(run44, 44, run44)
  const run220 = join(join(run88, 88, run88), 44, run44)
  return { run2, start: join(join(run220, 3, run3), 23, run22) }
}

/** high^(2^lowBits) * low: the binary digits of one exponent after those of the other. */
function join(high: bigint, lowBits: number, low: bigint): bigint {
  let power = high
  for (let i = 0; i < lowBits; i++) power = (power * power) % p
  return (power * low) % p
}
