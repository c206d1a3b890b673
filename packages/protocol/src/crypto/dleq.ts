// Proofs that a mint signed with its published key (NUT-12): mints prove, wallets verify.

import { bytesToHex, concatBytes, hexToBytes, utf8 } from '../encoding.ts'
import { isTuppenceError, TuppenceError } from '../errors.ts'
import { secretPoint } from './blind.ts'
import type { Point } from './addition.ts'
import { type Affine, decodePoint, toAffineAll } from './curve.ts'
import {
  addMultiple,
  addMultipleOfBase,
  addMultipleUnsafe,
  mintKeyOf,
  multiply,
  multiplyBase,
  sumOfProductsUnsafe,
  type TablePoint,
} from './multiply.ts'
import { bytesToNumber, modN, n, numberToHex, toScalar } from './scalar.ts'
import { hmacSha256, sha256 } from './sha256.ts'

const nonceDomain = 'Cashu_DLEQ_R_v1'

/**
 * Proves that C_ = kB_ for the k of K = kG. The nonce is derived from the key and the points, so no bad random number
 * can give the key away.
 *
 * @returns Challenge and response as 32-byte hex.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 * @see NUT-12 "The DLEQ proof"
 */
export function proveDleq(input: { B_: Uint8Array; C_: Uint8Array; privateKey: Uint8Array }): { e: string; s: string } {
  const k = toScalar(input.privateKey)
  const B = decodePoint(input.B_)
  const [a, b, c] = toAffineAll([multiplyBase(k), B, decodePoint(input.C_)]) as [Affine, Affine, Affine]
  const nonce = nonceOf(input.privateKey, [a, b, c])
  const [r1, r2] = toAffineAll([multiplyBase(nonce), multiply(B, nonce)]) as [Affine, Affine]
  const e = hashOfPoints([r1, r2, a, c])
  return { e, s: numberToHex(modN(nonce + BigInt(`0x${e}`) * k)) }
}

/**
 * Verifies a proof that came with a blind signature.
 *
 * @param input.e - 32-byte hex.
 * @param input.s - 32-byte hex.
 * @returns false for anything malformed.
 */
export function verifyDleq(input: {
  B_: Uint8Array
  C_: Uint8Array
  mintKey: Uint8Array
  e: string
  s: string
}): boolean {
  return orFalse(() => verifyPoints(decodePoint(input.B_), decodePoint(input.C_), mintKeyOf(input.mintKey), input))
}

/**
 * Verifies the proof that a received coin carries, by blinding it again with `r`.
 *
 * @param input.r - Blinding factor, 32-byte hex.
 * @returns false for anything malformed.
 * @see NUT-12 "Carol (another user) verifies DLEQ proof"
 */
export function verifyCoinDleq(input: {
  secret: string
  C: Uint8Array
  mintKey: Uint8Array
  e: string
  s: string
  r: string
}): boolean {
  return orFalse(() => {
    const key = mintKeyOf(input.mintKey)
    const r = hexScalar(input.r)
    const B_ = addMultipleOfBase(secretPoint(input.secret), r)
    return verifyPoints(B_, addMultiple(decodePoint(input.C), key, r), key, input)
  })
}

/**
 * Whether e = hash(sG - eK, sB_ - eC_, K, C_). The points, e and s all came over the wire from the mint or the payer:
 * no secret is among them, so the variable-time sums give nothing away. (B_ and C_ are no secret from the mint.)
 */
function verifyPoints(B_: Point, C_: Point, key: TablePoint, proof: { e: string; s: string }): boolean {
  const [e, s] = [hexScalar(proof.e), hexScalar(proof.s)]
  const r1 = addMultipleUnsafe(multiplyBase(s), key, n - e)
  const r2 = sumOfProductsUnsafe([
    [B_, s],
    [C_, n - e],
  ])
  const points = toAffineAll([r1, r2, key.point, C_])
  return hashOfPoints(points) === proof.e
}

/** NUT-12 "Hash function": SHA-256 over the hex text of uncompressed points. */
export function hashOfPoints(points: readonly Affine[]): string {
  return bytesToHex(sha256(utf8(points.map(uncompressedHex).join(''))))
}

/** NUT-12: HMAC over a tag, K, B_, C_ (65 bytes each) and a counter that rises until the result is a scalar. */
function nonceOf(privateKey: Uint8Array, points: readonly Affine[]): bigint {
  const message = concatBytes(utf8(nonceDomain), hexToBytes(points.map(uncompressedHex).join('')))
  for (let counter = 0; counter < 256; counter++) {
    const nonce = bytesToNumber(hmacSha256(privateKey, concatBytes(message, Uint8Array.of(counter))))
    if (nonce > 0n && nonce < n) return nonce
  }
  throw new TuppenceError('bad-scalar')
}

const uncompressedHex = ({ x, y }: Affine): string => `04${numberToHex(x)}${numberToHex(y)}`

/** Reads a scalar in hex. @throws {TuppenceError} `bad-scalar`, `bad-encoding`. */
const hexScalar = (hex: string): bigint => toScalar(hexToBytes(hex))

function orFalse(check: () => boolean): boolean {
  try {
    return check()
  } catch (error) {
    if (isTuppenceError(error)) return false
    throw error
  }
}
