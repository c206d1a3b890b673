// Brings one order to where Stripe says that its payment is: rules, then capture, then credit. Whatever was told of it, in
// whatever order, Stripe is asked, and what it answers is what counts; the webhook, the chore and quote.follow call this.

import type { Stripe } from 'stripe'
import { TuppenceError, type ErrorCode } from '@tuppence/protocol'
import type { Parts } from '../../parts.ts'
import { noteTopUp, topUpFindings, unnoteTopUp } from '../../fraud/top-ups.ts'
import type { CardOrder } from '../../office/tables/funding.ts'
import { creditPayment } from '../credit.ts'
import { bookAfter } from './after.ts'
import { kindOf, refusalOf, type Card } from './client.ts'
import { refusalCode } from './refusal.ts'
import { changeOrder, orderBy } from './orders.ts'

const method = 'card'
/** How soon the chore looks again at what is under way. */
const soonMs = 60_000
/** How long an order whose quote is not in the ledger waits for it. */
const quoteWaitMs = 600_000

/**
 * Asks Stripe how an order stands, and does what follows. Once at a time for each order in this process; other processes are
 * kept apart by what each step changes first.
 *
 * @throws {Error} Stripe did not answer, or the store; nothing is lost: the next look goes on.
 */
export async function followOrder(deps: Parts, card: Card, id: string): Promise<void> {
  const known = card.asking.get(id)
  if (known !== undefined) {
    // What is under way may have asked before whatever this one was called for.
    await known.catch(() => {})
    if (card.asking.has(id)) return card.asking.get(id)
  }
  const asking = look(deps, card, id).finally(() => card.asking.delete(id))
  card.asking.set(id, asking)
  return asking
}

async function look(deps: Parts, card: Card, id: string): Promise<void> {
  const order = await orderBy(deps, 'id', id)
  // What waits for a person is left to them: releaseOrder.
  if (order === undefined || order.state === 'held') return
  const intent = await readIntent(deps, card, order)
  if (intent === undefined) return
  const known = order.intent === null ? (await changeOrder(deps, order, { intent: intent.id })).order : order
  await step(deps, card, known, intent)
}

const expand = ['latest_charge.balance_transaction']

/** The order's payment at Stripe; undefined while there is none. */
async function readIntent(deps: Parts, card: Card, order: CardOrder): Promise<Stripe.PaymentIntent | undefined> {
  if (order.intent !== null) return card.stripe.paymentIntents.retrieve(order.intent, { expand })
  if (order.session === null) {
    // The checkout's answer was lost, and nobody was told where it is: it cannot be paid, and ends by itself.
    if (order.expires_at_ms < deps.clock.nowMs()) await end(deps, order, 'expired', 'quote-expired')
    return undefined
  }
  const session = await card.stripe.checkout.sessions.retrieve(order.session)
  if (session.client_reference_id !== order.id || session.livemode !== card.livemode) {
    await hold(deps, order, 'funding-mismatch', 'The checkout at Stripe belongs to another order.')
    return undefined
  }
  if (session.payment_intent !== null) {
    const id = typeof session.payment_intent === 'string' ? session.payment_intent : session.payment_intent.id
    const intent = await card.stripe.paymentIntents.retrieve(id, { expand })
    if (session.status !== 'expired' || intent.status !== 'requires_payment_method') return intent
  }
  if (session.status === 'expired') await end(deps, order, 'expired', declineOf(order) ?? 'quote-expired')
  return undefined
}

function declineOf({ reason }: CardOrder): ErrorCode | undefined {
  return reason === 'card-declined' ? 'card-declined' : undefined
}

/** Does what an intent's state asks for. */
async function step(deps: Parts, card: Card, order: CardOrder, intent: Stripe.PaymentIntent): Promise<void> {
  const wrong = mismatch(card, order, intent)
  if (intent.status === 'succeeded') return paid(deps, card, order, { intent, wrong })
  if (order.state === 'captured') {
    // It was taken and credited; whatever this is, the ledger keeps what it has, and a person looks.
    return void (await changeOrder(deps, order, { note: `Stripe says ${intent.status} of a captured payment.` }))
  }
  if (intent.status === 'canceled') return canceled(deps, order)
  if (intent.status === 'requires_capture') {
    if (order.state === 'refusing') return cancel(deps, card, order)
    if (order.state === 'capturing') return capture(deps, card, order)
    if (wrong !== undefined) return refuse(deps, card, order, { reason: 'funding-mismatch', note: wrong })
    return decide(deps, card, order, intent)
  }
  await noteDecline(deps, order, intent)
}

