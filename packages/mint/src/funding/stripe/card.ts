// Cards by Stripe Checkout as a funding method: opens checkouts, and hands the rest to its neighbours; methods.ts makes it.

import { isTuppenceError, TuppenceError, type ErrorCode } from '@tuppence/protocol'
import type { Parts } from '../../parts.ts'
import { addressName, topUpFindings } from '../../fraud/top-ups.ts'
import type { QuoteRow } from '../../ledger/port.ts'
import type { Asker, Funding } from '../port.ts'
import { catchUp } from './catch-up.ts'
import { kindOf, openCard, unavailable, type Card } from './client.ts'
import type { CardSettings } from './config.ts'
import { followOrder } from './follow.ts'
import { addOrder, changeOrder, orderBy } from './orders.ts'
import { refusalCode } from './refusal.ts'
import { takeNotice } from './webhook.ts'
import { cardPayout } from './withdraw.ts'

/** Name of the method, in paths and in the journal. */
export const cardMethod = 'card'

/** Stripe lets a checkout live from half an hour to a day. A minute more than the least, since clocks differ. */
const checkoutLeastSeconds = 31 * 60
const checkoutMostSeconds = 24 * 3600 - 60

/** Makes the method. @throws {TuppenceError} `config-invalid`: a secret is missing or of another kind. */
export function cardFunding(settings: CardSettings, units: readonly string[], send?: typeof fetch): Funding {
  const card = openCard(settings, units, send)
  return {
    method: cardMethod,
    name: 'Card',
    units,
    minAmount: settings.minAmount,
    maxAmount: settings.maxAmount,
    needsKey: true,
    mintOptions: { checkout: true },
    meltOptions: { withdrawal: true },
    payout: cardPayout(card),
    request: (quote, asker) => openCheckout(card, quote, asker),
    follow: (deps, quote) => follow(card, deps, quote),
    // Only this folder writes reasons, and it writes codes.
    reason: async (deps, quote) =>
      ((await orderBy(deps, 'quote', quote.id))?.reason ?? undefined) as ErrorCode | undefined,
    notify: (deps, notice) => takeNotice(deps, card, notice),
    resume: (deps) => catchUp(deps, card),
  }
}

async function openCheckout(
  card: Card,
  quote: Omit<QuoteRow, 'request' | 'method'>,
  { deps, address }: Asker,
): Promise<string> {
  const nowMs = deps.clock.nowMs()
  const { unit, amount } = quote
  const asked = await topUpFindings(deps, { unit, method: cardMethod, amount, address }, nowMs)
  const refusal = asked.find(({ mode }) => mode === 'enforce')
  if (refusal !== undefined) throw new TuppenceError(refusalCode(refusal))
  const nowS = Math.floor(nowMs / 1000)
  const wantedS = Math.floor(quote.expiresAtMs / 1000) - nowS
  const expiresAt = nowS + Math.min(checkoutMostSeconds, Math.max(checkoutLeastSeconds, wantedS))
  const id = `top${Buffer.from(deps.random.bytes(16)).toString('hex')}`
  // Written first: what Stripe tells of later is found by this row, whatever becomes of this request.
  await addOrder(deps, {
    id,
    quote: quote.id,
    unit,
    amount,
    address: (await addressName(deps, address, nowMs)) ?? null,
    created_at_ms: nowMs,
    expires_at_ms: expiresAt * 1000,
  })
  try {
    const session = await card.stripe.checkout.sessions.create(
      {
        mode: 'payment',
        allowed_payment_method_types: ['card'],
        line_items: [
          {
            quantity: 1,
            price_data: { currency: unit, unit_amount: amount, product_data: { name: card.settings.productName } },
          },
        ],
        client_reference_id: id,
        metadata: { order: id },
        payment_intent_data: {
          capture_method: 'manual',
          metadata: { order: id },
          ...(card.settings.statementSuffix === undefined
            ? {}
            : { statement_descriptor_suffix: card.settings.statementSuffix }),
        },
        expires_at: expiresAt,
        success_url: card.settings.returnUrl,
        cancel_url: `${card.settings.returnUrl}?cancelled`,
      },
      { idempotencyKey: `checkout-${id}` },
    )
    if (session.url === null || session.livemode !== card.livemode) throw new TuppenceError('funding-unavailable')
    await changeOrder(deps, { id, state: 'opening' }, { state: 'open', session: session.id })
    return session.url
  } catch (error) {
    deps.log('warn', 'checkout-not-opened', { reason: kindOf(error) })
    throw unavailable(error)
  }
}

async function follow(card: Card, deps: Parts, quote: QuoteRow): Promise<void> {
  try {
    const order = await orderBy(deps, 'quote', quote.id)
    if (order === undefined || order.due_at_ms === null) {
      if (order !== undefined) card.askedAtMs.delete(order.id)
      return
    }
    const nowMs = deps.clock.nowMs()
    const askedMs = card.askedAtMs.get(order.id)
    // The older an order is, the less often: a checkout that was left open all day costs a few requests an hour.
    const everyMs = Math.max(card.settings.askEveryMs, (nowMs - order.created_at_ms) / 50)
    if (askedMs !== undefined && nowMs - askedMs < everyMs && nowMs >= askedMs) return
    card.askedAtMs.set(order.id, nowMs)
    await followOrder(deps, card, order.id)
  } catch (error) {
    // The quote stays as it is, and is asked after again.
    if (isTuppenceError(error, 'storage-unavailable')) throw error
    deps.log('warn', 'funding-unanswered', { method: cardMethod, reason: kindOf(error) })
  }
}
