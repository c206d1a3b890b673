/** Checks the coins of a token against a price, before anything is written down or sent to the mint. */
import { decodeToken, inputFee, limits, resolveKeysetId, sumAmounts, TuppenceError } from '@tuppence/protocol'
import type { KeysetInfo, Proof } from '@tuppence/protocol'
import type { TillSettings } from './config.ts'
import type { MintFacts } from './mint-facts.ts'

/** Coins ready to be deposited, and what the account will be credited with: their sum less the mint's fee. */
export type CheckedCoins = Readonly<{ inputs: readonly Proof[]; amount: number }>

/** What a deposit is beside its coins: names, hashes and some JSON. */
const envelopeBytes = 1_024

/**
 * Reads a token and checks mint, unit, number and worth. Whether the coins are real and unspent is the mint's to say.
 *
 * @param price - Minor units; more is accepted.
 * @throws {TuppenceError} `bad-token`, `mint-unaccepted`, `verification-failed` (details.reason: `unit`, `too-many-coins`,
 *   `keyset`, `too-large`), `amount-mismatch`, `mint-unavailable` (its keysets are not known and it does not answer).
 */
export async function checkCoins(
  deps: Readonly<{ settings: TillSettings; facts: MintFacts }>,
  tokenText: string,
  price: number,
): Promise<CheckedCoins> {
  const { settings, facts } = deps
  const token = decodeToken(tokenText)
  if (token.mint !== settings.mint.url) throw new TuppenceError('mint-unaccepted')
  if (token.unit !== settings.unit) throw failed('unit')
  if (token.proofs.length > limits.coinsPerCredentialMax) throw failed('too-many-coins')
  // Cheaper than asking the mint about keysets, and final: no fee makes coins worth more.
  if (sumAmounts(token.proofs) < price) throw mismatch(price)

  const keysets = await facts.keysets((known) => token.proofs.every((proof) => isKnown(proof.id, known)))
  const inputs = token.proofs.map((proof) => toInput(proof, keysets))
  // What no mint reads would wait in the journal for ever.
  if (Buffer.byteLength(JSON.stringify(inputs)) > limits.bodyBytesMax - envelopeBytes) throw failed('too-large')
  const unitOf = new Map(keysets.map(({ id, unit }) => [id, unit]))
  if (inputs.some(({ id }) => unitOf.get(id) !== settings.unit)) throw failed('unit')
  const amount = sumAmounts(inputs) - inputFee(inputs, keysets)
  if (amount < price || amount > limits.amountMax) throw mismatch(price)
  return { inputs, amount }
}

/** A coin as the mint takes it: the full keyset id, and none of the fields that are between its holders only. */
function toInput(proof: Proof, keysets: readonly KeysetInfo[]): Proof {
  const { amount, secret, C, witness } = proof
  try {
    const id = resolveKeysetId(
      proof.id,
      keysets.map((keyset) => keyset.id),
    )
    return { amount, id, secret, C, ...(witness !== undefined && { witness }) }
  } catch (cause) {
    throw failed('keyset', cause)
  }
}

function isKnown(id: string, keysets: readonly KeysetInfo[]): boolean {
  return keysets.some((keyset) => keyset.id === id || keyset.id.startsWith(id))
}

// Errors

function failed(reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('verification-failed', { details: { reason }, cause })
}

function mismatch(price: number): TuppenceError {
  return new TuppenceError('amount-mismatch', { details: { price } })
}
