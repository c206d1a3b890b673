// Blind Diffie-Hellmann key exchange (NUT-00): wallets blind and unblind, mints sign and verify.

import { type Bytes, concatBytes, equalBytes, utf8 } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'
import type { Point } from './addition.ts'
import { compress, decodePoint, encodePoints, liftX, toAffine } from './curve.ts'
import { addMultiple, addMultipleOfBase, mintKeyOf, multiply } from './multiply.ts'
import { bytesToNumber, n, toScalar } from './scalar.ts'
import { sha256 } from './sha256.ts'

/** NUT-00 "hash_to_curve": domain separator, and how often the counter may rise. */
const domain = 'Secp256k1_HashToCurve_Cashu_'
const counterMax = 65_536

/**
 * Maps a secret to the curve.
 *
 * @param secret - Text; its UTF-8 bytes are hashed (not the bytes that its hex means).
 * @returns 33-byte compressed point Y; every Y is even.
 * @throws {TuppenceError} `bad-secret` after 2^16 tries (nobody will find one).
 * @see NUT-00 "hash_to_curve"
 */
export function hashToCurve(secret: string): Bytes {
  const { X: x, Y: y } = secretPoint(secret)
  return compress({ x, y })
}

/** As `hashToCurve`, for the other files here. */
export function secretPoint(secret: string): Point {
  return pointOfMessage(utf8(secret))
}

/** Maps any bytes to the curve. */
export function pointOfMessage(message: Uint8Array): Point {
  const hash = sha256(concatBytes(utf8(domain), message))
  const counter = new Uint8Array(4)
  for (let count = 0; count < counterMax; count++) {
    new DataView(counter.buffer).setUint32(0, count, true)
    const point = liftX(bytesToNumber(sha256(concatBytes(hash, counter))), false)
    if (point) return point
  }
  throw new TuppenceError('bad-secret')
}

/**
 * Blinds a coin's secret so that the mint signs it unseen.
 *
 * @param secret - Text. Never leaves the wallet before it is spent.
 * @param factor - Scalar r, 32 bytes, 1 <= r < n.
 * @returns 33-byte compressed point B_ = Y + rG.
 * @throws {TuppenceError} `bad-scalar`.
 * @see NUT-00 "Blind Diffie-Hellmann key exchange"
 */
export function blind(secret: string, factor: Uint8Array): Bytes {
  return blindAll([{ secret, factor }])[0]!
}

/** Blinds many secrets with one field inversion; answers in the same order. See `blind`. */
export function blindAll(coins: readonly { secret: string; factor: Uint8Array }[]): Bytes[] {
  return encodePoints(coins.map(({ secret, factor }) => addMultipleOfBase(secretPoint(secret), toScalar(factor))))
}

/**
 * Signs a blinded secret: C_ = kB_. One addition a bit, whatever the key.
 *
 * @returns 33-byte compressed point.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 */
export function signBlinded(B_: Uint8Array, privateKey: Uint8Array): Bytes {
  return compress(toAffine(multiply(decodePoint(B_), toScalar(privateKey))))
}

/**
 * Unblinds a mint's signature: C = C_ - rK.
 *
 * @param mintKey - K, 33 bytes; from its second use on a table is kept for it (1.5 to 4 ms to build, for each denomination).
 * @returns 33-byte compressed point C.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 */
export function unblind(C_: Uint8Array, factor: Uint8Array, mintKey: Uint8Array): Bytes {
  return unblindAll([{ C_, factor, mintKey }])[0]!
}

/** Unblinds many signatures with one field inversion; answers in the same order. See `unblind`. */
export function unblindAll(
  signatures: readonly { C_: Uint8Array; factor: Uint8Array; mintKey: Uint8Array }[],
): Bytes[] {
  // Counting all uses first, so that a key that comes twice gets its table at once.
  const keys = signatures.map(({ mintKey }) => mintKeyOf(mintKey))
  // r is secret, since whoever knows it links the coin to its issue: it only ever meets `addMultiple`.
  return encodePoints(
    signatures.map(({ C_, factor }, i) => addMultiple(decodePoint(C_), keys[i]!, n - toScalar(factor))),
  )
}

/**
 * Checks, with the mint's private key, that a coin is the mint's: kY == C.
 *
 * @returns false also when C is no point.
 * @throws {TuppenceError} `bad-scalar`.
 */
export function verifyCoin(secret: string, C: Uint8Array, privateKey: Uint8Array): boolean {
  return equalBytes(compress(toAffine(multiply(secretPoint(secret), toScalar(privateKey)))), C)
}