/** Says what is not as it was ordered. */
function mismatch(card: Card, order: CardOrder, intent: Stripe.PaymentIntent): string | undefined {
  if (intent.metadata['order'] !== order.id) return 'The payment names another order.'
  if (intent.livemode !== card.livemode) return 'The payment is of the other mode (live or test).'
  if (intent.currency !== order.unit) return `The payment is in ${intent.currency}, asked was ${order.unit}.`
  const amount = intent.status === 'succeeded' ? intent.amount_received : intent.amount
  return amount === order.amount ? undefined : `The payment is of ${amount}, asked was ${order.amount}.`
}

/** The rules, now that the card is known; then either is begun, once. */
async function decide(deps: Parts, card: Card, order: CardOrder, intent: Stripe.PaymentIntent): Promise<void> {
  const nowMs = deps.clock.nowMs()
  const instrument = instrumentOf(intent)
  const { unit, amount } = order
  const about = { id: order.id, unit, method, amount, ...instrument, addressName: order.address ?? undefined }
  // Counted before the rules are asked: of several at one moment, here or at another mint, each sees the others.
  await noteTopUp(deps, { ...about, outcome: 'paid' }, nowMs)
  const refusal = (await topUpFindings(deps, about, nowMs)).find(({ mode }) => mode === 'enforce')
  if (refusal !== undefined) {
    await noteTopUp(deps, { ...about, outcome: 'refused' }, nowMs)
    return refuse(deps, card, order, { reason: refusalCode(refusal), note: refusal.reason, ...instrument })
  }
  const begun = await changeOrder(deps, order, { state: 'capturing', due_at_ms: nowMs + soonMs, ...instrument })
  if (begun.changed) await capture(deps, card, begun.order)
}

function instrumentOf({ latest_charge: charge }: Stripe.PaymentIntent): { instrument?: string } {
  const details = typeof charge === 'object' ? charge?.payment_method_details?.card : undefined
  return typeof details?.fingerprint === 'string' ? { instrument: `stripe:${details.fingerprint}` } : {}
}

async function capture(deps: Parts, card: Card, order: CardOrder): Promise<void> {
  let intent: Stripe.PaymentIntent
  try {
    intent = await card.stripe.paymentIntents.capture(
      order.intent as string,
      { amount_to_capture: order.amount, expand },
      { idempotencyKey: `capture-${order.id}` },
    )
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    // A plain no. What the payment is then, only Stripe can say.
    intent = await card.stripe.paymentIntents.retrieve(order.intent as string, { expand })
    if (intent.status === 'requires_capture') {
      return hold(deps, order, 'funding-held', `Stripe does not capture: ${kindOf(error)}.`)
    }
  }
  await step(deps, card, order, intent)
}

async function refuse(
  deps: Parts,
  card: Card,
  order: CardOrder,
  { reason, note, instrument }: { reason: ErrorCode; note: string; instrument?: string },
): Promise<void> {
  const dueAtMs = deps.clock.nowMs() + soonMs
  const change = { state: 'refusing', reason, note, due_at_ms: dueAtMs } as const
  const begun = await changeOrder(deps, order, { ...change, ...(instrument === undefined ? {} : { instrument }) })
  if (begun.changed) await cancel(deps, card, begun.order)
}

/** Gives an authorisation up: the reader's bank releases what it had set aside. */
async function cancel(deps: Parts, card: Card, order: CardOrder): Promise<void> {
  try {
    await card.stripe.paymentIntents.cancel(
      order.intent as string,
      { cancellation_reason: 'abandoned' },
      { idempotencyKey: `cancel-${order.id}` },
    )
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
    const intent = await card.stripe.paymentIntents.retrieve(order.intent as string, { expand })
    if (intent.status !== 'canceled') return step(deps, card, order, intent)
  }
  await canceled(deps, order)
}

