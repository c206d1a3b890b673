/** Reads and checks a till's configuration; called by createTill() and by whoever loads it from a file. */
import { limits, parseAmount, TuppenceError, utf8, wellKnownPath } from '@tuppence/protocol'
import * as v from 'valibot'
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
  offers: readonly Offer[]
}>

const offersMax = 10_000
// A challenge repeats the path, and a credential the challenge; all of it must fit into 4 KB.
const pathCharsMax = 256
// Leaves room for eight coins, more than any price needs that is not chosen to.
const boundBytesMax = 768
const tipMinDefault = '0.05'
const tipMaxDefault = '100'

const isWeb = (url: URL): boolean => url.protocol === 'https:' || url.protocol === 'http:'
const isOrigin = (text: string): boolean => URL.canParse(text) && isWeb(new URL(text)) && new URL(text).origin === text
/** Coins and credentials travel encrypted, or not off this machine. @see draft-httpauth-payment "Transport Security" */
const isSafe = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '')
}
/** Compared as text with the mint in a token, so it has one form: no trailing slash, nothing after the path. */
const isMintUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && isWeb(url) && url.origin + url.pathname.replace(/\/$/, '') === text
}

/** A path is compared byte by byte with the request's, so only its own normal form can ever match. */
const isNormalPath = (path: string): boolean => {
  const url = URL.canParse(path, 'http://till.invalid') ? new URL(path, 'http://till.invalid') : undefined
  return url !== undefined && url.host === 'till.invalid' && url.pathname === path && path !== wellKnownPath
}

const text = (charsMax: number) =>
  v.pipe(
    v.string(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(charsMax, `must have at most ${charsMax} characters`),
  )
const origin = v.pipe(v.string(), v.check(isOrigin, 'must be an exact origin, such as https://news.example'))
const safe = v.check(isSafe, 'must be https, but for loopback names')
const mintUrl = v.pipe(
  v.string(),
  v.check(isMintUrl, 'must be an http(s) URL without a trailing slash, query or fragment'),
)
const identifier = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ -'))
const path = v.pipe(
  text(pathCharsMax),
  v.check(isNormalPath, 'must be a path in normal form, such as /read/slug, without query or fragment'),
)
const amount = v.string('must be a decimal string, such as "0.05"')

const common = {
  id: identifier,
  path,
  title: v.pipe(
    text(limits.titleMax),
    v.check((title) => title.isWellFormed(), 'must be well-formed text'),
  ),
  sites: v.optional(
    v.pipe(
      v.array(origin),
      v.minLength(1, 'must name at least one site'),
      v.maxLength(limits.sitesMax, `must name at most ${limits.sitesMax} sites`),
    ),
  ),
}
const offerSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('article'), ...common, price: amount }),
  v.strictObject({ kind: v.literal('tip'), ...common, min: v.optional(amount), max: v.optional(amount) }),
])

const configSchema = v.strictObject({
  origin: v.pipe(origin, safe),
  realm: v.optional(
    v.pipe(text(limits.titleMax), v.regex(/^[\x20-\x7b\x7d\x7e]+$/, 'must be printable ASCII without |')),
  ),
  account: identifier,
  unit: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{3,8}$/, 'must be a currency unit, such as usd'))),
  mint: v.strictObject({
    url: v.pipe(mintUrl, safe),
    internalUrl: v.optional(mintUrl),
    receiptKeys: v.optional(
      v.pipe(
        v.array(v.looseObject({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: v.string() })),
        v.minLength(1),
      ),
    ),
    timeoutMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(120_000))),
  }),
  dataDir: text(4096),
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
  const result = v.safeParse(configSchema, input, { abortEarly: true })
  if (!result.success) {
    const issue = result.issues[0]
    throw invalid(v.getDotPath(issue) ?? '', reasonOf(issue))
  }
  const config = result.output
  const unit = config.unit ?? 'usd'
  const offers = config.offers.map((offer, index) =>
    toOffer(offer, { unit, origin: config.origin, mint: config.mint.url, field: `offers.${index}` }),
  )
  refuseTwice(offers, 'id')
  refuseTwice(offers, 'path')
  return {
    origin: config.origin,
    realm: config.realm ?? new URL(config.origin).host,
    account: config.account,
    unit,
    mint: {
      url: config.mint.url,
      internalUrl: config.mint.internalUrl ?? config.mint.url,
      receiptKeys: config.mint.receiptKeys,
      timeoutMs: config.mint.timeoutMs ?? limits.mintTimeoutMs,
    },
    dataDir: config.dataDir,
    offers,
  }
}

function toOffer(
  offer: v.InferOutput<typeof offerSchema>,
  context: { unit: string; origin: string; mint: string; field: string },
): Offer {
  const { unit, field } = context
  const base = { id: offer.id, path: offer.path, title: offer.title, sites: offer.sites ?? [context.origin], unit }
  if (utf8([offer.path, offer.title, context.mint, ...base.sites].join(' ')).length > boundBytesMax)
    throw invalid(
      field,
      `has over ${boundBytesMax} bytes of path, title, sites and mint: no credential could hold them`,
    )
  if (offer.kind === 'article') return { ...base, kind: 'article', price: minor(offer.price, unit, `${field}.price`) }
  const min = minor(offer.min ?? tipMinDefault, unit, `${field}.min`)
  const max = minor(offer.max ?? tipMaxDefault, unit, `${field}.max`)
  if (min > max) throw invalid(`${field}.min`, 'must not be above max')
  return { ...base, kind: 'tip', min, max }
}

function minor(decimal: string, unit: string, field: string): number {
  try {
    return parseAmount(decimal, unit)
  } catch (cause) {
    throw invalid(field, `is not an amount of ${unit} above zero, such as "0.05"`, cause)
  }
}

function refuseTwice(offers: readonly Offer[], key: 'id' | 'path'): void {
  const seen = new Set<string>()
  for (const [index, offer] of offers.entries()) {
    if (seen.has(offer[key])) throw invalid(`offers.${index}.${key}`, `${offer[key]} is used by two offers`)
    seen.add(offer[key])
  }
}

// Errors

function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown field'
  if (issue.received === 'undefined') return 'is missing'
  return issue.message
}

function invalid(field: string, reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('config-invalid', {
    details: { field, reason },
    message: `config: ${field} ${reason}`,
    cause,
  })
}
