// What a pretended Stripe knows: its objects, its clock, its seeded names, and the events that it will tell; every file here
// works on one of these.

import { createHash } from 'node:crypto'
import type { Stripe } from 'stripe'

/** The version of Stripe's API that is spoken: the one that the library here was made for. */
export const apiVersion = '2026-10-28.endive'

/** How the pretended Stripe misbehaves, until told otherwise. */
export interface Behaviour {
  /** Answers nothing but 503. */
  down: boolean
  /** Waits so long before each answer. */
  slowMs: number
  /** So many of the next changes are made and then answered with 500, as if the answer had been lost. */
  answersThenFails: number
}

/** A stored answer to a request with an Idempotency-Key. */
export interface Remembered {
  readonly asked: string
  readonly status: number
  readonly text: string
}

/** Everything that it keeps. */
export interface World {
  readonly secretKey: string
  readonly livemode: boolean
  /** Where its pages are, without a slash at the end. */
  url: string
  nowMs(): number
  /** 0 <= x < 1, by the seed. */
  random(): number
  /** A new name in Stripe's manner. */
  id(prefix: string): string
  readonly sessions: Map<string, Stripe.Checkout.Session>
  readonly intents: Map<string, Stripe.PaymentIntent>
  readonly charges: Map<string, Stripe.Charge>
  readonly refunds: Map<string, Stripe.Refund>
  readonly disputes: Map<string, Stripe.Dispute>
  readonly transactions: Map<string, Stripe.BalanceTransaction>
  readonly transfers: Map<string, Stripe.Transfer>
  readonly accounts: Map<string, Stripe.Account>
  /** In the order they happened. */
  readonly events: Stripe.Event[]
  readonly remembered: Map<string, Remembered>
  readonly behaviour: Behaviour
  /** Hears of each event. */
  onEvent: (event: Stripe.Event) => void
}

/** Makes an empty one. @param seed - The same seed gives the same names. */
export function createWorld({
  seed,
  secretKey,
  nowMs,
}: {
  seed: number
  secretKey: string
  nowMs: () => number
}): World {
  const random = seededRandom(seed)
  let made = 0
  return {
    secretKey,
    livemode: secretKey.startsWith('sk_live_'),
    url: 'http://stripe.invalid',
    nowMs,
    random,
    id: (prefix) => {
      const digest = createHash('sha256').update(`${seed} ${made++}`).digest('base64url')
      return `${prefix}_${digest.replace(/[-_]/g, '0').slice(0, 24)}`
    },
    sessions: new Map(),
    intents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    transactions: new Map(),
    transfers: new Map(),
    accounts: new Map(),
    events: [],
    remembered: new Map(),
    behaviour: { down: false, slowMs: 0, answersThenFails: 0 },
    onEvent: () => {},
  }
}

/** Seconds since 1970, as Stripe writes times. */
export function nowSeconds(world: Pick<World, 'nowMs'>): number {
  return Math.floor(world.nowMs() / 1000)
}

/** Says that something happened to an object, which is told as it is now. */
export function emit(world: World, type: Stripe.Event.Type, object: object): Stripe.Event {
  const event = {
    id: world.id('evt'),
    object: 'event',
    api_version: apiVersion,
    created: nowSeconds(world),
    data: { object: structuredClone(object) },
    livemode: world.livemode,
    pending_webhooks: 1,
    request: { id: world.id('req'), idempotency_key: null },
    type,
  } as unknown as Stripe.Event
  world.events.push(event)
  world.onEvent(event)
  return event
}

/** A small generator by a seed (mulberry32): good enough to choose by, of no use for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
