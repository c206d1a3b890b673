// Signatures that claim a locked top-up quote (NUT-20): wallets make them, mints check them.

import { type QuoteClaim, quoteMessage, quoteMessageLegacy } from '../quote.ts'
import { signMessage, verifyMessage } from './schnorr.ts'

/** Signs a claim in the amended form. Gives 64 bytes in hex. */
export function signQuote(claim: QuoteClaim, privateKey: Uint8Array): string {
  return signMessage(quoteMessage(claim), privateKey)
}

/** Signs a claim in the first form, for mints that do not know the amended one. Gives 64 bytes in hex. */
export function signQuoteLegacy(claim: QuoteClaim, privateKey: Uint8Array): string {
  return signMessage(quoteMessageLegacy(claim), privateKey)
}

/**
 * Verifies a claim in either form.
 *
 * @param key - The quote's `pubkey`, 33 bytes in hex.
 * @returns false for anything malformed.
 */
export function verifyQuote(claim: QuoteClaim, signature: string, key: string): boolean {
  return verifyMessage(signature, quoteMessage(claim), key) || verifyMessage(signature, quoteMessageLegacy(claim), key)
}
