/** What becomes of coins that a till refused, or took without proof: the mint says. Called by pay (loaded then) and recover. */
import { isExpired } from '@tuppence/protocol'
import type { Context } from '../context.ts'
import { advance, isEnd, type PaymentEvent, type TillPayment } from '../payment.ts'
import { coinStates } from './coin-states.ts'
import { ended } from './history.ts'
import { homeSwapOf, recall } from './recall.ts'
import { tillNowMs } from './till-time.ts'

/** How long after its challenge has run out a till is still asked about coins that are spent and brought nothing. */
const askedForMs = 24 * 3_600_000

/** How long after that a till that said yes may leave the coins lying, before they come home. */
const leftLyingMs = 7 * 24 * 3_600_000

type Ended = 'ended' | 'open'

/**
 * Lets go of a refused payment, once it is certain that no copy of its credential can still go through.
 *
 * A deposit takes all coins or none: where some are spent and some are not, it is over. Where all are good, a copy may be
 * under way, from another tab or in the till's journal: a vault then takes the coins back by a swap, and whoever is first
 * has them; a frame, which can't, waits until the till says no after the challenge has run out.
 *
 * @returns `open` when that is not so yet, or every coin is spent: then the till may have them after all.
 */
export async function settleRefused(context: Context, id: string): Promise<Ended> {
  const known = await statesOf(context, id, 'refused')
  if (!known) return 'ended'
  const { payment, spent, pending, isComingHome } = known
  if (isComingHome) return recalled(context, id)
  if (pending || spent.length === payment.coins.length) return 'open'
  if (spent.length === 0 && context.seed) return recalled(context, id)
  if (spent.length === 0 && !isOver(context, payment, 0)) return 'open'
  return finish(context, payment, { event: 'release', spent, reason: payment.reason ?? 'refused' })
}

/** As `settleRefused`, once the till has been asked again and still says no: coins that are all spent are in the end lost to it. */
export async function concludeRefused(context: Context, id: string): Promise<Ended> {
  if ((await settleRefused(context, id)) === 'ended') return 'ended'
  const known = await statesOf(context, id, 'refused')
  if (!known || known.isComingHome || known.spent.length < known.payment.coins.length) return 'open'
  const { payment, spent } = known
  // Not by our clock alone, which may be off by years.
  if (!context.offsetsMs.has(payment.offer.tillOrigin) || !isOver(context, payment, askedForMs)) return 'open'
  return finish(context, payment, { event: 'take', spent, reason: payment.reason ?? 'refused' })
}

/** Ends a payment that the till accepted without a receipt of the mint, once the mint says that its coins are spent. */
export async function settleAccepted(context: Context, id: string): Promise<Ended> {
  const known = await statesOf(context, id, 'accepted')
  if (!known) return 'ended'
  const { payment, spent } = known
  return spent.length === payment.coins.length ? finish(context, payment, { event: 'spend', spent }) : 'open'
}

/** As `settleAccepted`, once the till has been asked again: what it never fetched comes home to a vault. */
export async function concludeAccepted(context: Context, id: string): Promise<Ended> {
  const known = await statesOf(context, id, 'accepted')
  if (!known) return 'ended'
  const { payment, isComingHome } = known
  const isLeft = payment.offer.expires !== undefined && isOver(context, payment, leftLyingMs)
  return context.seed && (isComingHome || isLeft) ? recalled(context, id) : 'open'
}

async function recalled(context: Context, id: string): Promise<Ended> {
  return (await recall(context, id)) === 'open' ? 'open' : 'ended'
}

/** Whether a payment's challenge has run out, and some time more, by the till's clock; one that never does has no say. */
function isOver(context: Context, { offer }: TillPayment, laterMs: number): boolean {
  const { expires, tillOrigin } = offer
  return expires === undefined || isExpired({ expires }, tillNowMs(context, tillOrigin) - laterMs)
}

async function statesOf(context: Context, id: string, state: TillPayment['state']) {
  const payment = await context.db.transact(['payments'], 'read', (tx) => tx.get('payments', id))
  if (payment?.state !== state || (payment.kind !== 'pay' && payment.kind !== 'tip')) return undefined
  // Asked about first: a swap that ends in between has then ended the payment, too.
  const isComingHome = (await homeSwapOf(context, id)) !== undefined
  const states = await coinStates(context, payment.mint, payment.coins)
  const are = (wanted: string) => payment.coins.filter((secret) => states.get(secret) === wanted)
  return { payment, spent: are('SPENT'), pending: are('PENDING').length > 0, isComingHome }
}

type Finish = { readonly event: PaymentEvent; readonly spent: readonly string[]; readonly reason?: string }

async function finish(context: Context, payment: TillPayment, { event, spent, reason }: Finish): Promise<Ended> {
  const result = await context.db.transact(['payments', 'coins', 'history', 'purchases'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (current?.state !== payment.state) return 'ended'
    // What spent the coins may have been our own swap.
    const isComingHome = (await tx.list('payments')).some(
      ({ value }) => value.kind === 'swap' && value.of === current.id,
    )
    const { state } = advance(current, event)
    if (isComingHome || !isEnd(state)) return 'open'
    for (const secret of spent) await tx.delete('coins', secret)
    await tx.delete('payments', current.id)
    const purchase = await tx.get('purchases', payment.offer.url)
    const receipt = purchase?.paymentId === current.id ? purchase.receipt : undefined
    await tx.put(
      'history',
      current.id,
      ended(current, { end: state, ...(reason !== undefined && { reason }), ...(receipt && { receipt }) }),
    )
    return 'ended'
  })
  await context.changed()
  return result
}
