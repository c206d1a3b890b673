// Stripe's own library as the card method uses it: one client, its errors in our words; card.ts makes it.

import { Stripe } from 'stripe'
import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import { cardSecrets, type CardSettings } from './config.ts'

/** What card.ts and its neighbours work with beside the mint's parts. */
export interface Card {
  readonly stripe: Stripe
  readonly settings: CardSettings
  readonly webhookSecret: string
  /** Whether the key is for real money: objects of the other mode are foreign. */
  readonly livemode: boolean
  readonly units: readonly string[]
  /** When each order was last asked after, by id; of this process only. */
  readonly askedAtMs: Map<string, number>
  /** Orders that are being asked after. */
  readonly asking: Map<string, Promise<void>>
}

/** Makes the client. @param send - In the place of fetch, for tests without a socket. @throws {TuppenceError} `config-invalid`. */
export function openCard(settings: CardSettings, units: readonly string[], send?: typeof fetch): Card {
  const { secretKey, webhookSecret } = cardSecrets(settings)
  const host = settings.apiHost === undefined ? undefined : new URL(settings.apiHost)
  const stripe = new Stripe(secretKey, {
    timeout: settings.timeoutMs,
    maxNetworkRetries: settings.retries,
    telemetry: false,
    ...(host === undefined
      ? {}
      : {
          host: host.hostname,
          port: host.port === '' ? (host.protocol === 'https:' ? 443 : 80) : host.port,
          protocol: host.protocol === 'https:' ? ('https' as const) : ('http' as const),
        }),
    ...(send === undefined ? {} : { httpClient: Stripe.createFetchHttpClient(send) }),
  })
  return {
    stripe,
    settings,
    webhookSecret,
    livemode: /^[rs]k_live_/.test(secretKey),
    units,
    askedAtMs: new Map(),
    asking: new Map(),
  }
}

/**
 * What Stripe said no with, where it is certain that it did nothing: a code of its own. Anything else (no answer, a failure
 * inside, too many requests) says nothing about what was done.
 */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined
  // A key that was used for another request: whatever that was, it may have been done.
  if (error instanceof Stripe.errors.StripeIdempotencyError) return undefined
  const { statusCode = 0 } = error
  const isCertain = statusCode >= 400 && statusCode < 500 && ![401, 403, 408, 409, 429].includes(statusCode)
  return isCertain ? (error.code ?? error.type) : undefined
}

/** All refunds of a payment, the newest first: a reader may have made many. */
export function allRefunds({ stripe }: Pick<Card, 'stripe'>, intent: string): Promise<Stripe.Refund[]> {
  return stripe.refunds.list({ payment_intent: intent, limit: 100 }).autoPagingToArray({ limit: 10_000 })
}

/** An error as the mint tells it: Stripe's own text could quote what was sent. */
export function unavailable(cause: unknown): TuppenceError {
  return isTuppenceError(cause) ? cause : new TuppenceError('funding-unavailable', { cause })
}

/** What may be logged of an error of Stripe's: its kind and code. */
export function kindOf(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError)
    return `${error.type} ${error.code ?? ''} ${error.statusCode ?? ''}`.trim()
  return isTuppenceError(error) ? error.code : error instanceof Error ? error.name : typeof error
}
