/** Swaps coins for coins (NUT-03): change in the background, and coins that come home; journaled before it is sent. */
import { assert, limits, TuppenceError, type Proof } from '@tuppence/protocol'
import { planChange, planChangeFor, planOutputs, total, type Change, type HeldCoin } from '../coins.ts'
import { feeOf } from '../fees.ts'
import { splitNet, withFees } from '../select-net.ts'
import type { Context } from '../context.ts'
import { firstState, type SwapPayment } from '../payment.ts'
import type { Tx } from '../tables.ts'
import { newId } from './ids.ts'
import { openMint, type OpenMint } from './mints.ts'
import { attemptsMax, draftOutputs, takeIndices } from './outputs.ts'
import { isTaken, sendToMint, type Signed } from './signed.ts'
import { spendable, spendableIn } from './spendable.ts'

/** Of `mintRoutes.swap`, which would bring every route's schemas along. */
export const swapPath = '/v1/swap'

/** Which coins to make into which; `undefined`: there is nothing to do. Asked again when the coins changed meanwhile. */
export type SwapPlan = (coins: readonly HeldCoin[], open: OpenMint) => Change<HeldCoin> | undefined

export type SwapInput = { readonly mint: string; readonly unit: string; readonly plan: SwapPlan }

/**
 * Swaps free coins as planned.
 *
 * @returns `undefined` when there was nothing to do.
 * @throws {TuppenceError} As `sendToMint`; `storage-conflict` after `attemptsMax` others were first.
 */
export async function swapSpendable(context: Context, { mint, unit, plan }: SwapInput): Promise<Signed | undefined> {
  const open = await openMint(context, mint, unit)
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const coins = (await spendable(context, { unit })).filter((coin) => coin.mint === mint)
    const change = plan(coins, open)
    if (!change) return undefined
    const payment = await draftSwap(context, open, change)
    const journaled = await context.db.transact(['coins', 'payments', 'counters'], 'write', async (tx) => {
      const free = new Set((await spendableIn(tx, { unit })).map(({ secret }) => secret))
      if (!payment.coins.every((secret) => free.has(secret))) return false
      return journal(tx, payment)
    })
    const signed = journaled && (await sendToMint(context, payment))
    if (signed && !isRetried(signed)) return signed
  }
  throw new TuppenceError('storage-conflict')
}

/** Whether the outputs were taken: then others are drafted, further on. */
function isRetried(signed: Signed): boolean {
  return signed.status === 'refused' && isTaken(signed.reason)
}

type Holder = { readonly id: string; readonly mint: string; readonly unit: string }

/**
 * Swaps coins that an open payment holds, which takes them back: whoever swaps first has them.
 *
 * @param of - The payment; it ends when the swap is done.
 */
export async function swapHeld(context: Context, of: Holder, inputs: readonly HeldCoin[]): Promise<Signed> {
  const open = await openMint(context, of.mint, of.unit)
  const held = (await spendable(context, of)).filter((coin) => coin.mint === of.mint).map(({ amount }) => amount)
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const change = { inputs: [...inputs], outputs: planOutputs(held, total(inputs) - feeOf(inputs), open.sizes) }
    const payment = { ...(await draftSwap(context, open, change)), of: of.id }
    const journaled = await context.db.transact(['payments', 'counters'], 'write', async (tx) => {
      const holder = await tx.get('payments', of.id)
      if (!holder || !payment.coins.every((secret) => holder.coins.includes(secret))) return 'gone'
      const running = (await tx.list('payments')).find(({ value }) => value.kind === 'swap' && value.of === of.id)
      if (running) return 'gone'
      return journal(tx, payment)
    })
    if (journaled === 'gone') return { status: 'refused', reason: 'payment-in-progress' }
    const signed = journaled && (await sendToMint(context, payment))
    if (signed && !isRetried(signed)) return signed
  }
  throw new TuppenceError('storage-conflict')
}

async function journal(tx: Tx, payment: SwapPayment): Promise<boolean> {
  if (!(await takeIndices(tx, payment.outputs))) return false
  await tx.put('payments', payment.id, payment)
  return true
}

async function draftSwap(
  context: Context,
  { pinned, keyset }: OpenMint,
  { inputs, outputs }: Change<HeldCoin>,
): Promise<SwapPayment> {
  assert(total(outputs.map((amount) => ({ amount }))) === total(inputs) - feeOf(inputs), 'a swap balances')
  const drafted = await draftOutputs(context, keyset, outputs)
  return {
    id: newId(context),
    kind: 'swap',
    state: firstState.swap,
    mint: pinned.url,
    unit: keyset.unit,
    amount: total(inputs),
    atMs: context.clock.nowMs(),
    coins: inputs.map(({ secret }) => secret),
    outputs: drafted.outputs,
    request: { path: swapPath, body: JSON.stringify({ inputs: inputs.map(toProof), outputs: drafted.blinded }) },
  }
}

/** A coin as a mint takes it: without the proof that would tell which blind signature it came from. */
export function toProof({ amount, id, secret, C, witness }: Proof): Proof {
  return { amount, id, secret, C, ...(witness !== undefined && { witness }) }
}

/** What change is for: better coins in general, or one amount first of all. */
export type ChangeInput = { readonly mint: string; readonly unit: string; readonly amount?: number }

/**
 * Makes change at one mint.
 *
 * @returns Whether coins were swapped.
 * @throws {TuppenceError} As `swapSpendable`.
 */
export async function makeChange(context: Context, { mint, unit, amount }: ChangeInput): Promise<boolean> {
  if (amount !== undefined) return changeFor(context, { mint, unit, amount })
  const signed = await swapSpendable(context, {
    mint,
    unit,
    plan: (coins, { keyset, sizes }) => {
      const isCurrent = ({ id }: HeldCoin) => id === keyset.id
      // Where it costs something, only coins that will not be good for ever are changed.
      return feeOf(coins) === 0
        ? planChange(coins, sizes, isCurrent, limits.inputsMax)
        : renewal(coins, sizes, isCurrent)
    },
  })
  return signed?.status === 'done'
}

function renewal(
  coins: readonly HeldCoin[],
  sizes: readonly number[],
  isCurrent: (coin: HeldCoin) => boolean,
): Change<HeldCoin> | undefined {
  const inputs = coins.filter((coin) => !isCurrent(coin)).slice(0, limits.inputsMax)
  const worth = total(inputs) - feeOf(inputs)
  const kept = coins.filter((coin) => !inputs.includes(coin)).map((coin) => coin.amount)
  return worth > 0 ? { inputs, outputs: planOutputs(kept, worth, sizes) } : undefined
}

/** Makes change so that one amount can be paid, and what spending it costs. `false`: there is not enough. */
export async function changeFor(
  context: Context,
  { mint, unit, amount }: ChangeInput & { readonly amount: number },
): Promise<boolean> {
  Object.assign(context.net, withFees)
  const signed = await swapSpendable(context, {
    mint,
    unit,
    plan: (coins, { keyset, sizes }) => {
      const wanted = splitNet(amount, keyset.input_fee_ppk, sizes, limits.outputsMax)
      return wanted && planChangeFor(coins, amount, sizes, limits.inputsMax, wanted)
    },
  })
  return signed?.status === 'done'
}
