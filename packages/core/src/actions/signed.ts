/** Sends a journaled request for signatures and settles what comes back; top-up, swap, receive and recover end here. */
import { answersOutputs, isTuppenceError, TuppenceError, type BlindSignature, type Coin } from '@tuppence/protocol'
import type { HeldCoin } from '../coins.ts'
import type { Context } from '../context.ts'
import type { MintAnswer } from '../ports.ts'
import {
  advance,
  transitions,
  type Payment,
  type PlannedOutputs,
  type RefundPayment,
  type SwapPayment,
  type TopUpPayment,
} from '../payment.ts'
import type { Tx } from '../tables.ts'
import { coinStates } from './coin-states.ts'
import { ended } from './history.ts'
import { joined } from './join.ts'
import { keysetOf } from './mints.ts'
import { seedOf } from './outputs.ts'
import { dropSpent, dropSpentAt, skipAhead } from './restore.ts'

/** A payment whose request has been journaled. */
export type SigningPayment = (SwapPayment | TopUpPayment | RefundPayment) &
  Required<Pick<SwapPayment, 'request' | 'outputs'>>

/**
 * How it ended. `refused`: nothing was signed; inputs that are still good are free again, and a top-up is back at its
 * quote. `reason` is the mint's.
 */
export type Signed = { readonly status: 'done' } | { readonly status: 'refused'; readonly reason: string }

/**
 * Sends the request, once. A second call while the first is on its way joins it.
 *
 * @throws {TuppenceError} `mint-unavailable`, `mint-timeout`: unknown, the payment stays open. `dleq-invalid`,
 *   `dleq-missing`, `mint-response-invalid`: quarantined, with the inputs kept.
 */
export function sendToMint(context: Context, payment: SigningPayment): Promise<Signed> {
  return joined(context, payment.id, () => send(context, payment))
}

async function send(context: Context, payment: SigningPayment): Promise<Signed> {
  const client = await context.mint()
  const answer = await client.sign(payment.mint, payment.request)
  const signed = await settle(context, payment, answer)
  await context.changed()
  return signed
}

async function settle(context: Context, payment: SigningPayment, answer: MintAnswer): Promise<Signed> {
  switch (answer.status) {
    case 'unknown':
      throw new TuppenceError(answer.code, { details: { paymentId: payment.id } })
    case 'garbled':
      return quarantine(context, payment, { text: answer.text, error: new TuppenceError('mint-response-invalid') })
    case 'signed':
      return accept(context, payment, answer)
    case 'refused':
      return askAgain(context, payment, answer.reason)
  }
}

/** W6: every signature is checked before anything is believed; then coins in, inputs out, payment ended, in one write. */
export async function accept(
  context: Context,
  payment: SigningPayment,
  answer: { signatures: readonly BlindSignature[]; text: string },
): Promise<Signed> {
  const { mint, outputs } = payment
  // What fails here is ours, and no fault of the answer.
  const { keys, input_fee_ppk: feePpk } = await keysetOf(context, mint, outputs.keysetId)
  const [seed, curve] = await Promise.all([seedOf(context), context.curve()])
  let coins: Coin[]
  try {
    if (!answersOutputs(asked(outputs), answer.signatures)) throw new TuppenceError('mint-response-invalid')
    coins = await curve.unblind({ seed, ...outputs, keys, signatures: answer.signatures })
  } catch (error) {
    if (!isTuppenceError(error) || error.code === 'internal') throw error
    return quarantine(context, payment, { text: answer.text, error })
  }
  await commit(
    context,
    payment,
    coins.map((coin) => ({ ...coin, ...(feePpk > 0 && { feePpk }) })),
  )
  return { status: 'done' }
}

const asked = ({ keysetId, planned }: PlannedOutputs) => planned.map(({ amount }) => ({ amount, id: keysetId, B_: '' }))

async function commit(
  context: Context,
  payment: SigningPayment,
  coins: readonly (Coin & Pick<HeldCoin, 'feePpk'>)[],
): Promise<void> {
  const { id, mint, unit } = payment
  await context.db.transact(['payments', 'coins', 'history', 'purchases'], 'write', async (tx) => {
    const open = await tx.get('payments', id)
    // Ended already: by another tab, and the same coins are there; or on a refusal that these signatures prove wrong.
    if (!open && (await tx.get('history', id))?.end === 'done') return
    const current = open ?? payment
    if (open) advance(open, 'settle')
    for (const secret of current.coins) await tx.delete('coins', secret)
    for (const coin of coins) await tx.put('coins', coin.secret, { ...coin, mint, unit } satisfies HeldCoin)
    await tx.delete('payments', id)
    await tx.put('history', id, ended(current, { end: 'done' }))
    if (current.kind === 'swap' && current.of !== undefined) await endRecalled(tx, current.of, current)
    if (current.kind === 'refund') await disown(tx, current)
  })
}

/** What was given back is owned no more; what was bought since then at the same URL is. */
export async function disown(tx: Tx, { of, offer: { url } }: RefundPayment): Promise<void> {
  if ((await tx.get('purchases', url))?.paymentId === of) await tx.delete('purchases', url)
}

/** The payment whose coins a swap brought home is over, if it has no other coins. What did not come home was spent. */
async function endRecalled(tx: Tx, id: string, swap: Pick<SwapPayment, 'coins' | 'amount'>): Promise<void> {
  const payment = await tx.get('payments', id)
  if (!payment) return
  const coins = payment.coins.filter((secret) => !swap.coins.includes(secret))
  if (coins.length > 0) return tx.put('payments', id, { ...payment, coins, amount: payment.amount - swap.amount })
  advance(payment, 'recall')
  const spent = payment.amount - swap.amount
  const reason = ('reason' in payment && payment.reason) || 'recalled'
  await tx.delete('payments', id)
  await tx.put(
    'history',
    id,
    ended(payment, spent > 0 ? { end: 'done', amount: spent, reason } : { end: 'undone', reason }),
  )
}

