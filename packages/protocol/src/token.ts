// Coins as one text (NUT-00 tokens): wallets send them, tills and outside wallets read them.

import type { Proof } from './coin.ts'

/** Coins of one mint and one unit. `mint` has no trailing slash. */
export type Token = { mint: string; unit: string; memo?: string; proofs: Proof[] }

/**
 * Writes a token of version 4.
 *
 * @param token - Keyset ids go out as they are; shorten them first for a shorter text.
 * @returns `cashuB...`, base64url without padding.
 * @throws {TuppenceError} `bad-token` when a field cannot be written.
 * @see NUT-00 "V4 tokens"
 */
export function encodeToken(token: Token): string {
  throw new Error('not built yet')
}

/**
 * Reads a token of version 4 or 3, with or without `cashu:` before it.
 *
 * @param options.keysetIds - Full ids to resolve short ones with; without it ids stay as the token has them.
 * @throws {TuppenceError} `bad-token`, or `unknown-keyset` / `ambiguous-keyset` from resolving.
 * @see NUT-00 "V3 tokens", "V4 tokens"
 */
export function decodeToken(text: string, options?: { keysetIds?: Iterable<string> }): Token {
  throw new Error('not built yet')
}

/** Writes the binary form of a token (`craw`, `B`, CBOR). @see NUT-00 "Binary Token" */
export function encodeTokenBinary(token: Token): Uint8Array<ArrayBuffer> {
  throw new Error('not built yet')
}

/** Reads the binary form of a token. @throws {TuppenceError} As `decodeToken`. @see NUT-00 "Binary Token" */
export function decodeTokenBinary(bytes: Uint8Array, options?: { keysetIds?: Iterable<string> }): Token {
  throw new Error('not built yet')
}

/** Names a token: SHA-256 of its text, in hex. It is the payment's reference at till and mint. */
export async function tokenReference(text: string): Promise<string> {
  throw new Error('not built yet')
}
