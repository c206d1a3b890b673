// Locks on coins, opened and checked (NUT-11, NUT-14): mints verify a whole swap, wallets sign its inputs.

import type { BlindedMessage, Proof } from '../coin.ts'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { isTuppenceError } from '../errors.ts'
import {
  parseSecret,
  parseWitness,
  sigAllMessage,
  type SpendingCondition,
  spendingCondition,
  type Witness,
} from '../secret.ts'
import { publicKey } from './multiply.ts'
import { signMessage, verifyMessage } from './schnorr.ts'
import { sha256 } from './sha256.ts'

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
 * @returns Whether all inputs are unlocked. Ordinary coins always are, and so are kinds of lock that are not known here
 *   (NUT-10 says that a mint treats them as ordinary).
 */
export function verifyWitnesses(transaction: LockedTransaction, nowSeconds: number): boolean {
  try {
    const locks = transaction.inputs.map(({ secret }) => lockOf(secret))
    if (!locks.some((lock) => lock?.sigflag === 'SIG_ALL')) {
      return transaction.inputs.every((input, i) => isOpen(locks[i], input.witness, input.secret, nowSeconds))
    }
    const [first, ...others] = transaction.inputs
    if (!others.every(({ secret }) => sameLock(first!.secret, secret))) return false
    return isOpen(locks[0], first!.witness, sigAllMessage(transaction), nowSeconds)
  } catch (error) {
    if (isTuppenceError(error)) return false
    throw error
  }
}

/**
 * Signs the inputs that a key can sign; those that it cannot stay as they are.
 *
 * @returns The same inputs in the same order, with signatures added to their witnesses.
 * @throws {TuppenceError} `bad-scalar`, `bad-secret`, `bad-witness`.
 */
export function signInputs(transaction: LockedTransaction, privateKey: Uint8Array): Proof[] {
  const x = bytesToHex(publicKey(privateKey)).slice(2)
  const signs = (lock: SpendingCondition | undefined) =>
    lock !== undefined && [...lock.keys, ...lock.refundKeys].some((key) => key.slice(2) === x)
  const locks = transaction.inputs.map(({ secret }) => lockOf(secret))
  const sigAll = locks.some((lock) => lock?.sigflag === 'SIG_ALL')
  return transaction.inputs.map((input, i) => {
    if (!signs(locks[i]) || (sigAll && i > 0)) return input
    const witness = input.witness === undefined ? { signatures: [] } : parseWitness(input.witness)
    const signature = signMessage(sigAll ? sigAllMessage(transaction) : input.secret, privateKey)
    return { ...input, witness: JSON.stringify({ ...witness, signatures: [...witness.signatures, signature] }) }
  })
}

function lockOf(secret: string): SpendingCondition | undefined {
  const wellKnown = parseSecret(secret)
  return wellKnown && spendingCondition(wellKnown)
}

/** NUT-11: with SIG_ALL every input has the same kind, data and tags. */
function sameLock(a: string, b: string): boolean {
  const text = (secret: string) => JSON.stringify({ ...parseSecret(secret), nonce: '' })
  return text(a) === text(b)
}

/** Whether one of the ways that a lock leaves is taken. */
function isOpen(
  lock: SpendingCondition | undefined,
  witnessText: string | undefined,
  message: string,
  nowSeconds: number,
): boolean {
  if (!lock) return true
  const expired = lock.locktime !== undefined && nowSeconds > lock.locktime
  if (expired && lock.refundKeys.length === 0) return true
  if (witnessText === undefined) return false
  const witness = parseWitness(witnessText)
  if (hasPreimage(lock, witness) && hasSignatures(lock.keys, lock.signaturesNeeded, witness, message)) return true
  return expired && hasSignatures(lock.refundKeys, lock.refundSignaturesNeeded, witness, message)
}

function hasPreimage(lock: SpendingCondition, { preimage }: Witness): boolean {
  if (lock.hash === undefined) return true
  return preimage !== undefined && bytesToHex(sha256(hexToBytes(preimage))) === lock.hash
}

/** Counts keys that signed, not signatures: a key that signs twice counts once. */
function hasSignatures(keys: readonly string[], needed: number, { signatures }: Witness, message: string): boolean {
  if (signatures.length < needed) return false
  return keys.filter((key) => signatures.some((signature) => verifyMessage(signature, message, key))).length >= needed
}
