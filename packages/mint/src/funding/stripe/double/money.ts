// What happens to money at the pretended Stripe: cards are charged, captured and refunded, each with its events and
// its movement of the balance; api.ts, the page and tests call it.

import type { Stripe } from 'stripe'
import { missing, stateError } from './api-error.ts'
import { openDispute } from './disputes.ts'
import { newCharge, newIntent, newTransaction } from './objects.ts'
import { emit, nowSeconds, type World } from './world.ts'

/** Stripe's standard price in the USA: 2.9% and 30 cents, rounded to the cent. */
export function cardFee(amount: number): number {
  return Math.round((amount * 29) / 1000) + 30
}

/** Test cards that do something else than pay (docs.stripe.com/testing). */
const declines: Readonly<Record<string, string>> = {
  '4000000000000002': 'generic_decline',
  '4000000000009995': 'insufficient_funds',
  '4000000000009987': 'lost_card',
}
const disputedCards: readonly string[] = ['4000000000000259', '4000000000002685']

/** How somebody pays at the checkout page. `delayed`: the answer comes later, as with some bank debits. */
export interface Paying {
  readonly card: string
  readonly email?: string
  readonly delayed?: true
}

/**
 * Pays an open checkout.
 *
 * @returns The code of the decline, or undefined where the card was good.
 * @throws {ApiError} The checkout is over.
 */
export function paySession(world: World, id: string, paying: Paying): string | undefined {
  const session = sessionOf(world, id)
  expireDue(world, session)
  if (session.status !== 'open') throw stateError('This Checkout Session is no longer open.')
  const intent = intentOf(world, session)
  const failure = declines[paying.card] ?? null
  const card = paying.card
  if (paying.delayed === true) {
    intent.status = 'processing'
    delayedCards.set(intent, card)
    complete(world, session)
    return undefined
  }
  const charge = chargeCard(world, intent, { card, failure, email: paying.email ?? null })
  if (failure !== null) return failure
  complete(world, session)
  if (intent.capture_method === 'automatic') captureIntent(world, intent, charge.amount)
  return undefined
}

const delayedCards = new WeakMap<Stripe.PaymentIntent, string>()

/** The bank's late answer to a delayed payment. */
export function settleDelayed(world: World, sessionId: string, outcome: 'paid' | 'failed'): void {
  const session = sessionOf(world, sessionId)
  const intent = intentOf(world, session)
  const failure = outcome === 'paid' ? null : 'generic_decline'
  const charge = chargeCard(world, intent, { card: delayedCards.get(intent) ?? '', failure, email: null })
  if (failure === null && intent.capture_method === 'automatic') captureIntent(world, intent, charge.amount)
  emit(
    world,
    failure === null ? 'checkout.session.async_payment_succeeded' : 'checkout.session.async_payment_failed',
    session,
  )
}

function chargeCard(
  world: World,
  intent: Stripe.PaymentIntent,
  how: { card: string; failure: string | null; email: string | null },
): Stripe.Charge {
  const charge = newCharge(world, intent, how)
  world.charges.set(charge.id, charge)
  intent.latest_charge = charge.id
  if (how.failure !== null) {
    intent.status = 'requires_payment_method'
    intent.last_payment_error = {
      code: 'card_declined',
      decline_code: how.failure,
      message: 'Your card was declined.',
      type: 'card_error',
      charge: charge.id,
    } as Stripe.PaymentIntent.LastPaymentError
    emit(world, 'charge.failed', charge)
    emit(world, 'payment_intent.payment_failed', intent)
    return charge
  }
  intent.last_payment_error = null
  intent.payment_method = charge.payment_method
  intent.status = 'requires_capture'
  intent.amount_capturable = intent.amount
  if (disputedCards.includes(how.card)) willDispute.add(intent)
  emit(world, 'charge.succeeded', charge)
  if (intent.capture_method === 'manual') emit(world, 'payment_intent.amount_capturable_updated', intent)
  return charge
}

const willDispute = new WeakSet<Stripe.PaymentIntent>()

function complete(world: World, session: Stripe.Checkout.Session): void {
  session.status = 'complete'
  session.url = null
  emit(world, 'checkout.session.completed', session)
}

