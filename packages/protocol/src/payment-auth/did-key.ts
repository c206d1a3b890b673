// did:key for Ed25519, as a credential's `source` names the payer; wallet writes it, till reads it.

import { TuppenceError } from '../errors.ts'
import type { Bytes } from '../encoding.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/**
 * Names a public key.
 *
 * @param publicKey - 32 bytes.
 * @returns `did:key:z6Mk...`: base58btc of the multicodec prefix ed 01 and the key.
 * @see W3C CCG "The did:key Method" section 3.1.1
 */
export function didKey(publicKey: Uint8Array): string {
  let number = 0xed01n
  for (const byte of publicKey) number = number * 256n + BigInt(byte)
  let text = ''
  for (; number > 0n; number /= 58n) text = (alphabet[Number(number % 58n)] as string) + text
  return `did:key:z${text}`
}

/**
 * The Ed25519 key that a did:key names.
 *
 * @returns 32 bytes; not checked to be a point of the curve.
 * @throws {TuppenceError} `bad-key`: another kind of DID or key, or not its canonical text.
 */
export function parseDidKey(did: string): Bytes {
  const text = /^did:key:z(6Mk[1-9A-HJ-NP-Za-km-z]{44})$/.exec(did)?.[1] ?? ''
  let number = 0n
  for (const char of text) number = number * 58n + BigInt(alphabet.indexOf(char))
  const key = Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * (31 - i))) & 255n))
  if (number >> 256n !== 0xed01n || didKey(key) !== did) throw new TuppenceError('bad-key')
  return key
}
