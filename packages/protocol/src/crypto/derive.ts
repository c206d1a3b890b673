// What a wallet derives from its seed (NUT-13 and ours), by HMAC alone: no curve is loaded for it.

import { bytesToHex, type Bytes, concatBytes, hexToBytes, utf8 } from '../encoding.ts'
import { assert, TuppenceError } from '../errors.ts'
import { bytesToNumber, modN, numberToBytes, toScalar } from './scalar.ts'
import { hmacSha256 } from './sha256.ts'

const coinDomain = 'Cashu_KDF_HMAC_SHA256'

/**
 * Derives the secret and blinding factor of a coin.
 *
 * @param seed - BIP39 seed, 64 bytes.
 * @param keysetId - Version 2 id in hex.
 * @param index - Counter of the keyset, 0 or more.
 * @returns `secret` as 64 hex digits, `factor` as a 32-byte scalar.
 * @throws {TuppenceError} `keyset-version-unsupported` for another id version.
 * @see NUT-13 "HMAC-SHA256 Derivation"
 */
export function deriveCoin(seed: Uint8Array, keysetId: string, index: number): { secret: string; factor: Bytes } {
  assert(Number.isSafeInteger(index) && index >= 0, 'a coin index is a whole number')
  if (!/^01[0-9a-f]{64}$/.test(keysetId)) throw new TuppenceError('keyset-version-unsupported')
  const counter = new Uint8Array(8)
  new DataView(counter.buffer).setBigUint64(0, BigInt(index))
  const message = concatBytes(utf8(coinDomain), hexToBytes(keysetId), counter)
  const digest = (kind: number) => hmacSha256(seed, concatBytes(message, Uint8Array.of(kind)))
  const factor = numberToBytes(modN(bytesToNumber(digest(1))))
  toScalar(factor)
  return { secret: bytesToHex(digest(0)), factor }
}

/**
 * Derives a private key for a purpose: HMAC-SHA256(seed, "tuppence/" + purpose).
 *
 * @param purpose - For example `quote/<mint>/<index>`.
 * @returns 32 bytes, a valid scalar.
 * @throws {TuppenceError} `bad-scalar` when it is none (nobody will see it).
 */
export function deriveKey(seed: Uint8Array, purpose: string): Bytes {
  const key = hmacSha256(seed, utf8(`tuppence/${purpose}`))
  toScalar(key)
  return key
}
