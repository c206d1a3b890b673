/** secp256k1 as this package uses it; every other file here gets its points and scalars from it. */

/** Bytes over a plain ArrayBuffer, as WebCrypto and structured clone want them. */
export type Bytes = Uint8Array<ArrayBuffer>

/**
 * Computes a public key. Constant-time as far as noble is.
 *
 * @param privateKey - 32 bytes, 1 <= k < n.
 * @returns 33-byte compressed point.
 * @throws {TuppenceError} `bad-scalar`.
 */
export function publicKey(privateKey: Uint8Array): Bytes {
  throw new Error('not built yet')
}

/** Says whether 33 bytes are a compressed point on the curve. */
export function isPoint(bytes: Uint8Array): boolean {
  throw new Error('not built yet')
}
