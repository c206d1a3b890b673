/** Reads and checks a till's configuration; called by createTill() and by whoever loads it from a file. */
import { formatTerms, limits, utf8 } from '@tuppence/protocol'
import * as v from 'valibot'
import {
  amount,
  check,
  identifier,
  invalid,
  minor,
  mintUrl,
  origin,
  path,
  safe,
  sites,
  text,
  whole,
} from './config-fields.ts'
import {
  experimentSchema,
  insightsSchema,
  passFields,
  publicTerms,
  refusePointlessPass,
  termsFields,
  toExperiment,
  toInsights,
  toTerms,
  type InsightsSettings,
  type SaleTerms,
} from './config-terms.ts'
import type { Offer } from './offers.ts'

/** One offer as a publisher writes it; amounts are decimal strings of the unit ("0.05"). */
export type OfferConfig = v.InferInput<typeof offerSchema>

/** A till's configuration as a publisher writes it (JSON). */
export type TillConfig = v.InferInput<typeof configSchema>

/** A till's configuration after checking: amounts in minor units, defaults filled in. */
export type TillSettings = Readonly<{
  /** Public origin of the till, without a trailing slash: what wallets sign and what receipts commit to. */
  origin: string
  realm: string
  /** The publisher's account at the mint. */
  account: string
  unit: string
  mint: Readonly<{
    url: string
    internalUrl: string
    receiptKeys: readonly JsonWebKey[] | undefined
    timeoutMs: number
  }>
  dataDir: string
  /** Proxies in front of the till, whose `X-Forwarded-For` says where a request came from. */
  proxies: number
  terms: SaleTerms
  /** Whether the mint is told sums of each day. */
  reports?: 'daily'
  /** Absent: nothing is counted up for insights, and nobody sees any. */
  insights?: InsightsSettings
  /** The terms as challenges carry them; absent where there are none. */
  termsText: string | undefined
  offers: readonly Offer[]
}>

/** Most offers of one till. */
export const offersMax = 10_000
const passesMax = 4
// Leaves room for eight coins, more than any price needs that is not chosen to.
const boundBytesMax = 768
// What a challenge of one's own adds: the thumbprint of the reader's key, and its name.
const readerBytes = 54
const tipMinDefault = '0.05'
const tipMaxDefault = '100'

const common = {
  id: identifier,
  path,
  title: v.pipe(
    text(limits.titleMax),
    v.check((title) => title.isWellFormed(), 'must be well-formed text'),
  ),
  sites: v.optional(sites),
}
const articleFields = {
  price: amount,
  free: v.optional(v.literal(false, 'must be false, or absent')),
  refund: v.optional(v.literal(false, 'must be false, or absent')),
  experiment: v.optional(experimentSchema),
}
const offerSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('article'), ...common, ...articleFields }),
  v.strictObject({ kind: v.literal('tip'), ...common, min: v.optional(amount), max: v.optional(amount) }),
  v.strictObject({ kind: v.literal('pass'), ...common, ...passFields }),
])

const configSchema = v.strictObject({
  origin: v.pipe(origin, safe),
  realm: v.optional(
    v.pipe(text(limits.titleMax), v.regex(/^[\x20-\x7b\x7d\x7e]+$/, 'must be printable ASCII without |')),
  ),
  account: identifier,
  unit: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{3,8}$/, 'must be a currency unit, such as usd'))),
  sites: v.optional(sites),
  proxies: v.optional(whole(0, 8)),
  mint: v.strictObject({
    url: v.pipe(mintUrl, safe),
    internalUrl: v.optional(mintUrl),
    receiptKeys: v.optional(
      v.pipe(
        v.array(v.looseObject({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: v.string() })),
        v.minLength(1),
      ),
    ),
    timeoutMs: v.optional(whole(1, 120_000)),
  }),
  dataDir: text(4096),
  insights: v.optional(insightsSchema),
  reports: v.optional(v.literal('daily', 'must be "daily", or absent')),
  ...termsFields,
  passes: v.optional(
    v.pipe(
      v.array(v.strictObject({ ...common, ...passFields })),
      v.maxLength(passesMax, `must hold at most ${passesMax} passes`),
    ),
  ),
  offers: v.pipe(v.array(offerSchema), v.maxLength(offersMax, `must hold at most ${offersMax} offers`)),
})

