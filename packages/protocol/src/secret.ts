/** Secrets that lock a coin (NUT-10, NUT-11, NUT-14): mints enforce them, wallets write and unlock them. */
import type { BlindedMessage, Proof } from './coin.ts'

/** A secret in NUT-10's well-known form. */
export type WellKnownSecret = { kind: string; nonce: string; data: string; tags: string[][] }

/** A lock of kind P2PK or HTLC, read and checked. `keys` are compressed points; `locktime` in Unix seconds. */
export type SpendingCondition = {
  kind: 'P2PK' | 'HTLC'
  sigflag: 'SIG_INPUTS' | 'SIG_ALL'
  /** SHA-256 in hex that a preimage must have (HTLC only). */
  hash?: string
  keys: string[]
  signaturesNeeded: number
  locktime?: number
  refundKeys: string[]
  refundSignaturesNeeded: number
}

/** What unlocks a locked coin: JSON in `Proof.witness`. */
export type Witness = { signatures: string[]; preimage?: string }

/**
 * Reads a secret.
 *
 * @returns The well-known form, or undefined when the secret is an ordinary one that anyone may spend.
 * @see NUT-10 "Well-known Secret"
 */
export function parseSecret(secret: string): WellKnownSecret | undefined {
  throw new Error('not built yet')
}

/** Writes a well-known secret as the string that goes into `Proof.secret`. */
export function serializeSecret(secret: WellKnownSecret): string {
  throw new Error('not built yet')
}

/**
 * Reads the lock of a P2PK or HTLC secret.
 *
 * @returns undefined for other kinds.
 * @throws {TuppenceError} `bad-secret` when the lock is malformed, so that the coin can never be spent.
 * @see NUT-11 "Tags", NUT-14
 */
export function spendingCondition(secret: WellKnownSecret): SpendingCondition | undefined {
  throw new Error('not built yet')
}

/** Makes a secret that locks a coin to keys. @see NUT-11 */
export function lockSecret(lock: {
  nonce: string
  keys: readonly [string, ...string[]]
  sigflag?: 'SIG_INPUTS' | 'SIG_ALL'
  signaturesNeeded?: number
  locktime?: number
  refundKeys?: readonly string[]
  refundSignaturesNeeded?: number
}): WellKnownSecret {
  throw new Error('not built yet')
}

/** Reads a witness. @throws {TuppenceError} `bad-witness`. @see NUT-11 "Witness format" */
export function parseWitness(witness: string): Witness {
  throw new Error('not built yet')
}

/**
 * Builds the text that one signature over a whole swap or melt signs.
 *
 * @param transaction.quote - Melt quote id; absent in a swap.
 * @see NUT-11 "Message aggregation for SIG_ALL"
 */
export function sigAllMessage(transaction: {
  inputs: readonly Pick<Proof, 'secret' | 'C'>[]
  outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[]
  quote?: string
}): string {
  throw new Error('not built yet')
}
