/** Money in by a prepaid voucher: the code is journaled before it is sent, since the mint takes it for one key, once. */
import { parseJsonAs, quoteSchema, readVoucher, TuppenceError } from '@tuppence/protocol'
import type { TopUpInput, TopUpOutcome } from '../api.ts'
import type { Context } from '../context.ts'
import { advance, firstState, type TopUpPayment } from '../payment.ts'
import { newId } from './ids.ts'
import { joined } from './join.ts'
import { openMint } from './mints.ts'
import { seedOf } from './outputs.ts'
import { follow, type Quoted } from './top-up.ts'

/** A voucher that may have been sent. Whoever has the code has the money, so it leaves the journal once the mint has it. */
export type VoucherPayment = TopUpPayment & { readonly voucher: string }

type Redeemed =
  | { readonly status: 'quoted'; readonly payment: Quoted }
  | { readonly status: 'declined'; readonly reason: string }

/**
 * Takes the money of a voucher. Once the code has left, whatever happens, `recover` ends it.
 *
 * @param code - As it was typed, pasted or scanned.
 * @returns `refused`: the mint does not take it, and why.
 * @throws {TuppenceError} `voucher-invalid`, `seed-required`, `mint-unknown`: nothing was sent. `mint-unavailable`,
 *   `mint-timeout`: it may have been; the payment stays open.
 */
export async function redeemVoucher(
  context: Context,
  code: string,
  { unit, mint = context.mints[0] ?? '', onState, signal }: Omit<TopUpInput, 'amount' | 'method'>,
): Promise<TopUpOutcome> {
  const voucher = readVoucher(code)
  onState?.('quoting')
  await openMint(context, mint, unit)
  await seedOf(context)
  const redeemed = await redeem(context, await journal(context, { voucher, unit, mint }))
  if (redeemed.status === 'declined') return { status: 'refused', reason: redeemed.reason }
  return follow(context, redeemed.payment, { ...(onState && { onState }), signal })
}

/** The same code with the same key again, which gets the same quote. */
export async function recoverVoucher(context: Context, payment: TopUpPayment): Promise<void> {
  if (!isVoucher(payment)) throw new Error('not a voucher')
  const redeemed = await redeem(context, payment)
  if (redeemed.status === 'quoted') await follow(context, redeemed.payment, { signal: AbortSignal.abort() })
}

const isVoucher = (payment: TopUpPayment): payment is VoucherPayment => 'voucher' in payment

/** One journaled before with the same code is that one, with its key. */
function journal(
  context: Context,
  { voucher, unit, mint }: { readonly voucher: string; readonly unit: string; readonly mint: string },
): Promise<VoucherPayment> {
  return context.db.transact(['payments', 'counters'], 'write', async (tx) => {
    for (const { value } of await tx.list('payments'))
      if (value.kind === 'top-up' && isVoucher(value) && value.voucher === voucher && value.mint === mint) return value
    const keyIndex = (await tx.get('counters', 'quote')) ?? 0
    await tx.put('counters', 'quote', keyIndex + 1)
    const payment: VoucherPayment = {
      id: newId(context),
      kind: 'top-up',
      state: firstState['top-up'],
      mint,
      unit,
      // The mint says how much it is.
      amount: 0,
      method: 'voucher',
      keyIndex,
      coins: [],
      voucher,
      atMs: context.clock.nowMs(),
    }
    await tx.put('payments', payment.id, payment)
    return payment
  })
}

function redeem(context: Context, payment: VoucherPayment): Promise<Redeemed> {
  return joined(context, payment.id, () => ask(context, payment))
}

async function ask(context: Context, payment: VoucherPayment): Promise<Redeemed> {
  const { id, mint, unit, keyIndex, voucher } = payment
  const [seed, curve, client] = await Promise.all([seedOf(context), context.curve(), context.mint()])
  const pubkey = await curve.quoteKey({ seed, index: keyIndex })
  const body = JSON.stringify({ unit, pubkey, voucher })
  const reply = await client.post(mint, { path: '/v1/mint/quote/voucher', body })
  if (reply.status === 'unknown') throw new TuppenceError(reply.code, { details: { paymentId: id } })
  if (reply.status === 'refused') {
    await context.db.transact(['payments'], 'write', (tx) => tx.delete('payments', id))
    await context.changed()
    return { status: 'declined', reason: reply.reason }
  }
  const quote = parseJsonAs(quoteSchema, reply.text, 'mint-response-invalid')
  if (quote.unit !== unit || (quote.pubkey ?? pubkey) !== pubkey) throw new TuppenceError('mint-response-invalid')
  const { voucher: _, ...rest } = advance(payment, 'quote')
  const quoted: Quoted = { ...rest, amount: quote.amount, quote: { id: quote.quote, request: quote.request } }
  await context.db.transact(['payments'], 'write', async (tx) => {
    // Another tab may have been first, and be further on.
    if ((await tx.get('payments', id))?.state === 'quoting') await tx.put('payments', id, quoted)
  })
  await context.changed()
  return { status: 'quoted', payment: quoted }
}
