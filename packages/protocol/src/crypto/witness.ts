/** Locks on coins, opened and checked (NUT-11, NUT-14): mints verify a whole swap, wallets sign its inputs. */
import type { BlindedMessage, Proof } from '../coin.ts'

/** A swap or melt as far as locks look at it. */
export type LockedTransaction = {
  inputs: readonly Proof[]
  outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[]
  /** Melt quote id; absent in a swap. */
  quote?: string
}

/**
 * Checks every lock of a swap or melt.
 *
 * @param nowSeconds - The mint's clock.
 * @returns Whether all inputs are unlocked; ordinary coins always are.
 */
export function verifyWitnesses(transaction: LockedTransaction, nowSeconds: number): boolean {
  throw new Error('not built yet')
}

/**
 * Signs the inputs that a key can sign.
 *
 * @returns The same inputs in the same order, with witnesses added.
 */
export function signInputs(transaction: LockedTransaction, privateKey: Uint8Array): Proof[] {
  throw new Error('not built yet')
}
