// SHA-256 and HMAC, synchronous: WebCrypto's are not, and a curve loop cannot wait. The other files here use them.

import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../encoding.ts'

/** SHA-256 of bytes. @see FIPS 180-4 */
export function sha256(message: Uint8Array): Bytes {
  return nobleSha256(message) as Bytes
}

/** HMAC-SHA256. @see RFC 2104 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  return hmac(nobleSha256, key, message) as Bytes
}