/**
 * Checks a till's configuration and turns it into settings.
 *
 * @param input - Parsed JSON, as in {@link TillConfig}. Unknown fields are refused by name.
 * @returns Settings with amounts in minor units; `sites` defaults to the till's own origin, `realm` to its host.
 * @throws {TuppenceError} `config-invalid`; `details.field` is the dotted path, `details.reason` what is wrong with it.
 */
export function parseConfig(input: unknown): TillSettings {
  const config = check(configSchema, input)
  const { unit = 'usd', mint } = config
  const terms = toTerms(config, unit)
  const passes = (config.passes ?? []).map((pass) => ({ kind: 'pass' as const, ...pass }))
  const written = [
    ...config.offers.map((offer, index) => ({ offer, field: `offers.${index}` })),
    ...passes.map((offer, index) => ({ offer, field: `passes.${index}` })),
  ]
  const passPaths = written.flatMap(({ offer }) => (offer.kind === 'pass' ? [offer.path] : []))
  if (passPaths.length > passesMax) throw invalid('passes', `must be at most ${passesMax} in all`)
  const termsText = formatTerms(publicTerms(terms, passPaths))
  const bound = mint.url.length + (termsText === undefined ? 0 : termsText.length + 1 + readerBytes)
  const base = { unit, sites: config.sites ?? [config.origin], terms, bound }
  const offers = written.map(({ offer, field }) => toOffer(offer, { ...base, field }))
  const fields = written.map(({ field }) => field)
  refuseTwice(offers, fields, 'id')
  refuseTwice(offers, fields, 'path')
  const insights = config.insights && toInsights(config.insights)
  refuseTaken(offers, fields, insights)
  return {
    origin: config.origin,
    realm: config.realm ?? new URL(config.origin).host,
    account: config.account,
    unit,
    mint: {
      url: mint.url,
      internalUrl: mint.internalUrl ?? mint.url,
      receiptKeys: mint.receiptKeys,
      timeoutMs: mint.timeoutMs ?? limits.mintTimeoutMs,
    },
    dataDir: config.dataDir,
    proxies: config.proxies ?? 0,
    ...(config.reports && { reports: config.reports }),
    terms,
    ...(insights && { insights }),
    termsText,
    offers,
  }
}

function toOffer(
  offer: v.InferOutput<typeof offerSchema>,
  context: { unit: string; sites: readonly string[]; terms: SaleTerms; bound: number; field: string },
): Offer {
  const { unit, field, terms } = context
  const base = { id: offer.id, path: offer.path, title: offer.title, sites: offer.sites ?? context.sites, unit }
  if (utf8([offer.path, offer.title, ...base.sites].join(' ')).length + 1 + context.bound > boundBytesMax)
    throw invalid(
      field,
      `has over ${boundBytesMax} bytes of path, title, sites, mint and terms: no credential could hold them`,
    )
  if (offer.kind === 'article') {
    const { price, free, refund, experiment } = offer
    const tried = experiment ? toExperiment(experiment, unit, `${field}.experiment`) : terms.experiment
    return {
      ...base,
      kind: 'article',
      price: minor(price, unit, `${field}.price`),
      ...(free === false && { free }),
      ...(refund === false && { refund }),
      ...(tried && { experiment: tried }),
    }
  }
  if (offer.kind === 'pass') {
    // A list of passes is written between parentheses.
    if (/[()]/.test(offer.path)) throw invalid(`${field}.path`, 'must have no parentheses')
    const pass = { ...base, kind: 'pass' as const, per: offer.per, price: minor(offer.price, unit, `${field}.price`) }
    refusePointlessPass(pass, terms, field)
    return pass
  }
  const min = minor(offer.min ?? tipMinDefault, unit, `${field}.min`)
  const max = minor(offer.max ?? tipMaxDefault, unit, `${field}.max`)
  if (min > max) throw invalid(`${field}.min`, 'must not be above max')
  return { ...base, kind: 'tip', min, max }
}

function refuseTaken(
  offers: readonly Offer[],
  fields: readonly string[],
  insights: InsightsSettings | undefined,
): void {
  if (insights?.adminToken === undefined) return
  for (const [index, { path }] of offers.entries())
    if (`${path}/`.startsWith(`${insights.path}/`)) throw invalid(`${fields[index]}.path`, 'is where insights are')
}

function refuseTwice(offers: readonly Offer[], fields: readonly string[], key: 'id' | 'path'): void {
  const seen = new Set<string>()
  for (const [index, offer] of offers.entries()) {
    if (seen.has(offer[key])) throw invalid(`${fields[index]}.${key}`, `${offer[key]} is used by two offers`)
    seen.add(offer[key])
  }
}
