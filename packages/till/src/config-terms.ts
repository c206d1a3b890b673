/** What a publisher may grant, cap, give back and try out, as written and as the till works with it; config.ts reads it. */
import { base64Decode } from '@tuppence/protocol'
import type { Period, Terms } from '@tuppence/protocol'
import * as v from 'valibot'
import { amount, identifier, invalid, isSafe, minor, path, text, whole } from './config-fields.ts'
import { taxSchema, type Tax } from './tax.ts'

/** A price that changes with the hour, for all readers at once, so that its effect can be told from that of the time. */
export type Experiment = Readonly<{ id: string; prices: readonly number[]; hours: number }>

/**
 * Insights. `adminToken`: opens the page; without one there is none at the till itself. `groupMin`: readers behind each figure.
 */
export type InsightsSettings = Readonly<{ adminToken?: string; path: string; groupMin: number }>

/** Where events are sent. `secret`: HMAC key, 24 to 64 bytes. `events`: types that are wanted; absent: all. */
export type Webhook = Readonly<{ url: string; secret: Uint8Array; events?: readonly WebhookEvent[] }>

/** Types of events. */
export type WebhookEvent = (typeof webhookEvents)[number]

/** What a till does besides selling at a price. Amounts in minor units. */
export type SaleTerms = Readonly<{
  free?: Readonly<{ count: number; per: Period }>
  cap?: Readonly<{ amount: number; per: Period }>
  refund?: Readonly<{ windowSeconds: number; allowance: Readonly<{ count: number; per: Period }> }>
  experiment?: Experiment
  /** Free articles in a day: for one IP address, and for all. */
  grants: Readonly<{ perIpDay: number; perDay: number }>
  /** New articles that are opened: by one IP address in a minute, by one reader key in a day; given back: by one address in a day. */
  limits: Readonly<{ perIpMinute: number; perKeyDay: number; refundsPerIpDay: number }>
  crawlers?: 'verified'
  webhooks: readonly Webhook[]
  /** Days after which payments that nobody can come back to are dropped from the journal. */
  keepDays: number
  /** What receipts say of tax. */
  tax?: Tax
}>

export const webhookEvents = ['payment.deposited', 'payment.refunded', 'article.granted'] as const

const grantDefaults = { perIpDay: 30, perDay: 10_000 }
// Bots: @see the design's fraud rules.
const limitDefaults = { perIpMinute: 30, perKeyDay: 100, refundsPerIpDay: 10 }
const keepDaysDefault = 400
const hoursDefault = 1
const allowanceDefault = { count: 3, per: 'week' } as const
const countMax = 1_000_000
const refundSecondsMax = 7 * 86_400
const secretBytes = { min: 24, max: 64 }
const rank = { day: 0, week: 1, month: 2 } as const

const per = v.picklist(['day', 'week', 'month'], 'must be day, week or month')

export const experimentSchema = v.strictObject({
  id: identifier,
  prices: v.pipe(
    v.array(amount),
    v.minLength(2, 'must name at least two prices'),
    v.maxLength(8, 'must name at most 8 prices'),
  ),
  hours: v.optional(whole(1, 168)),
})

/** Below ten readers a figure is told of nobody, whoever configures it. */
export const groupMinDefault = 10

export const insightsSchema = v.strictObject({
  adminToken: v.optional(
    v.pipe(v.string(), v.regex(/^[\x21-\x7e]{24,256}$/, 'must be 24 to 256 printable characters')),
  ),
  path: v.optional(path),
  groupMin: v.optional(whole(groupMinDefault, 1_000)),
})

/** Fills in what is not given. */
export function toInsights(written: v.InferOutput<typeof insightsSchema>): InsightsSettings {
  const { adminToken, path: at = '/insights', groupMin = groupMinDefault } = written
  return { ...(adminToken !== undefined && { adminToken }), path: at.replace(/\/$/, ''), groupMin }
}

const webhookSchema = v.strictObject({
  url: v.pipe(text(2_048), v.check(isSafe, 'must be https, but for loopback names')),
  secret: v.pipe(
    v.string(),
    v.check(
      (secret) => secretOf(secret) !== undefined,
      `must be whsec_ and base64 of ${secretBytes.min} to ${secretBytes.max} bytes`,
    ),
  ),
  events: v.optional(
    v.pipe(
      v.array(v.picklist(webhookEvents, `must be one of ${webhookEvents.join(', ')}`)),
      v.minLength(1, 'must name at least one event'),
    ),
  ),
})

