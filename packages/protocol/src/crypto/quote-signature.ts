/** Signatures that claim a locked top-up quote (NUT-20). */
import type { QuoteClaim } from '../quote.ts'

/** Signs a claim in the amended form. @returns 64 bytes in hex. */
export function signQuote(claim: QuoteClaim, privateKey: Uint8Array): string {
  throw new Error('not built yet')
}

/**
 * Verifies a claim in either form.
 *
 * @param key - The quote's `pubkey`, 33 bytes in hex.
 * @returns false for anything malformed.
 */
export function verifyQuote(claim: QuoteClaim, signature: string, key: string): boolean {
  throw new Error('not built yet')
}