export async function quarantine(
  context: Context,
  payment: SigningPayment,
  { text, error }: { text: string; error: TuppenceError },
): Promise<never> {
  const { id } = payment
  await context.db.transact(['payments', 'quarantine'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    if (!awaits(current, payment) || !transitions[current.state].garble) return
    await tx.put('payments', id, advance(current, 'garble'))
    await tx.put('quarantine', id, { paymentId: id, atMs: context.clock.nowMs(), reason: error.code, answer: text })
  })
  await context.changed()
  throw error
}

/** Whether a payment still waits for the answer to this very request: another tab may have drawn up a new one. */
function awaits(current: Payment | undefined, { request }: SigningPayment): current is Payment {
  return current !== undefined && 'request' in current && current.request?.body === request.body
}

/** The mint said no. That is believed only once it also says that it signed none of the outputs (NUT-09). */
async function askAgain(context: Context, payment: SigningPayment, reason: string): Promise<Signed> {
  const { id, mint, outputs } = payment
  await context.db.transact(['payments'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    // Where another tab was told the same, it may stand beyond that already.
    if (awaits(current, payment) && transitions[current.state].refuse)
      await tx.put('payments', id, advance(current, 'refuse'))
  })
  const signatures = await restoredSignatures(context, mint, outputs)
  const wasDone = signatures.length > 0 && (await isDone(context, payment))
  if (wasDone && answersOutputs(asked(outputs), signatures)) return accept(context, payment, { signatures, text: '' })
  const areSpent = reason === 'coins-spent' || reason === 'nut-11001'
  // Signed as something else: another device of this seed, or another life of this storage, was at these places first.
  if (isTaken(reason) || (wasDone && areSpent)) await skipAhead(context, mint, outputs)
  else if (wasDone) return quarantine(context, payment, { text: '', error: new TuppenceError('mint-response-invalid') })
  await release(context, payment, reason)
  // Where one coin was spent elsewhere, others may have been.
  if (areSpent) await dropSpentAt(context, mint)
  return { status: 'refused', reason }
}

/** Whether a refusal says that these outputs were signed before: others will do. */
export function isTaken(reason: string): boolean {
  return reason === 'outputs-signed' || reason === 'nut-11003'
}

/**
 * Whether the mint has done what was asked. Signatures alone don't say so: after a storage was wiped, indices are used that
 * an earlier life of the same seed used before, and its signatures must not pass for the answer to this request.
 */
async function isDone(context: Context, payment: SigningPayment): Promise<boolean> {
  const { mint } = payment
  if (payment.kind === 'top-up') {
    const { method, quote } = payment
    return (
      quote !== undefined &&
      (await (await context.mint()).quoteState(mint, { method, quote: quote.id })).state === 'ISSUED'
    )
  }
  const { inputs } = JSON.parse(payment.request.body) as { readonly inputs: readonly Coin[] }
  const states = await coinStates(
    context,
    mint,
    inputs.map(({ secret }) => secret),
  )
  return [...states.values()].every((state) => state === 'SPENT')
}

/** What the mint signed of some outputs, in their order (NUT-09). */
export async function restoredSignatures(
  context: Context,
  mint: string,
  { keysetId, planned }: PlannedOutputs,
): Promise<BlindSignature[]> {
  const [seed, curve, client] = await Promise.all([seedOf(context), context.curve(), context.mint()])
  const blinded = await curve.makeOutputs({ seed, keysetId, planned })
  const { outputs, signatures } = await client.restore(mint, blinded)
  const found = new Map(outputs.map(({ B_ }, at) => [B_, signatures[at]]))
  return blinded.flatMap(({ B_ }) => found.get(B_) ?? [])
}

/** Codes after which a top-up's quote is of no more use. */
const quoteIsOver = ['quote-expired', 'quote-issued', 'quote-unknown', 'nut-20007', 'nut-20002']

async function release(context: Context, payment: SigningPayment, reason: string): Promise<void> {
  const spent = await spentInputs(context, payment)
  await context.db.transact(['payments', 'coins', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (!awaits(current, payment) || current.state !== 'refused') return
    // A copy that comes late may have them signed all the same. Those that were signed before are somebody else's.
    const { tried } = current as TopUpPayment
    const now = isTaken(reason) ? [] : payment.outputs.planned
    // A keyset that was retired meanwhile signs nothing any more.
    const before = tried?.keysetId === payment.outputs.keysetId ? tried.planned : []
    const outputs = { ...payment.outputs, planned: [...before, ...now] }
    if (current.kind === 'top-up' && !quoteIsOver.includes(reason)) {
      const { request: _, outputs: __, ...quoted } = advance(current, 'retry')
      return tx.put('payments', current.id, { ...quoted, tried: outputs })
    }
    advance(current, 'release')
    await tx.delete('payments', current.id)
    await tx.put('history', current.id, ended(current, { end: 'undone', reason, outputs }))
    // Coins that another payment holds are that payment's to judge.
    const foreign = current.kind === 'swap' && current.of !== undefined
    if (!foreign) await dropSpent(context, tx, { mint: current.mint, unit: current.unit, secrets: spent })
  })
}

async function spentInputs(context: Context, { mint, coins }: SigningPayment): Promise<string[]> {
  const states = await coinStates(context, mint, coins)
  return coins.filter((secret) => states.get(secret) === 'SPENT')
}
