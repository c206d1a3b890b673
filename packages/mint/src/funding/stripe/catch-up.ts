// Makes good what was lost: orders that are under way are asked after, and Stripe's own list of events is read for what never
// arrived; the mint's chore calls it at the start and every minute.

import type { Parts } from '../../parts.ts'
import { kindOf, type Card } from './client.ts'
import { followOrder } from './follow.ts'
import { changeOrder, dueOrders } from './orders.ts'
import { eventTypes, takeEvent } from './webhook.ts'

/** Orders and events of one round: the rest waits for the next. */
const ordersMost = 50
const eventsMost = 200
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
  const listed = card.stripe.events.list({ types: [...eventTypes], created: { gte: from }, limit: 100 })
  const events = await listed.autoPagingToArray({ limit: eventsMost })
  // The oldest first, so that the mark never passes one that was not dealt with.
  let seen = known?.seen_at_s ?? nowS
  let isWhole = events.length < eventsMost
  for (const event of events.toReversed()) {
    try {
      await takeEvent(deps, card, event)
      seen = Math.max(seen, event.created)
    } catch (error) {
      deps.log('warn', 'event-not-taken', { reason: kindOf(error) })
      isWhole = false
      break
    }
  }
  if (isWhole) seen = Math.max(seen, nowS - overlapSeconds)
  await deps.office.db
    .insertInto('card_cursor')
    .values({ id: 'events', seen_at_s: seen })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at_s: seen }))
    .execute()
}
