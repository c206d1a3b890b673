// The settings of cards by Stripe, and its two secrets, which come from files or the environment only; config.ts has the
// schema in it, card.ts reads the secrets.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { limits, TuppenceError } from '@tuppence/protocol'

const count = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))
const fileSchema = v.pipe(v.string(), v.nonEmpty())

const hostSchema = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => {
    const { protocol, hostname, pathname, search } = new URL(text)
    const isHere = hostname === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]'
    return (protocol === 'https:' || (protocol === 'http:' && isHere)) && pathname === '/' && search === ''
  }, 'https URL without a path expected; http only on this machine'),
)

const returnSchema = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => /^https?:\/\/[^?#]+$/.test(text), 'http(s) URL without query or fragment expected'),
)

/** `funding.card`. Amounts: minor units. */
export const cardSchema = v.strictObject({
  enabled: v.boolean(),
  /** Files with Stripe's secret key (`sk_…`, `rk_…`) and the webhook's signing secret (`whsec_…`). */
  secretKeyFile: v.optional(fileSchema),
  webhookSecretFile: v.optional(fileSchema),
  /** The same by the environment: TUPPENCE_MINT_CARD_SECRET_KEY, TUPPENCE_MINT_CARD_WEBHOOK_SECRET. Not in the file. */
  secretKey: v.optional(v.pipe(v.string(), v.nonEmpty())),
  webhookSecret: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** Where Stripe's API is; elsewhere only for tests and demos. */
  apiHost: v.optional(hostSchema),
  /** Where the reader comes back to: a page of the wallet's origin, which sees no id. */
  returnUrl: returnSchema,
  /** What the reader sees on the checkout page. */
  productName: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)), 'Tuppence top-up'),
  /** Added to the account's name on the card's statement. */
  statementSuffix: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9 .-]{1,19}$/))),
  minAmount: v.optional(count(50, limits.amountMax), 500),
  maxAmount: v.optional(count(50, 99_999_999), 10_000),
  /** How long is waited for an answer of Stripe's, and how often a request is sent again. */
  timeoutMs: v.optional(count(100, 120_000), 15_000),
  retries: v.optional(count(0, 5), 2),
  /** How long a quote that was just asked after is not asked after again; longer, the older it is. */
  askEveryMs: v.optional(count(10, 600_000), 2000),
})

/** @see cardSchema */
export type CardSettings = v.InferOutput<typeof cardSchema>

/** Settings with the names of their files as they are from a folder. */
export function withFilesFrom(folder: string, settings: CardSettings): CardSettings {
  const { secretKeyFile, webhookSecretFile } = settings
  return {
    ...settings,
    ...(secretKeyFile === undefined ? {} : { secretKeyFile: resolve(folder, secretKeyFile) }),
    ...(webhookSecretFile === undefined ? {} : { webhookSecretFile: resolve(folder, webhookSecretFile) }),
  }
}

/** Whether money that comes in is real: whoever says where Stripe is speaks to something else. */
export function isRealStripe({ apiHost }: Pick<CardSettings, 'apiHost'>): boolean {
  return apiHost === undefined || new URL(apiHost).hostname.endsWith('stripe.com')
}

/** The two secrets. */
export interface CardSecrets {
  readonly secretKey: string
  readonly webhookSecret: string
}

/** Reads the secrets. @throws {TuppenceError} `config-invalid`, naming the field and never what is in it. */
export function cardSecrets(settings: CardSettings): CardSecrets {
  const secretKey = settings.secretKey ?? readSecret(settings.secretKeyFile, 'secretKeyFile')
  const webhookSecret = settings.webhookSecret ?? readSecret(settings.webhookSecretFile, 'webhookSecretFile')
  if (!/^[rs]k_(test|live)_\w+$/.test(secretKey)) throw wrong('secretKeyFile', 'not a secret key of Stripe')
  if (!/^whsec_\S+$/.test(webhookSecret)) throw wrong('webhookSecretFile', 'not a signing secret of a webhook')
  return { secretKey, webhookSecret }
}

function readSecret(file: string | undefined, field: string): string {
  if (file === undefined) throw wrong(field, 'missing')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new TuppenceError('config-unreadable', { cause, details: { file }, message: `cannot read ${file}` })
  }
}

function wrong(field: string, reason: string): TuppenceError {
  return new TuppenceError('config-invalid', {
    details: { field: `funding.card.${field}`, reason },
    message: `config: funding.card.${field}: ${reason}`,
  })
}
