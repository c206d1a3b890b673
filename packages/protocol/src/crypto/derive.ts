/** What a wallet derives from its seed (NUT-13 and ours), by HMAC alone: no curve is loaded for it. */
import type { Bytes } from './curve.ts'

/**
 * Derives the secret and blinding factor of a coin.
 *
 * @param seed - BIP39 seed, 64 bytes.
 * @param keysetId - Version 2 id in hex.
 * @param index - Counter of the keyset, 0 or more.
 * @returns `secret` as 64 hex digits, `factor` as a 32-byte scalar.
 * @throws {TuppenceError} `unknown-keyset` for another id version.
 * @see NUT-13 "HMAC-SHA256 Derivation"
 */
export function deriveCoin(seed: Uint8Array, keysetId: string, index: number): { secret: string; factor: Bytes } {
  throw new Error('not built yet')
}

/**
 * Derives a private key for a purpose: HMAC-SHA256(seed, "tuppence/" + purpose).
 *
 * @returns 32 bytes, a valid scalar.
 */
export function deriveKey(seed: Uint8Array, purpose: string): Bytes {
  throw new Error('not built yet')
}
