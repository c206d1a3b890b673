/** Settles what a till answered to a credential: receipt, purchase, history, coins; loaded by the time the answer is there. */
import {
  base64UrlDecode,
  decodeReceipt,
  isTuppenceError,
  limits,
  offerCommitment,
  TuppenceError,
  tokenReference,
  verifyReceipt,
  type PaymentReceipt,
  type Standing,
} from '@tuppence/protocol'
import type { Outcome } from '../api.ts'
import type { Context } from '../context.ts'
import { advance, isEnd, type TillPayment } from '../payment.ts'
import type { TillAnswer } from '../ports.ts'
import type { Stander } from '../reader-port.ts'
import type { Purchase } from '../tables.ts'
import { ended } from './history.ts'
import { pinnedMint } from './pinned.ts'
import { settleRefused } from './refused.ts'

/** An answer from which one can tell what happened. `createdMs`: when the request said, by the till's clock, that it was signed. */
export type Decided = Exclude<TillAnswer, { readonly status: 'unknown' }> & { readonly createdMs: number }

/** Ends the payment, or notes why it can't be ended yet. */
export async function settle(context: Context, payment: TillPayment, answer: Decided): Promise<Outcome> {
  if (answer.status !== 'content') {
    // Signed by a wrong clock: that is what was refused, and no word on coins that the till may have had before.
    if (isStale(answer)) throw new TuppenceError('signature-stale', { details: { paymentId: payment.id } })
    await refuse(context, payment, answer.reason)
    return { status: 'declined', reason: answer.reason }
  }
  const { contentType, body } = answer
  const receipt = readReceipt(answer.receipt)
  try {
    await keep(context, payment, receipt)
  } catch (error) {
    // Bought is bought: what was delivered is shown, and the record is finished by recovery.
    if (!isTuppenceError(error)) throw error
  }
  context.tidyLater()
  return { status: 'paid', contentType, body, receipt, standing: await learnt(context, payment.offer, answer.standing) }
}

/** Keeps what a till said of the reader's standing. It is nothing to fail over. */
export async function learnt(
  { reader }: Context,
  stander: Stander,
  text: string | undefined,
): Promise<Standing | undefined> {
  try {
    return text === undefined || !reader ? undefined : await (await reader()).learn(stander, text)
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    return undefined
  }
}

function isStale({ createdMs, nowMs = createdMs }: Decided): boolean {
  return Math.abs(nowMs - createdMs) > limits.signatureWindowSeconds * 1_000
}

/** A receipt that can't be read counts as none: it paid all the same, and what is missing is only the proof. */
export function readReceipt(header: string | undefined): PaymentReceipt | undefined {
  try {
    return header === undefined ? undefined : decodeReceipt(header)
  } catch {
    return undefined
  }
}

/** Ends a payment whose till said yes: coins go, purchase and history stay, in one write (W5). */
async function keep(context: Context, payment: TillPayment, receipt: PaymentReceipt | undefined): Promise<void> {
  const receiptVerified = receipt !== undefined && (await isProof(context, payment, receipt))
  const purchase =
    payment.kind === 'pay'
      ? purchaseFrom(context, payment, { receiptVerified, ...(receipt && { receipt }) })
      : undefined
  await context.db.transact(['payments', 'coins', 'history', 'purchases'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    const over = current ? undefined : await tx.get('history', payment.id)
    // Another tab, or a recovery, was first. Where it took a refusal for the end, the mint's receipt knows better.
    if (!receiptVerified && current?.state === 'accepted') return
    if (!current && (!receiptVerified || !over || over.end === 'done')) return
    // Without the mint's word the coins are kept until it says that they are spent.
    const next = current
      ? advance(current, receiptVerified ? 'settle' : 'accept')
      : { ...payment, state: 'done' as const }
    if (purchase) await tx.put('purchases', purchase.url, purchase)
    if (!isEnd(next.state)) return tx.put('payments', next.id, next)
    for (const secret of next.coins) await tx.delete('coins', secret)
    await tx.delete('payments', next.id)
    await tx.put('history', next.id, ended(next, { end: next.state, ...(receipt && { receipt }) }))
  })
  await context.changed(purchase)
}

function purchaseFrom(
  { clock }: Context,
  { offer, amount, unit, id }: TillPayment,
  proof: Pick<Purchase, 'receipt' | 'receiptVerified'>,
): Purchase {
  const { url, tillOrigin, realm, sites, title, refundSeconds } = offer
  const atMs = clock.nowMs()
  return {
    url,
    tillOrigin,
    realm,
    sites,
    amount,
    unit,
    paymentId: id,
    atMs,
    ...proof,
    ...(refundSeconds !== undefined && { refundUntilMs: atMs + refundSeconds * 1_000 }),
    ...(title !== undefined && { title }),
  }
}

/** Whether a receipt is the mint's word for exactly this payment and offer. */
export async function isProof(context: Context, payment: TillPayment, said: PaymentReceipt): Promise<boolean> {
  const { receipt, salt, reference } = said
  if (!receipt || salt === undefined || reference !== receipt.reference) return false
  const { mint, amount, unit, offer } = payment
  if (receipt.mint !== mint || receipt.unit !== unit || receipt.amount !== amount) return false
  if (receipt.reference !== (await tokenReference(payment.token))) return false
  if (!(await namesOffer(receipt.offer, salt, offer.url))) return false
  const pinned = await pinnedMint(context, mint)
  return pinned !== undefined && verifyReceipt(receipt, pinned.receiptKeys)
}

/** A till may name an offer by its address with or without the query. */
export async function namesOffer(commitment: string, salt: string, url: string): Promise<boolean> {
  const plain = url.slice(0, (url.indexOf('?') + 1 || url.length + 1) - 1)
  try {
    const bytes = base64UrlDecode(salt)
    return commitment === (await offerCommitment(bytes, plain)) || commitment === (await offerCommitment(bytes, url))
  } catch {
    return false
  }
}

/** Notes a refusal, then asks the mint whether the coins are still good; if it can't be asked now, recovery will. */
async function refuse(context: Context, payment: TillPayment, reason: string): Promise<void> {
  await context.db.transact(['payments'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (current?.kind !== payment.kind || current.state === 'accepted') return
    const next = current.state === 'refused' ? current : advance(current, 'refuse')
    await tx.put('payments', next.id, { ...next, reason } as TillPayment)
  })
  await settleRefused(context, payment.id).catch((error: unknown) => {
    if (!isTuppenceError(error)) throw error
  })
  await context.changed()
}
