// A pretended Stripe for tests and demos: the API that the `stripe` library speaks, a checkout page, and webhooks, over real
// HTTP; `@tuppence/mint/stripe-double` is this file. Nothing here is real money, and nothing real should point at it.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Stripe } from 'stripe'
import { answerApi } from './api.ts'
import { closeDispute, openDispute } from './disputes.ts'
import { expireSession, paySession, refundIntent, sessionOf, settleDelayed, type Paying } from './money.ts'
import { answerPage } from './page.ts'
import { addAccount } from './transfers.ts'
import {
  signedDelivery,
  startDeliveries,
  type Deliveries,
  type DeliveryFaults,
  type WebhookEndpoint,
} from './webhooks.ts'
import { createWorld, emit, type Behaviour, type World } from './world.ts'

export type { Paying } from './money.ts'
export { signatureHeader, type DeliveryFaults, type WebhookEndpoint } from './webhooks.ts'
export type { Behaviour } from './world.ts'

/** A pretended Stripe without a socket. */
export interface StripeDouble {
  /** Answers requests to the API and to the checkout page. */
  fetch(request: Request): Promise<Response>
  /** Its objects and events. */
  readonly world: World
  /** Misbehaves from now on. */
  behave(how: Partial<Behaviour>): void
  /** Pays an open checkout without the page. @returns The decline's code, undefined where it was good. */
  pay(session: string, how: Paying): string | undefined
  /** Ends a delayed payment. */
  settleDelayed(session: string, outcome: 'paid' | 'failed'): void
  /** Ends an open checkout, as its time does. */
  expire(session: string): void
  /** The card's holder disputes what a checkout took. @param amount - Minor units; all that is left by default. @returns The dispute's id. */
  dispute(session: string, amount?: number): string
  closeDispute(id: string, outcome: 'won' | 'lost'): void
  /** The operator refunds by hand, in Stripe's dashboard. @param amount - Minor units; all that is left by default. */
  refundByHand(session: string, amount?: number): void
  /** Tells of something, true or not. */
  tell(type: Stripe.Event.Type, object: object): Stripe.Event
  /** An event's bytes and signature, as they would be sent now. */
  signed(event: Stripe.Event, secret: string): { payload: string; headers: Record<string, string> }
  /** A connected account that transfers can go to. */
  addAccount(id: string, options?: { payable?: boolean }): void
}

/** What a pretended Stripe is made with. */
export interface DoubleOptions {
  readonly seed?: number
  /** The API key that it takes; one that begins with `sk_live_` makes its objects `livemode`. */
  readonly secretKey?: string
  readonly nowMs?: () => number
}

/** The API key that is taken where no other is given. */
export const doubleSecretKey = 'sk_test_double'

/** Makes one without a socket. */
export function createStripeDouble({
  seed = 1,
  secretKey = doubleSecretKey,
  nowMs = Date.now,
}: DoubleOptions = {}): StripeDouble {
  const world = createWorld({ seed, secretKey, nowMs })
  return {
    world,
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      const paying = /^\/c\/pay\/(\w+)$/.exec(pathname)
      return paying === null ? answerApi(world, request) : answerPage(world, request, paying[1] ?? '')
    },
    behave: (how) => void Object.assign(world.behaviour, how),
    pay: (session, how) => paySession(world, session, how),
    settleDelayed: (session, outcome) => settleDelayed(world, session, outcome),
    expire: (session) => expireSession(world, sessionOf(world, session)),
    dispute: (session, amount) => openDispute(world, String(paidIntent(world, session).latest_charge), amount).id,
    closeDispute: (id, outcome) => closeDispute(world, id, outcome),
    refundByHand: (session, amount) =>
      void refundIntent(world, paidIntent(world, session), { amount, metadata: {}, reason: 'requested_by_customer' }),
    tell: (type, object) => emit(world, type, object),
    signed: (event, secret) => signedDelivery(world, event, secret),
    addAccount: (id, options) => void addAccount(world, id, options),
  }
}

function paidIntent(world: World, session: string): Stripe.PaymentIntent {
  const intent = world.intents.get(String(sessionOf(world, session).payment_intent))
  if (intent === undefined) throw new Error('stripe double: nobody has tried to pay this checkout')
  return intent
}

/** A pretended Stripe that listens. */
export interface ServedStripeDouble {
  readonly url: string
  readonly double: StripeDouble
  /** Faults of its webhooks; may be changed. */
  readonly faults: DeliveryFaults
  /** Sends events there from now on. */
  tellTo(webhook: WebhookEndpoint): void
  /** Resolves once every event has been sent. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a socket on this machine.
 *
 * @param webhook - Where events go; may be given later by `tellTo`, as the mint's port may not be known before.
 */
export async function serveStripeDouble({
  port = 0,
  webhook,
  faults: given = {},
  delayMs = 20,
  ...options
}: DoubleOptions & {
  port?: number
  webhook?: WebhookEndpoint
  faults?: Partial<DeliveryFaults>
  delayMs?: number
} = {}): Promise<ServedStripeDouble> {
  const double = createStripeDouble(options)
  const listener = getRequestListener(double.fetch, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  double.world.url = url
  const faults: DeliveryFaults = { duplicate: 0, lose: 0, reorder: 0, ...given }
  let deliveries: Deliveries | undefined
  const tellTo = (endpoint: WebhookEndpoint) => {
    deliveries?.stop()
    deliveries = startDeliveries(double.world, { endpoint, faults, delayMs })
  }
  if (webhook !== undefined) tellTo(webhook)
  return {
    url,
    double,
    faults,
    tellTo,
    settled: async () => deliveries?.settled(),
    close: async () => {
      deliveries?.stop()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