/** The fields of a configuration that are about terms. */
export const termsFields = {
  free: v.optional(v.strictObject({ count: whole(1, 1_000), per: v.literal('month', 'must be month') })),
  cap: v.optional(v.strictObject({ amount, per })),
  refund: v.optional(
    v.strictObject({
      windowSeconds: whole(1, refundSecondsMax),
      allowance: v.optional(v.strictObject({ count: whole(1, 1_000), per })),
    }),
  ),
  experiment: v.optional(experimentSchema),
  grants: v.optional(
    v.strictObject({ perIpDay: v.optional(whole(1, countMax)), perDay: v.optional(whole(1, countMax)) }),
  ),
  limits: v.optional(
    v.strictObject({
      perIpMinute: v.optional(whole(1, countMax)),
      perKeyDay: v.optional(whole(1, countMax)),
      refundsPerIpDay: v.optional(whole(1, countMax)),
    }),
  ),
  crawlers: v.optional(v.literal('verified', 'must be "verified", or absent')),
  webhooks: v.optional(v.pipe(v.array(webhookSchema), v.maxLength(8, 'must hold at most 8 webhooks'))),
  keepDays: v.optional(whole(45, 36_500)),
  tax: v.optional(taxSchema),
}

/** The same fields of a pass as of any offer, besides id, path, title and sites. */
export const passFields = { price: amount, per }

const termsSchema = v.object(termsFields)

/** Turns checked fields into terms. @throws {TuppenceError} `config-invalid`: an amount that is none. */
export function toTerms(fields: v.InferOutput<typeof termsSchema>, unit: string): SaleTerms {
  const {
    free,
    cap,
    refund,
    experiment,
    grants,
    limits,
    crawlers,
    webhooks = [],
    keepDays = keepDaysDefault,
    tax,
  } = fields
  return {
    ...(free && { free }),
    ...(cap && { cap: { amount: minor(cap.amount, unit, 'cap.amount'), per: cap.per } }),
    ...(refund && {
      refund: { windowSeconds: refund.windowSeconds, allowance: refund.allowance ?? allowanceDefault },
    }),
    ...(experiment && { experiment: toExperiment(experiment, unit, 'experiment') }),
    grants: { ...grantDefaults, ...given(grants) },
    limits: { ...limitDefaults, ...given(limits) },
    ...(crawlers && { crawlers }),
    webhooks: webhooks.map(({ url, secret, events }) => ({
      url,
      secret: secretOf(secret) as Uint8Array,
      ...(events && { events }),
    })),
    keepDays,
    ...(tax && { tax }),
  }
}

/** Turns an experiment's prices into minor units. */
export function toExperiment(written: v.InferOutput<typeof experimentSchema>, unit: string, field: string): Experiment {
  const prices = written.prices.map((price, index) => minor(price, unit, `${field}.prices.${index}`))
  return { id: written.id, prices, hours: written.hours ?? hoursDefault }
}

/** What challenges say of the terms: the same for all readers. @param passes - Paths. */
export function publicTerms({ free, cap, refund }: SaleTerms, passes: readonly string[]): Terms {
  return {
    ...(free && { free: { count: free.count, per: free.per } }),
    ...(cap && { cap }),
    ...(refund && { refundSeconds: refund.windowSeconds }),
    ...(passes.length > 0 && { passes }),
  }
}

/**
 * A pass must be worth its price: within a time that the cap spans, nobody pays more than the cap without one.
 *
 * @throws {TuppenceError} `config-invalid`
 */
export function refusePointlessPass(
  pass: Readonly<{ price: number; per: Period }>,
  { cap }: SaleTerms,
  field: string,
): void {
  if (cap && rank[pass.per] <= rank[cap.per] && pass.price > cap.amount)
    throw invalid(`${field}.price`, `must not be above the cap, which gives as much for a ${cap.per}`)
}

function secretOf(text: string): Uint8Array | undefined {
  if (!text.startsWith('whsec_')) return undefined
  try {
    const bytes = base64Decode(text.slice('whsec_'.length))
    return bytes.length >= secretBytes.min && bytes.length <= secretBytes.max ? bytes : undefined
  } catch {
    return undefined
  }
}

function given<T extends object>(fields: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)) as never
}
