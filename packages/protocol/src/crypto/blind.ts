/** Blind Diffie-Hellmann key exchange (NUT-00): wallets blind and unblind, mints sign and verify. */
import type { Bytes } from './curve.ts'

/**
 * Maps a secret to the curve.
 *
 * @param secret - Text; its UTF-8 bytes are hashed (not the bytes that its hex means).
 * @returns 33-byte compressed point Y.
 * @throws {TuppenceError} `bad-secret` after 2^16 tries.
 * @see NUT-00 "hash_to_curve"
 */
export function hashToCurve(secret: string): Bytes {
  throw new Error('not built yet')
}

/**
 * Blinds a coin's secret so that the mint signs it unseen.
 *
 * @param factor - Scalar r, 32 bytes, 1 <= r < n.
 * @returns 33-byte compressed point B_ = Y + rG.
 * @throws {TuppenceError} `bad-scalar`.
 */
export function blind(secret: string, factor: Uint8Array): Bytes {
  throw new Error('not built yet')
}

/** Blinds many secrets with one field inversion; answers in the same order. @see blind */
export function blindAll(coins: readonly { secret: string; factor: Uint8Array }[]): Bytes[] {
  throw new Error('not built yet')
}

/**
 * Signs a blinded secret: C_ = kB_.
 *
 * @returns 33-byte compressed point.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 */
export function signBlinded(B_: Uint8Array, privateKey: Uint8Array): Bytes {
  throw new Error('not built yet')
}

/**
 * Unblinds a mint's signature: C = C_ - rK.
 *
 * @param mintKey - K, 33 bytes; a table is built for it on first use (about 20 ms) and kept.
 * @returns 33-byte compressed point C.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 */
export function unblind(C_: Uint8Array, factor: Uint8Array, mintKey: Uint8Array): Bytes {
  throw new Error('not built yet')
}

/** Unblinds many signatures with one field inversion; answers in the same order. @see unblind */
export function unblindAll(signatures: readonly { C_: Uint8Array; factor: Uint8Array; mintKey: Uint8Array }[]): Bytes[] {
  throw new Error('not built yet')
}

/**
 * Checks, with the mint's private key, that a coin is the mint's: kY == C.
 *
 * @returns false also when C is no point.
 */
export function verifyCoin(secret: string, C: Uint8Array, privateKey: Uint8Array): boolean {
  throw new Error('not built yet')
}
