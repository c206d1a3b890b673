/** Finds out what a URL costs or whether it is owned, and holds the URL to the page's site; called before every gesture. */
import {
  chargeAmount,
  isTuppenceError,
  limits,
  TuppenceError,
  type Challenge,
  type ErrorCode,
} from '@tuppence/protocol'
import type { Affordable, Look, LookInput, Offer } from '../api.ts'
import type { HeldCoin } from '../coins.ts'
import type { Context } from '../context.ts'
import type { TillAnswer } from '../ports.ts'
import { siteKey } from './site-keys.ts'
import type { Purchase } from '../tables.ts'
import { spendable } from './spendable.ts'
import { learnTime } from './till-time.ts'

/**
 * Asks what a URL costs, or knows that it is owned. Nothing is signed, but for a payment of this URL that is on its way
 * already and is finished first.
 *
 * @throws {TuppenceError} With `details.paymentId`: that payment still can't be finished. `url-refused`, `site-refused`, `challenge-missing`, `malformed-challenge`, `unit-unsupported`,
 *   `mint-unknown`, `till-unavailable` and other till codes. No money moved in any of them.
 */
export async function look(context: Context, input: LookInput): Promise<Look> {
  const { url, site } = checkTarget(context, input)
  const purchase = (await purchaseOf(context, url.href)) ?? (await finished(context, { url, site }))
  if (purchase && mayShow(url.origin, purchase.sites, site)) {
    void siteKey(context, { ...purchase, site }).catch(() => {})
    return { status: 'owned', url: url.href, site, purchase }
  }
  const answer = await context.till({ method: 'GET', url: url.href, signal: input.signal })
  learnTime(context, url.origin, answer)
  if (answer.status === 'content') {
    if (url.origin !== site) throw new TuppenceError('site-refused')
    return { status: 'free', contentType: answer.contentType, body: answer.body }
  }
  const look = await priced(context, await offerFrom(context, challengesOf(answer), { url, site }))
  const { reader } = context
  return input.personal && reader ? (await reader()).personal(look, input.signal) : look
}

/**
 * A payment for this URL that is on its way is brought to its end before a price is named again: the same bytes, so it is
 * no second gesture. What it bought, if it did.
 */
async function finished(context: Context, { url, site }: Target): Promise<Purchase | undefined> {
  const open = (await context.db.transact(['payments'], 'read', (tx) => tx.list('payments')))
    .map(({ value }) => value)
    .find((payment) => payment.kind === 'pay' && payment.state === 'sent' && payment.offer.url === url.href)
  if (open?.kind !== 'pay' || !mayShow(url.origin, open.offer.sites, site)) return undefined
  const { resend } = await import('./resend.ts')
  await resend(context, open)
  return purchaseOf(context, url.href)
}

/** A URL without its fragment, and the exact origin of the page that asks for it. */
export type Target = { readonly url: URL; readonly site: string }

/**
 * Checks a URL and the page that asks: neither may be ours, and the URL may not be anything but a plain web address.
 *
 * @returns The URL without its fragment.
 * @throws {TuppenceError} `url-refused`, `site-refused`.
 */
export function checkTarget({ ownOrigins }: Context, input: LookInput): Target {
  const url = URL.canParse(input.url) ? new URL(input.url) : undefined
  const plain =
    url && privateOrigin.test(url.origin) && !url.username && !url.password && url.href.length <= limits.urlMax
  if (!plain || ownOrigins.includes(url.origin)) throw new TuppenceError('url-refused')
  const { site } = input
  if (!URL.canParse(site) || new URL(site).origin !== site || ownOrigins.includes(site))
    throw new TuppenceError('site-refused')
  url.hash = ''
  return { url, site }
}

/** Coins go over HTTPS, or to this very machine. */
const privateOrigin = /^(https:|http:\/\/((.+\.)?localhost|127(\.\d+){3}|\[::1\])(:\d+)?$)/

/** Whether a page may show what is at a URL: its own, or one of those that the till named. */
export function mayShow(origin: string, sites: readonly string[], site: string): boolean {
  return origin === site || sites.includes(site)
}

/** What was bought at a URL. */
export function purchaseOf({ db }: Context, url: string): Promise<Purchase | undefined> {
  return db.transact(['purchases'], 'read', (tx) => tx.get('purchases', url))
}

export function challengesOf(answer: TillAnswer): readonly Challenge[] {
  if (answer.status === 'unknown') throw new TuppenceError(answer.code)
  if (answer.status === 'challenge' && answer.challenges.length > 0) return answer.challenges
  const reason = answer.status === 'content' ? '' : answer.reason
  const known: readonly ErrorCode[] = ['malformed-challenge', 'amount-out-of-range', 'url-refused', 'offer-unknown']
  throw new TuppenceError(known.find((code) => code === reason) ?? 'challenge-missing', { details: { reason } })
}

/** The first challenge that this wallet can pay, else the reason why the first one can't be. */
export async function offerFrom(context: Context, challenges: readonly Challenge[], target: Target): Promise<Offer> {
  let fault: unknown
  for (const challenge of challenges) {
    try {
      return await readOffer(context, challenge, target)
    } catch (error) {
      if (!isTuppenceError(error)) throw error
      fault ??= error
    }
  }
  throw fault
}

async function readOffer({ mints }: Context, challenge: Challenge, { url, site }: Target): Promise<Offer> {
  const { request, realm, opaque = {} } = challenge
  if (!mayShow(url.origin, sitesOf(challenge), site)) throw new TuppenceError('site-refused')
  if (realm === '') throw new TuppenceError('malformed-challenge')
  const amount = chargeAmount(request)
  // Our tills name their mints where it costs a frame nothing to read them; of others the NUT-18 request has to be read.
  const accepted =
    opaque['mints']?.split(' ') ?? (await import('./requested-mints.ts')).requestedMints(request) ?? mints
  const known = accepted.filter((mint) => mints.includes(mint))
  if (known.length === 0) throw new TuppenceError('mint-unknown')
  const { title, kind } = opaque
  return {
    url: url.href,
    site,
    // A tip is asked for by `lookTip`, whatever a challenge calls itself.
    kind: kind === 'pass' ? kind : 'article',
    amount,
    unit: request.currency,
    realm,
    tillOrigin: url.origin,
    mints: known,
    challenge,
    title: title?.slice(0, limits.titleMax),
  }
}

/** The page origins that a challenge names. */
export function sitesOf({ opaque }: Challenge): string[] {
  return (opaque?.['sites'] ?? '').split(' ').filter(Boolean).slice(0, limits.sitesMax)
}

export async function priced(context: Context, offer: Offer): Promise<Look> {
  // Made ready now, so that after the click there is nothing left to wait for.
  void siteKey(context, offer).catch(() => {})
  const coins = await spendable(context, offer)
  const look = { status: 'priced' as const, offer, affordable: affordable(context, coins, offer) }
  const { terms } = offer.challenge.opaque ?? {}
  const { reader } = context
  return terms !== undefined && reader ? (await reader()).withTerms(look, terms) : look
}

/** Whether some mint's coins can pay an offer, and how soon. */
export function affordable(
  { net }: Pick<Context, 'net'>,
  coins: readonly HeldCoin[],
  { mints, amount }: Pick<Offer, 'mints' | 'amount'>,
): Affordable {
  const purses = mints.map((mint) => coins.filter((coin) => coin.mint === mint))
  if (purses.some((purse) => net.select(purse, amount))) return 'now'
  return purses.some((purse) => net.worth(purse) >= amount) ? 'after-change' : 'no'
}
