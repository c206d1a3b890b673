// One order for each checkout: what Stripe is told instead of the quote's id, and how far it has come; every step of card.ts
// changes a row here before and after it speaks with Stripe.

import type { Updateable } from 'kysely'
import type { Parts } from '../../parts.ts'
import type { CardOrder } from '../../office/tables/funding.ts'

type OfficeDeps = Pick<Parts, 'office' | 'clock'>

/** Writes down that a checkout is about to be opened. */
export async function addOrder(
  { office }: OfficeDeps,
  order: Pick<CardOrder, 'id' | 'quote' | 'unit' | 'amount' | 'address' | 'created_at_ms' | 'expires_at_ms'>,
): Promise<void> {
  await office.db
    .insertInto('card_orders')
    .values({
      ...order,
      state: 'opening',
      reason: null,
      note: null,
      session: null,
      intent: null,
      instrument: null,
      captured: 0,
      returned: 0,
      credited: 0,
      updated_at_ms: order.created_at_ms,
      due_at_ms: order.expires_at_ms,
    })
    .execute()
}

/** An order by one of its names. */
export function orderBy(
  { office }: Pick<Parts, 'office'>,
  name: 'id' | 'quote' | 'intent' | 'session',
  value: string,
): Promise<CardOrder | undefined> {
  return office.db.selectFrom('card_orders').selectAll().where(name, '=', value).executeTakeFirst()
}

/**
 * Changes an order, if it is still in the state that the change was decided for.
 *
 * @returns The order as it is now, and whether this change was made: another process may have been first.
 */
export async function changeOrder(
  { office, clock }: OfficeDeps,
  order: Pick<CardOrder, 'id' | 'state'>,
  change: Omit<Updateable<CardOrder>, 'id' | 'quote' | 'amount' | 'unit'>,
): Promise<{ readonly order: CardOrder; readonly changed: boolean }> {
  const { numUpdatedRows } = await office.db
    .updateTable('card_orders')
    .set({ ...change, updated_at_ms: clock.nowMs() })
    .where('id', '=', order.id)
    .where('state', '=', order.state)
    .executeTakeFirst()
  const now = await orderBy({ office }, 'id', order.id)
  if (now === undefined) throw new Error('funding: an order is gone')
  return { order: now, changed: Number(numUpdatedRows) === 1 }
}

/** Orders that somebody should ask after by now. */
export function dueOrders({ office, clock }: OfficeDeps, most: number): Promise<readonly CardOrder[]> {
  return office.db
    .selectFrom('card_orders')
    .selectAll()
    .where('due_at_ms', '<=', clock.nowMs())
    .orderBy('due_at_ms')
    .limit(most)
    .execute()
}
