/** Proofs that a mint signed with its published key (NUT-12): mints prove, wallets verify. */

/**
 * Proves that C_ = kB_ for the k of K = kG, with the deterministic nonce.
 *
 * @returns Challenge and response as 32-byte hex.
 * @throws {TuppenceError} `bad-point`, `bad-scalar`.
 * @see NUT-12 "The DLEQ proof"
 */
export function proveDleq(input: { B_: Uint8Array; C_: Uint8Array; privateKey: Uint8Array }): { e: string; s: string } {
  throw new Error('not built yet')
}

/**
 * Verifies a proof that came with a blind signature.
 *
 * @param input.e - 32-byte hex.
 * @param input.s - 32-byte hex.
 * @returns false for anything malformed.
 */
export function verifyDleq(input: { B_: Uint8Array; C_: Uint8Array; mintKey: Uint8Array; e: string; s: string }): boolean {
  throw new Error('not built yet')
}

/**
 * Verifies the proof that a received coin carries, by blinding it again with `r`.
 *
 * @returns false for anything malformed.
 */
export function verifyCoinDleq(input: {
  secret: string
  C: Uint8Array
  mintKey: Uint8Array
  e: string
  s: string
  r: string
}): boolean {
  throw new Error('not built yet')
}
