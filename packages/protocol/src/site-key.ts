// The reader's key for one till and realm: from the seed, so it survives a lost device; alone, so it links nothing.

import { canonicalJson, hmacSha256 } from './encoding.ts'
import type { Bytes } from './encoding.ts'

/**
 * Seed of the Ed25519 key that a reader has for one publisher; give it to `signingKey`.
 *
 * @param seed - The wallet's seed.
 * @param tillOrigin - Exact origin of the till, `https://news.example`.
 * @param realm - Realm of its challenges.
 * @returns 32 bytes: HMAC-SHA256(seed, "tuppence/site-key/" and the canonical JSON of [origin, realm]).
 */
export function siteKeySeed(seed: Uint8Array, tillOrigin: string, realm: string): Promise<Bytes> {
  return hmacSha256(seed, `tuppence/site-key/${canonicalJson([tillOrigin, realm])}`)
}
