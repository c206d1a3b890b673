/** What a till sells: the offer noun, and finding one by the path of a request. */
import type { Period } from '@tuppence/protocol'
import type { Experiment } from './config-terms.ts'

/**
 * An article: bought once by a reader and opened again by the reader's key. `free: false`: never granted; `refund: false`:
 * never given back; `experiment`: prices that take turns in the place of `price`.
 */
export type ArticleOffer = Readonly<
  { kind: 'article'; price: number; free?: false; refund?: false; experiment?: Experiment } & OfferBase
>

/** A pass: opens every article of the realm for a day, a week or a month from its payment. */
export type PassOffer = Readonly<{ kind: 'pass'; price: number; per: Period } & OfferBase>

/** A tip jar: the reader names the amount, between min and max (minor units, both inclusive). */
export type TipOffer = Readonly<{ kind: 'tip'; min: number; max: number } & OfferBase>

/** Anything a till sells at a price. Amounts are minor units of `unit`. */
export type Offer = ArticleOffer | TipOffer | PassOffer

type OfferBase = {
  id: string
  /** Path at the till's origin, in the URL parser's normal form; compared byte by byte. */
  path: string
  title: string
  /** Exact origins of the pages that may show this offer; the wallet enforces it, the till binds it into the challenge. */
  sites: readonly string[]
  unit: string
}

/**
 * Makes a look-up from path to offer.
 *
 * @returns Finds the offer whose path is exactly `pathname`, or nothing.
 */
export function offersByPath(offers: readonly Offer[]): (pathname: string) => Offer | undefined {
  const byPath = new Map(offers.map((offer) => [offer.path, offer]))
  return (pathname) => byPath.get(pathname)
}

/** The URL that receipts commit to: the till's origin and the offer's path, without a query. */
export function offerUrl(origin: string, offer: Pick<Offer, 'path'>): string {
  return origin + offer.path
}

/** HTTP methods an offer answers to, besides OPTIONS. An article takes a POST where it is given back or claimed. */
export function methodsOf(offer: Offer): readonly string[] {
  if (offer.kind === 'tip') return ['POST']
  return offer.kind === 'article' ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD']
}

const dayMs = 86_400_000
const passMs = { day: dayMs, week: 7 * dayMs, month: 31 * dayMs } as const

/** How long a pass lasts from its payment, in milliseconds: a month is never shorter than a calendar's. */
export function passLengthMs({ per }: PassOffer): number {
  return passMs[per]
}
