// What Stripe sends by itself: checked, kept, and taken as a hint to look at an order; card.ts gives requests to it. Nothing is
// booked from an event's own words: an old one, or one out of order, says nothing that Stripe does not say when it is asked.

import { Stripe } from 'stripe'
import { TuppenceError, utf8Decode } from '@tuppence/protocol'
import type { Parts } from '../../parts.ts'
import type { CardOrder } from '../../office/tables/funding.ts'
import type { Notice } from '../port.ts'
import { unavailable, type Card } from './client.ts'
import { followOrder, hold } from './follow.ts'
import { changeOrder, orderBy } from './orders.ts'

/** Seconds that a signature may be old: what is replayed later is refused. */
const toleranceSeconds = 300

/** Kinds of events that say something about an order. */
export const eventTypes = [
  'checkout.session.completed',
  'checkout.session.expired',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.captured',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const satisfies readonly Stripe.Event.Type[]

/**
 * Takes a webhook's request.
 *
 * @throws {TuppenceError} `webhook-invalid`, `webhook-stale`, `webhook-foreign`: nothing was done. `funding-unavailable`: it is
 *   kept, Stripe sends it again, and the chore looks, too.
 */
export async function takeNotice(deps: Parts, card: Card, notice: Notice): Promise<void> {
  await takeEvent(deps, card, readEvent(deps, card, notice))
}

function readEvent({ clock }: Parts, { webhookSecret }: Card, { body, headers }: Notice): Stripe.Event {
  const signature = headers.get('stripe-signature') ?? ''
  try {
    const nowMs = clock.nowMs()
    const event = Stripe.webhooks.constructEvent(
      utf8Decode(body),
      signature,
      webhookSecret,
      toleranceSeconds,
      undefined,
      nowMs,
    )
    // The library does not mind a signature from the future.
    const atSeconds = Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1])
    if (atSeconds > nowMs / 1000 + toleranceSeconds) throw new TuppenceError('webhook-stale')
    return event
  } catch (error) {
    if (error instanceof TuppenceError) throw error
    const isStale = error instanceof Error && /tolerance/i.test(error.message)
    // Without the cause: Stripe's text has the payload and the header in it.
    throw new TuppenceError(isStale ? 'webhook-stale' : 'webhook-invalid')
  }
}

/**
 * Deals with an event, told or found by asking: once.
 *
 * @returns Whether there was anything to do.
 */
export async function takeEvent(deps: Parts, card: Card, event: Stripe.Event): Promise<boolean> {
  const { id, type, livemode, account } = event
  if (typeof id !== 'string' || typeof type !== 'string' || typeof event.data?.object !== 'object') {
    throw new TuppenceError('webhook-invalid')
  }
  // An endpoint of a platform hears of its connected accounts, too: their money is not the mint's.
  if (livemode !== card.livemode || account !== undefined) throw new TuppenceError('webhook-foreign')
  if (!(eventTypes as readonly string[]).includes(type)) return false
  const { db } = deps.office
  const nowMs = deps.clock.nowMs()
  await db
    .insertInto('card_events')
    .values({ id, type, received_at_ms: nowMs, handled_at_ms: null, outcome: null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const row = await db.selectFrom('card_events').select('handled_at_ms').where('id', '=', id).executeTakeFirst()
  if (typeof row?.handled_at_ms === 'number') return false
  const outcome = await dealWith(deps, card, event)
  await db
    .updateTable('card_events')
    .set({ handled_at_ms: deps.clock.nowMs(), outcome })
    .where('id', '=', id)
    .where('handled_at_ms', 'is', null)
    .execute()
  return true
}

async function dealWith(deps: Parts, card: Card, event: Stripe.Event): Promise<string> {
  const order = await orderOf(deps, event.data.object as unknown as Readonly<Record<string, unknown>>)
  // Somebody else's payment at the same account of Stripe's.
  if (order === undefined) return 'unknown'
  try {
    await followOrder(deps, card, order.id)
  } catch (error) {
    const now = await orderBy(deps, 'id', order.id)
    if (now !== undefined && now.state !== 'held') await changeOrder(deps, now, { due_at_ms: deps.clock.nowMs() })
    throw unavailable(error)
  }
  const now = await orderBy(deps, 'id', order.id)
  if (
    event.type === 'payment_intent.succeeded' &&
    now !== undefined &&
    ['failed', 'expired', 'refused'].includes(now.state)
  ) {
    await hold(deps, now, 'funding-held', `Stripe tells of a payment that succeeded, and says ${now.state} when asked.`)
    return 'contradicts'
  }
  return now?.state ?? 'gone'
}

/** Whom an event is about: its object, or what that belongs to, names the order. */
async function orderOf(
  deps: Pick<Parts, 'office'>,
  object: Readonly<Record<string, unknown>>,
): Promise<CardOrder | undefined> {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const named =
    text((object['metadata'] as Record<string, unknown> | null)?.['order']) ?? text(object['client_reference_id'])
  if (named !== undefined) return orderBy(deps, 'id', named)
  const intent = object['object'] === 'payment_intent' ? text(object['id']) : text(object['payment_intent'])
  return intent === undefined ? undefined : orderBy(deps, 'intent', intent)
}
