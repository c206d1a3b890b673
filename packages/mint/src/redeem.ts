// Coins coming back: checks inputs for swaps and deposits, and swaps them; app.ts calls it.

import {
  inputFee,
  parseSecret,
  spendingCondition,
  sumAmounts,
  TuppenceError,
  type BlindedMessage,
  type Proof,
  type RequestOf,
} from '@tuppence/protocol'
import { verifyWitnesses } from '@tuppence/protocol/crypto'
import { canonicalInputs, canonicalOutputs, requestHash } from './canonical.ts'
import { once, perform, type Deps } from './deps.ts'
import { answerOutputs, checkLives, checkOutputs, signOutputs } from './issue.ts'
import { eachByWork, type KeysetKeys } from './keys.ts'
import type { Entry, Spend } from './ledger/port.ts'

/** Inputs that passed every check that needs no curve. Amounts in minor units of `unit`. */
export interface CheckedInputs {
  readonly unit: string
  readonly amount: number
  readonly fee: number
  readonly keysets: ReadonlyMap<string, KeysetKeys>
}

/**
 * Swaps coins for new ones (NUT-03).
 *
 * @returns The answer's bytes as text; the same for the same request, whenever it comes (NUT-19).
 * @throws {TuppenceError} A code of the NUTs' table; nothing has changed then.
 */
export async function swap(deps: Deps, request: RequestOf<'swap'>): Promise<string> {
  const hash = requestHash('swap', [canonicalInputs(request.inputs), canonicalOutputs(request.outputs)])
  return once(deps, hash, () => swapNow(deps, hash, request))
}

async function swapNow(deps: Deps, hash: string, { inputs, outputs }: RequestOf<'swap'>): Promise<string> {
  const coins = await checkInputs(deps, inputs)
  const made = await checkOutputs(deps, outputs)
  if (made.unit !== coins.unit) throw new TuppenceError('units-differ')
  if (coins.amount - coins.fee !== made.amount) {
    throw new TuppenceError('unbalanced', { details: { inputs: coins.amount, fee: coins.fee, outputs: made.amount } })
  }
  const spends = await verifyInputs(deps, inputs, coins)
  // Checking a lock costs a hundred times what checking a coin costs: only who has real, unspent coins may ask for it.
  checkLocks(deps, inputs, outputs)
  const promises = await signOutputs(deps, outputs)
  return perform(deps, {
    hash,
    kind: 'swap',
    unit: coins.unit,
    answer: answerOutputs(promises),
    spends,
    promises,
    entries: feeEntries(coins.fee),
  })
}

/** Checks count, duplicates, keysets, denominations and unit. @throws {TuppenceError} */
export async function checkInputs(deps: Deps, inputs: readonly Proof[]): Promise<CheckedInputs> {
  if (inputs.length === 0) throw new TuppenceError('bad-request', { details: { field: 'inputs' } })
  if (inputs.length > deps.config.limits.inputsMax) throw new TuppenceError('inputs-too-many')
  if (new Set(inputs.map((input) => input.secret)).size !== inputs.length) throw new TuppenceError('inputs-duplicate')
  const keysets = new Map<string, KeysetKeys>()
  for (const { id, amount } of inputs) {
    const keyset = keysets.get(id) ?? (await deps.keyring.find(id))
    keysets.set(id, keyset)
    checkLives(deps, keyset.row)
    if (!keyset.keys.has(amount)) throw new TuppenceError('denomination-unknown', { details: { amount } })
  }
  const units = new Set([...keysets.values()].map((keyset) => keyset.row.unit))
  if (units.size !== 1) throw new TuppenceError('units-mixed')
  const fee = inputFee(
    inputs,
    [...keysets.values()].map((keyset) => keyset.wire),
  )
  return { unit: [...units][0] as string, amount: sumAmounts(inputs), fee, keysets }
}

/**
 * Verifies the signatures on coins, and that none is spent yet (the commit has the last word on that).
 *
 * @throws {TuppenceError} `coin-invalid`, `coins-spent`.
 */
export async function verifyInputs(deps: Deps, inputs: readonly Proof[], coins: CheckedInputs): Promise<Spend[]> {
  const spends = await verifyCoins(inputs, coins)
  const blocked = await deps.ledger.blocked(spends)
  if (blocked !== undefined) throw new TuppenceError(blocked)
  return spends
}

/** Verifies the signatures on coins. @throws {TuppenceError} `coin-invalid`. */
export async function verifyCoins(inputs: readonly Proof[], { keysets }: CheckedInputs): Promise<Spend[]> {
  const keyOf = ({ id, amount }: Proof) => {
    const keyset = keysets.get(id)
    const privateKey = keyset?.keys.get(amount)?.privateKey
    if (keyset === undefined || privateKey === undefined) throw new TuppenceError('coin-invalid')
    return { work: keyset.work, privateKey }
  }
  const coins = inputs.map((input) => ({ input, ...keyOf(input) }))
  const ys = await eachByWork(coins, (work, list) =>
    work.check(list.map(({ input, privateKey }) => ({ secret: input.secret, c: input.C, privateKey }))),
  )
  return inputs.map(({ id, amount, witness }, index): Spend => {
    const y = ys[index]
    if (y === undefined) throw new TuppenceError('coin-invalid')
    return { keyset: id, y, amount, ...(witness === undefined ? {} : { witness }) }
  })
}

/**
 * Enforces spending conditions (NUT-10, NUT-11).
 *
 * A condition of a kind that this mint does not know is refused: the coin stays where it is until a mint enforces it.
 *
 * @param quote - Of a melt: `SIG_ALL` covers it.
 * @throws {TuppenceError} `condition-unsupported`, `bad-secret`, `bad-witness`, `coin-locked`.
 */
export function checkLocks(
  deps: Deps,
  inputs: readonly Proof[],
  outputs: readonly BlindedMessage[],
  quote?: string,
): void {
  if (!inputs.some((input) => !input.secret.isWellFormed() || parseSecret(input.secret) !== undefined)) return
  for (const { secret } of inputs) {
    if (!secret.isWellFormed()) throw new TuppenceError('bad-secret')
    const known = parseSecret(secret)
    if (known === undefined) continue
    const condition = spendingCondition(known)
    if (condition === undefined) throw new TuppenceError('condition-unsupported')
    // A deposit has no outputs for such a signature to cover: whoever saw it could credit another account.
    if (condition.sigflag === 'SIG_ALL' && outputs.length === 0 && quote === undefined)
      throw new TuppenceError('coin-locked')
  }
  const transaction = { inputs, outputs, ...(quote === undefined ? {} : { quote }) }
  if (!verifyWitnesses(transaction, Math.floor(deps.clock.nowMs() / 1000))) throw new TuppenceError('coin-locked')
}

/** What a fee does to the accounts. */
export function feeEntries(fee: number): Entry[] {
  return fee === 0 ? [] : [{ account: 'fees', amount: fee }]
}
