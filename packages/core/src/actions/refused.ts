/** What becomes of coins that a till refused, or took without proof: the mint says. Called by pay (loaded then) and recover. */
import type { Context } from '../context.ts'
import { advance, isEnd, type PaymentEvent, type TillPayment } from '../payment.ts'
import { coinStates } from './coin-states.ts'
import { ended } from './history.ts'

/**
 * Lets go of a refused payment unless all of its coins are spent: a deposit takes all or none, so one coin that is still
 * good means that this payment did not go through.
 *
 * @returns `open` when every coin is spent: the till may have them after all, and has to be asked again first.
 */
export async function settleRefused(context: Context, id: string): Promise<'ended' | 'open'> {
  const known = await statesOf(context, id, 'refused')
  if (!known) return 'ended'
  const { payment, spent, pending } = known
  if (pending || spent.length === payment.coins.length) return 'open'
  return finish(context, payment, { event: 'release', spent, reason: payment.reason ?? 'refused' })
}

/** As `settleRefused`, once the till has been asked again and still says no: spent coins are then lost to it. */
export async function concludeRefused(context: Context, id: string): Promise<'ended' | 'open'> {
  if ((await settleRefused(context, id)) === 'ended') return 'ended'
  const known = await statesOf(context, id, 'refused')
  if (!known || known.pending) return 'open'
  return finish(context, known.payment, {
    event: 'take',
    spent: known.spent,
    reason: known.payment.reason ?? 'refused',
  })
}

/** Ends a payment that the till accepted without a receipt of the mint, once the mint says that its coins are spent. */
export async function settleAccepted(context: Context, id: string): Promise<'ended' | 'open'> {
  const known = await statesOf(context, id, 'accepted')
  if (!known) return 'ended'
  const { payment, spent } = known
  return spent.length === payment.coins.length ? finish(context, payment, { event: 'spend', spent }) : 'open'
}

async function statesOf(context: Context, id: string, state: TillPayment['state']) {
  const payment = await context.db.transact(['payments'], 'read', (tx) => tx.get('payments', id))
  if (payment?.state !== state || (payment.kind !== 'pay' && payment.kind !== 'tip')) return undefined
  const states = await coinStates(context, payment.mint, payment.coins)
  const are = (wanted: string) => payment.coins.filter((secret) => states.get(secret) === wanted)
  return { payment, spent: are('SPENT'), pending: are('PENDING').length > 0 }
}

type Finish = { readonly event: PaymentEvent; readonly spent: readonly string[]; readonly reason?: string }

async function finish(context: Context, payment: TillPayment, { event, spent, reason }: Finish): Promise<'ended'> {
  await context.db.transact(['payments', 'coins', 'history', 'purchases'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (current?.state !== payment.state) return
    const { state } = advance(current, event)
    if (!isEnd(state)) return
    for (const secret of spent) await tx.delete('coins', secret)
    await tx.delete('payments', current.id)
    const purchase = await tx.get('purchases', payment.offer.url)
    const receipt = purchase?.paymentId === current.id ? purchase.receipt : undefined
    await tx.put(
      'history',
      current.id,
      ended(current, { end: state, ...(reason !== undefined && { reason }), ...(receipt && { receipt }) }),
    )
  })
  await context.changed()
  return 'ended'
}