/** Takes what was authorised. @throws {ApiError} There is nothing to take, or less. */
export function captureIntent(world: World, intent: Stripe.PaymentIntent, amount: number): void {
  if (intent.status !== 'requires_capture') {
    throw stateError(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}.`,
      'payment_intent_unexpected_state',
    )
  }
  if (amount > intent.amount_capturable) throw stateError('Amount is more than was authorised.', 'amount_too_large')
  const charge = world.charges.get(String(intent.latest_charge)) as Stripe.Charge
  const { id } = newTransaction(world, {
    amount,
    fee: cardFee(amount),
    currency: intent.currency,
    source: charge.id,
    type: 'charge',
  })
  charge.captured = true
  charge.amount_captured = amount
  charge.balance_transaction = id
  intent.status = 'succeeded'
  intent.amount_capturable = 0
  intent.amount_received = amount
  for (const session of world.sessions.values()) {
    if (session.payment_intent === intent.id) session.payment_status = 'paid'
  }
  emit(world, 'charge.captured', charge)
  emit(world, 'payment_intent.succeeded', intent)
  if (willDispute.delete(intent)) openDispute(world, charge.id)
}

/** Gives up an authorisation. @throws {ApiError} It was captured. */
export function cancelIntent(world: World, intent: Stripe.PaymentIntent, reason: string | null): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw stateError(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      'payment_intent_unexpected_state',
    )
  }
  intent.status = 'canceled'
  intent.amount_capturable = 0
  intent.canceled_at = nowSeconds(world)
  intent.cancellation_reason = reason as Stripe.PaymentIntent.CancellationReason | null
  const charge = world.charges.get(String(intent.latest_charge))
  if (charge !== undefined && charge.paid) {
    charge.refunded = true
    charge.amount_refunded = charge.amount
  }
  emit(world, 'payment_intent.canceled', intent)
}

/** Gives captured money back. @throws {ApiError} More than there is, or it is disputed. */
export function refundIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  { amount, metadata, reason }: { amount: number | undefined; metadata: Record<string, string>; reason: string | null },
): Stripe.Refund {
  const charge = world.charges.get(String(intent.latest_charge))
  if (charge === undefined || !charge.captured) throw stateError('This PaymentIntent has no captured charge.')
  if (charge.disputed) throw stateError('Charge has been charged back.', 'charge_disputed')
  const left = charge.amount_captured - charge.amount_refunded
  if (left === 0) throw stateError('Charge has already been refunded.', 'charge_already_refunded')
  const given = amount ?? left
  if (given < 1 || given > left) {
    throw stateError(`Refund amount is greater than unrefunded amount on charge (${left}).`, 'amount_too_large')
  }
  const id = world.id('re')
  const transaction = newTransaction(world, {
    amount: -given,
    fee: 0,
    currency: intent.currency,
    source: id,
    type: 'refund',
  })
  const refund: Stripe.Refund = {
    id,
    object: 'refund',
    amount: given,
    balance_transaction: transaction.id,
    charge: charge.id,
    created: nowSeconds(world),
    currency: intent.currency,
    customer: null,
    customer_account: null,
    metadata,
    payment_intent: intent.id,
    payment_method: null,
    reason: reason as Stripe.Refund.Reason | null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  }
  world.refunds.set(id, refund)
  charge.amount_refunded += given
  charge.refunded = charge.amount_refunded === charge.amount_captured
  emit(world, 'refund.created', refund)
  emit(world, 'charge.refunded', charge)
  return refund
}

/** Ends a checkout whose time is over. */
export function expireDue(world: World, session: Stripe.Checkout.Session): void {
  if (session.status === 'open' && session.expires_at <= nowSeconds(world)) expireSession(world, session)
}

/** Ends a checkout. */
export function expireSession(world: World, session: Stripe.Checkout.Session): void {
  if (session.status !== 'open') throw stateError('Only Checkout Sessions with a status in ["open"] can be expired.')
  session.status = 'expired'
  session.url = null
  emit(world, 'checkout.session.expired', session)
}

/** A checkout by id. @throws {ApiError} 404. */
export function sessionOf(world: World, id: string): Stripe.Checkout.Session {
  const session = world.sessions.get(id)
  if (session === undefined) throw missing('checkout.session', id)
  return session
}

/** The intent of a checkout: Stripe makes it once somebody tries to pay. */
function intentOf(world: World, session: Stripe.Checkout.Session): Stripe.PaymentIntent {
  const known = world.intents.get(String(session.payment_intent))
  if (known !== undefined) return known
  const asked = intentsAsked.get(session)
  const intent = newIntent(world, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    intentMetadata: asked?.metadata ?? {},
    captureMethod: asked?.captureMethod ?? 'automatic',
    statementDescriptorSuffix: asked?.statementDescriptorSuffix ?? null,
  })
  world.intents.set(intent.id, intent)
  session.payment_intent = intent.id
  return intent
}

/** What each checkout's intent will be like. */
export const intentsAsked = new WeakMap<
  Stripe.Checkout.Session,
  {
    readonly metadata: Record<string, string>
    readonly captureMethod: 'automatic' | 'manual'
    readonly statementDescriptorSuffix: string | null
  }
>()
