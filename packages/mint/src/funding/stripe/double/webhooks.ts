// How the pretended Stripe tells of its events: signed as Stripe signs, some lost, late, twice or in another order, and tried
// again until somebody takes them; double.ts starts it.

import { createHmac } from 'node:crypto'
import type { Stripe } from 'stripe'
import type { World } from './world.ts'

/** Where events are sent. */
export interface WebhookEndpoint {
  readonly url: string
  /** Shared with the receiver, `whsec_...`. */
  readonly secret: string
}

/** How deliveries go wrong: each a share of them, 0 to 1. */
export interface DeliveryFaults {
  /** Sent once more than needed. */
  duplicate: number
  /** The first try does not arrive. */
  lose: number
  /** Waits so much longer, up to `delayMs`, that a later one is there before it. */
  reorder: number
}

const retriesMax = 16
const retryFirstMs = 200
const retryMostMs = 5000
const timeoutMs = 10_000

/** The header that Stripe signs an event with: HMAC-SHA256 of `<seconds>.<payload>`, scheme v1. */
export function signatureHeader(payload: string, secret: string, atSeconds: number): string {
  const v1 = createHmac('sha256', secret).update(`${atSeconds}.${payload}`).digest('hex')
  return `t=${atSeconds},v1=${v1}`
}

/** The bytes of an event as they are sent, and the header that goes with them. */
export function signedDelivery(
  world: Pick<World, 'nowMs'>,
  event: Stripe.Event,
  secret: string,
): { payload: string; headers: Record<string, string> } {
  // Stripe's payloads are indented by two.
  const payload = JSON.stringify(event, null, 2)
  const signature = signatureHeader(payload, secret, Math.floor(world.nowMs() / 1000))
  return { payload, headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature } }
}

/** Sends events as they happen. */
export interface Deliveries {
  /** Resolves once nothing waits to be sent. */
  settled(): Promise<void>
  stop(): void
}

/** Begins to send. Faults are read at each event: they may be changed meanwhile. */
export function startDeliveries(
  world: World,
  { endpoint, faults, delayMs }: { endpoint: WebhookEndpoint; faults: DeliveryFaults; delayMs: number },
): Deliveries {
  const timers = new Set<NodeJS.Timeout>()
  let sending = 0
  let isStopped = false
  const waiting: (() => void)[] = []
  const quiet = () => {
    if (timers.size === 0 && sending === 0) for (const tell of waiting.splice(0)) tell()
  }
  const after = (ms: number, work: () => Promise<void>) => {
    if (isStopped) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      sending++
      void work().finally(() => {
        sending--
        quiet()
      })
    }, ms)
    timer.unref()
    timers.add(timer)
  }
  const send = async (event: Stripe.Event, attempt: number): Promise<void> => {
    if (attempt === 0 && world.random() < faults.lose) return again(event, attempt)
    const { payload, headers } = signedDelivery(world, event, endpoint.secret)
    const status = await fetch(endpoint.url, {
      method: 'POST',
      body: payload,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then(async (response) => {
        await response.arrayBuffer()
        return response.status
      })
      .catch(() => 0)
    if (status < 200 || status > 299) again(event, attempt)
    else event.pending_webhooks = 0
  }
  const again = (event: Stripe.Event, attempt: number): void => {
    if (attempt < retriesMax) after(Math.min(retryMostMs, retryFirstMs * 2 ** attempt), () => send(event, attempt + 1))
  }
  world.onEvent = (event) => {
    const late = world.random() < faults.reorder ? world.random() * delayMs * 4 : 0
    after(delayMs + late, () => send(event, 0))
    if (world.random() < faults.duplicate) after(delayMs * 2 + late, () => send(event, 1))
  }
  return {
    settled: () =>
      new Promise((resolve) => (timers.size === 0 && sending === 0 ? resolve() : void waiting.push(resolve))),
    stop: () => {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      quiet()
    },
  }
}
