// Makes good what was lost: orders that are under way are asked after, and Stripe's own list of events is read for what never
// arrived; the mint's chore calls it at the start and every minute.

import type { Stripe } from 'stripe'
import type { Parts } from '../../parts.ts'
import { kindOf, type Card } from './client.ts'
import { followOrder } from './follow.ts'
import { changeOrder, dueOrders } from './orders.ts'
import { eventTypes, takeEvent } from './webhook.ts'

/** Orders and events that are dealt with in one round: the rest waits for the next. */
const ordersMost = 50
const eventsMost = 200
/** Events that are listed at once. */
const listMost = 5000
/** Stripe keeps its list for 30 days. */
const listSeconds = 30 * 86_400 - 3600
/** How far back is read again: events are not listed in the order in which they can be seen. */
const overlapSeconds = 600
/** How long is remembered that an event was dealt with. */
const keepMs = 60 * 86_400_000
/** How long an order that could not be asked after, or is not ready, waits for its next turn. */
const waitMs = 60_000

/** @see Funding.resume */
export async function catchUp(deps: Parts, card: Card): Promise<void> {
  for (const order of await dueOrders(deps, ordersMost)) {
    // First, so that one that fails every time does not keep the others waiting.
    await changeOrder(deps, order, { due_at_ms: deps.clock.nowMs() + waitMs })
    await followOrder(deps, card, order.id).catch((error: unknown) => {
      deps.log('warn', 'funding-unanswered', { method: 'card', reason: kindOf(error) })
    })
  }
  await readEvents(deps, card)
  // Stripe tells nobody of older ones.
  await deps.office.db
    .deleteFrom('card_events')
    .where('handled_at_ms', '<', deps.clock.nowMs() - keepMs)
    .execute()
}

async function readEvents(deps: Parts, card: Card): Promise<void> {
  const nowS = Math.floor(deps.clock.nowMs() / 1000)
  const known = await deps.office.db
    .selectFrom('card_cursor')
    .select('seen_at_s')
    .where('id', '=', 'events')
    .executeTakeFirst()
  const from = Math.max((known?.seen_at_s ?? nowS) - overlapSeconds, nowS - listSeconds)
  const { events, until } = await listEvents(card, from, nowS + overlapSeconds)
  // The oldest first, so that the mark never passes one that was not dealt with; one that cannot be is left for the next round.
  let seen = known?.seen_at_s ?? nowS
  let isWhole = true
  let tried = 0
  for (const event of events.toReversed()) {
    try {
      if (await takeEvent(deps, card, event)) tried++
      if (isWhole) seen = Math.max(seen, event.created)
    } catch (error) {
      deps.log('warn', 'event-not-taken', { reason: kindOf(error) })
      tried++
      isWhole = false
    }
    if (tried < eventsMost) continue
    isWhole = false
    break
  }
  if (isWhole) seen = Math.max(seen, Math.min(nowS - overlapSeconds, until))
  await deps.office.db
    .insertInto('card_cursor')
    .values({ id: 'events', seen_at_s: seen })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at_s: seen }))
    .execute()
}

/** Events since `from`, the newest first: up to `until`, or as long ago as makes one list of them. */
async function listEvents(card: Card, from: number, until: number): Promise<{ events: Stripe.Event[]; until: number }> {
  const created = { gte: from, lte: until }
  const listed = card.stripe.events.list({ types: [...eventTypes], created, limit: 100 })
  const events = await listed.autoPagingToArray({ limit: listMost })
  // Stripe begins with the newest: of a list that is cut off, the oldest would be missed.
  if (events.length < listMost || until <= from) return { events, until }
  return listEvents(card, from, Math.floor((from + until) / 2))
}
