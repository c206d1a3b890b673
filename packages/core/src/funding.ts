/** Money in and out by way of a processor: checkouts that are left and come back to, vouchers, the way back to a card; `@tuppence/core/funding`. */
import { encodeWithdrawal, isTuppenceError, TuppenceError, withdrawalClaim } from '@tuppence/protocol'
import type { TopUpInput, TopUpOutcome, Wallet, WithdrawInput, WithdrawOutcome } from './api.ts'
import { keepInstrument, noteReturned } from './actions/instruments.ts'
import { seedOf } from './actions/outputs.ts'
import { follow, lapse, startQuote, wait, type Quoted } from './actions/top-up.ts'
import { redeemVoucher as redeem } from './actions/voucher.ts'
import { quoteWithdrawal as quote, withdrawQuoted, type WithdrawalQuote } from './actions/withdraw.ts'
import { contextOf } from './context-of.ts'
import type { Instrument } from './actions/instruments.ts'
import type { Context } from './context.ts'

export { instrumentsOf, type Instrument } from './actions/instruments.ts'
export type { WithdrawalQuote } from './actions/withdraw.ts'

/** Refusals that nobody takes back: what was refused so is over. */
const isFinal = (reason: string) => ['funding-refused', 'funding-too-often', 'funding-reversed'].includes(reason)

/** What follows a wait: as `TopUpInput` has it. */
type Following = Pick<TopUpInput, 'onState' | 'signal'>

/** A top-up that the reader pays for elsewhere. `request`: where, a URL. `paid`: the mint has the money already. */
export type Checkout = { readonly paymentId: string; readonly request: string; readonly paid?: true }

/**
 * Begins a top-up whose money comes in elsewhere. One that was begun before for the same and can still be paid, or was paid
 * and the mint heard of it too late, is taken up again, so that nobody pays twice for having gone back.
 *
 * @throws {TuppenceError} As `topUp`, before anything happened.
 */
export async function startCheckout(
  wallet: Wallet,
  input: Pick<TopUpInput, 'amount' | 'unit' | 'method' | 'mint'>,
): Promise<Checkout> {
  const context = contextOf(wallet)
  const begun = await begunBefore(context, input)
  if (begun) return begun
  const payment = await startQuote(context, input)
  // Before anybody pays for it: afterwards the way back must be known.
  await keepInstrument(context, payment)
  return { paymentId: payment.id, request: payment.quote.request }
}

async function begunBefore(
  context: Context,
  { amount, unit, method, mint = context.mints[0] }: Pick<TopUpInput, 'amount' | 'unit' | 'method' | 'mint'>,
): Promise<Checkout | undefined> {
  const rows = await context.db.transact(['payments'], 'read', (tx) => tx.list('payments'))
  for (const { value } of rows.toReversed()) {
    if (value.kind !== 'top-up' || value.state !== 'quoted' || !value.quote || value.amount !== amount) continue
    if (value.unit !== unit || value.method !== method || value.mint !== mint) continue
    const client = await context.mint()
    const { id, request } = value.quote
    const quote = await client.quoteState(mint, { method, quote: id }).catch(unlessUnknown)
    if (!quote) continue
    const { state, reason, expiry } = quote
    if (state === 'PAID') return { paymentId: value.id, request, paid: true }
    const nowSeconds = (await client.timeSeconds(mint)) ?? 0
    const isOpen = state === 'UNPAID' && (!reason || reason === 'card-declined') && nowSeconds < (expiry ?? Infinity)
    if (isOpen) return { paymentId: value.id, request }
  }
  return undefined
}

/** Nobody can pay for a quote that its mint does not know. */
function unlessUnknown(error: unknown): undefined {
  if (!isTuppenceError(error) || error.code !== 'quote-unknown') throw error
}

/**
 * Waits for a top-up that was begun before, here or in another window, and makes coins of it. A mint that does not answer is
 * waited for.
 *
 * @returns `waiting` when `signal` ended it, or time is up: `recover` finds it later.
 * @throws {TuppenceError} What no waiting mends.
 */
export async function awaitTopUp(
  wallet: Wallet,
  paymentId: string,
  { onState, signal }: Following = {},
): Promise<TopUpOutcome> {
  const context = contextOf(wallet)
  do {
    const [payment, entry] = await context.db.transact(['payments', 'history'], 'read', async (tx) => [
      await tx.get('payments', paymentId),
      await tx.get('history', paymentId),
    ])
    if (entry?.end === 'done') return { status: 'topped-up', amount: entry.amount, unit: entry.unit }
    if (payment?.kind !== 'top-up' || !payment.quote)
      return { status: 'refused', reason: entry?.reason ?? 'quote-unknown' }
    try {
      const outcome = await follow(context, payment as Quoted, { ...(onState && { onState }), signal })
      if (outcome.status === 'refused' && isFinal(outcome.reason)) await lapse(context, payment, outcome.reason)
      if (outcome.status !== 'waiting') return outcome
    } catch (error) {
      if (!isTuppenceError(error) || error.retry === 'never') throw error
    }
    onState?.('waiting')
  } while (await wait(context, signal))
  return { status: 'waiting', paymentId }
}

/** Takes the money of a voucher. @see redeemVoucher in actions/voucher.ts */
export function redeemVoucher(
  wallet: Wallet,
  code: string,
  input: Omit<TopUpInput, 'amount' | 'method'>,
): Promise<TopUpOutcome> {
  return redeem(contextOf(wallet), code, input)
}

/** Where money goes: as a method's `request`, or back to what a top-up was paid with. */
export type Withdrawal = WithdrawInput & { readonly instrument?: Instrument | undefined }

/** What it would cost at most. Nothing changes. @throws {TuppenceError} As `Wallet.withdraw`. */
export async function quoteWithdrawal(wallet: Wallet, input: Withdrawal): Promise<WithdrawalQuote> {
  const context = contextOf(wallet)
  return quote(context, await addressed(context, input))
}

/**
 * Takes out what was quoted, for `quoted.fee` at most.
 *
 * @returns As `Wallet.withdraw`.
 */
export async function withdrawTo(wallet: Wallet, input: Withdrawal, quoted: WithdrawalQuote): Promise<WithdrawOutcome> {
  const context = contextOf(wallet)
  const { instrument, amount } = input
  try {
    const outcome = await withdrawQuoted(context, { feeMax: quoted.fee, ...input }, quoted)
    if (instrument && outcome.status === 'withdrawn') await noteReturned(context, instrument, { amount })
    if (instrument && outcome.status === 'pending')
      await noteReturned(context, instrument, { amount, paymentId: outcome.paymentId })
    return outcome
  } catch (error) {
    // It has left, and nobody knows yet what became of it.
    const id = isTuppenceError(error) && error.details['paymentId']
    if (instrument && typeof id === 'string') await noteReturned(context, instrument, { amount, paymentId: id })
    throw error
  }
}

/** With the claim on the top-up that the money goes back to, signed by its key. */
async function addressed(context: Context, { instrument, ...input }: Withdrawal): Promise<WithdrawInput> {
  if (!instrument) return input
  const { quote: id, keyIndex, mint } = instrument
  if (input.amount > instrument.left) throw new TuppenceError('amount-out-of-range')
  const claim = { quote: id, amount: input.amount, unit: input.unit }
  const [seed, curve] = await Promise.all([seedOf(context), context.curve()])
  const signature = await curve.signQuote({ seed, index: keyIndex, quote: withdrawalClaim(claim).quote, outputs: [] })
  return { ...input, mint, request: encodeWithdrawal({ ...claim, signature }) }
}