async function canceled(deps: Parts, order: CardOrder): Promise<void> {
  if (order.state === 'refusing') return end(deps, order, 'refused', order.reason as ErrorCode)
  if (order.state === 'refused' || order.state === 'failed') return
  await end(deps, order, 'failed', declineOf(order) ?? 'funding-failed')
}

/** Captured: the ledger is credited, once, and then hears of fees, disputes and refunds. */
async function paid(
  deps: Parts,
  card: Card,
  order: CardOrder,
  { intent, wrong }: { intent: Stripe.PaymentIntent; wrong: string | undefined },
): Promise<void> {
  if (wrong !== undefined) return hold(deps, order, 'funding-mismatch', wrong)
  if (order.state === 'refusing' || order.state === 'refused') {
    return hold(deps, order, 'funding-held', 'Refused by a rule, and captured all the same. Refund it in Stripe.')
  }
  const nowMs = deps.clock.nowMs()
  let now = order
  if (order.state !== 'captured') {
    const instrument = instrumentOf(intent)
    const change = {
      state: 'captured',
      captured: intent.amount_received,
      reason: null,
      note: null,
      ...instrument,
    } as const
    now = (await changeOrder(deps, order, { ...change, due_at_ms: nowMs + soonMs })).order
    if (now.state !== 'captured') throw new TuppenceError('storage-conflict')
  }
  if (now.credited === 0) {
    const quote = await deps.ledger.quote(now.quote)
    if (quote === undefined) return waitForQuote(deps, now)
    await creditPayment(deps, quote, { event: intent.id, amount: now.captured })
    const { unit, amount, instrument } = now
    const about = { id: now.id, unit, method, amount, addressName: now.address ?? undefined }
    await noteTopUp(deps, { ...about, outcome: 'paid', ...(instrument === null ? {} : { instrument }) }, nowMs)
    now = (await changeOrder(deps, now, { credited: 1 })).order
  }
  await bookAfter(deps, card, now, intent)
}

/** The checkout was paid before its quote was written: that is a moment, or a crash between the two. */
async function waitForQuote(deps: Parts, order: CardOrder): Promise<void> {
  const nowMs = deps.clock.nowMs()
  if (nowMs - order.created_at_ms < quoteWaitMs) return
  await hold(deps, order, 'funding-held', 'Paid, but the mint has no such quote. Refund it in Stripe.')
}

async function noteDecline(deps: Parts, order: CardOrder, intent: Stripe.PaymentIntent): Promise<void> {
  const charge = intent.latest_charge
  if (intent.status !== 'requires_payment_method' || intent.last_payment_error === null || charge === null) return
  const { unit, amount, address } = order
  const about = { id: typeof charge === 'string' ? charge : charge.id, unit, method, amount, ...instrumentOf(intent) }
  await noteTopUp(deps, { ...about, addressName: address ?? undefined, outcome: 'declined' }, deps.clock.nowMs())
  // Another card may be tried as long as the checkout is open.
  if (order.state === 'open') await changeOrder(deps, order, { reason: 'card-declined' })
}

async function end(deps: Parts, order: CardOrder, state: 'expired' | 'failed' | 'refused', reason: ErrorCode) {
  const { changed } = await changeOrder(deps, order, { state, reason, due_at_ms: null, address: null })
  if (changed) await unnoteTopUp(deps, order.id)
}

/** Takes up an order that was held: somebody has looked, and it goes on as Stripe says by now. */
export async function releaseOrder(deps: Parts, id: string, note: string): Promise<boolean> {
  const order = await orderBy(deps, 'id', id)
  if (order === undefined || order.state !== 'held') return false
  const change = { state: 'open', reason: null, note, due_at_ms: deps.clock.nowMs() } as const
  return (await changeOrder(deps, order, change)).changed
}

/** Keeps an order for a person. Nothing is booked. */
export async function hold(deps: Parts, order: CardOrder, reason: ErrorCode, note: string): Promise<void> {
  await changeOrder(deps, order, { state: 'held', reason, note, due_at_ms: null, address: null })
  deps.log('error', 'top-up-held', { reason })
}
