/** What an offer costs a reader now, by the publisher's terms and what the key has done: pure; the journal asks it within its transactions. */
import { periodOf } from '@tuppence/protocol'
import type { Standing, Via } from '@tuppence/protocol'
import type { SaleTerms } from './config-terms.ts'
import type { Entitlement, Question, ReaderState } from './journal/port.ts'
import { sha256Hex } from './native.ts'
import type { ArticleOffer, Offer } from './offers.ts'

/** An offer that has a price and can be owned. */
export type PricedOffer = Exclude<Offer, { kind: 'tip' }>

/**
 * What a reader owes for an offer. `owned`: nothing, it is theirs. `covered`: nothing, until `untilMs`. `ask`: `amount`
 * minor units; `personal` where that is less than everybody's price. `wait`: payments under way decide it: they may reach the cap,
 * or be credited.
 */
export type Due =
  | Readonly<{ status: 'owned'; entitlement: Entitlement }>
  | Readonly<{ status: 'covered'; by: 'pass' | 'cap'; untilMs: number; reference: string }>
  | Readonly<{ status: 'ask'; amount: number; price: 'personal' | 'list' }>
  | Readonly<{ status: 'wait' }>

/** Why coins are not taken from a key. @see refusalOf */
export type Refusal = 'covered' | 'personal' | 'wait' | 'too-many'

/** Why an article is not given for nothing. `wait`: a payment for it has no outcome yet. */
export type GrantRefusal = 'exhausted' | 'unavailable' | 'too-many' | 'wait'

const hourMs = 3_600_000

/**
 * The price of an offer for everybody. Where prices take turns, all articles' turns are drawn by hash: for all readers at
 * once, so that no reader can tell by whom the price was chosen.
 */
export function priceAt(offer: PricedOffer, nowMs: number): number {
  const { experiment } = offer as ArticleOffer
  if (!experiment) return offer.price
  const block = Math.floor(nowMs / (experiment.hours * hourMs))
  const drawn = Number.parseInt(sha256Hex(`${experiment.id}|${offer.id}|${block}`).slice(0, 8), 16)
  return experiment.prices[drawn % experiment.prices.length] as number
}

/** The lowest price that a challenge which can still be paid may have named. */
export function lowestPrice(offer: PricedOffer, nowMs: number, challengeMs: number): number {
  return Math.min(priceAt(offer, nowMs), priceAt(offer, nowMs - challengeMs))
}

/** What must be known of a reader to say what an offer costs. */
export function questionOf(
  terms: SaleTerms,
  about: Readonly<{ thumbprint: string; offer: Offer; nowMs: number; address?: string | undefined }>,
): Question {
  const { thumbprint, offer, nowMs, address } = about
  const { cap, free } = terms
  return {
    thumbprint,
    offerId: offer.id,
    nowMs,
    day: periodOf(nowMs, 'day'),
    ...(cap && { cap: periodOf(nowMs, cap.per) }),
    ...(free && { free: periodOf(nowMs, free.per) }),
    ...(offer.kind === 'pass' && { credit: periodOf(nowMs, offer.per) }),
    ...(address !== undefined && { address }),
  }
}

/**
 * What an offer costs a reader.
 *
 * @param about.list - The price for everybody, minor units.
 */
export function dueOf(
  terms: SaleTerms,
  about: Readonly<{ offer: PricedOffer; state: ReaderState; list: number; nowMs: number }>,
): Due {
  const { offer, state, list, nowMs } = about
  if (state.owned) return { status: 'owned', entitlement: state.owned }
  if (offer.kind === 'pass') {
    if (state.creditPending > 0) return { status: 'wait' }
    const amount = Math.max(1, list - state.credit)
    return { status: 'ask', amount, price: amount < list ? 'personal' : 'list' }
  }
  if (state.pass) return { status: 'covered', by: 'pass', ...state.pass }
  if (!terms.cap) return { status: 'ask', amount: list, price: 'list' }
  const { endMs } = periodOf(nowMs, terms.cap.per)
  if (state.spent - state.refunding >= terms.cap.amount && state.last)
    return { status: 'covered', by: 'cap', untilMs: endMs, reference: state.last.reference }
  const left = terms.cap.amount - state.spent - state.pending
  if (left <= 0) return { status: 'wait' }
  return { status: 'ask', amount: Math.min(list, left), price: left < list ? 'personal' : 'list' }
}

/**
 * Whether a key may pay what it brings: never twice for one thing, never more than the cap, never more for a pass than its
 * credit leaves, and never less than it owes.
 *
 * @param about.list - The lowest price for everybody that the challenge may have been made for.
 * @param about.amount - Minor units that would be taken. `about.price`: what the challenge asked for, and of whom.
 */
export function refusalOf(
  terms: SaleTerms,
  about: Readonly<{
    offer: PricedOffer
    state: ReaderState
    list: number
    nowMs: number
    amount: number
    price: Readonly<{ amount: number; of: 'everybody' | 'reader' }>
  }>,
): Refusal | undefined {
  const { offer, state, amount, price } = about
  const due = dueOf(terms, about)
  if (due.status === 'owned' || due.status === 'covered') return 'covered'
  if (due.status === 'wait' || state.pendingOffer) return 'wait'
  if (state.today >= terms.limits.perKeyDay) return 'too-many'
  if (offer.kind === 'pass') {
    const isCredited = due.price === 'personal'
    return (isCredited && price.amount > due.amount) || (price.of === 'reader' && price.amount < due.amount)
      ? 'personal'
      : undefined
  }
  const left = terms.cap ? terms.cap.amount - state.spent - state.pending : Infinity
  if (amount > left) return 'personal'
  return price.of === 'reader' && price.amount < due.amount ? 'personal' : undefined
}

/** Whether an article is granted to a key, and to the address that asks for it. */
export function grantRefusalOf(terms: SaleTerms, offer: Offer, state: ReaderState): GrantRefusal | undefined {
  const { free, grants, limits } = terms
  if (!free || offer.kind !== 'article' || offer.free === false) return 'unavailable'
  if (state.pendingOffer) return 'wait'
  if (state.granted >= free.count) return 'exhausted'
  if (state.today >= limits.perKeyDay) return 'too-many'
  const isOver = state.grantedToday >= grants.perDay || state.grantedToAddress >= grants.perIpDay
  return isOver ? 'unavailable' : undefined
}

/** What a reader is told of all that. @param via - Why this answer was given. */
export function standingOf(terms: SaleTerms, state: ReaderState, nowMs: number, via: Via): Standing {
  const { free, cap } = terms
  const capEndMs = cap && state.spent - state.refunding >= cap.amount ? periodOf(nowMs, cap.per).endMs : 0
  const untilMs = Math.max(capEndMs, state.pass?.untilMs ?? 0)
  return {
    via,
    ...(free && { free: Math.max(0, free.count - state.granted) }),
    ...(cap && { spent: state.spent }),
    ...(untilMs > 0 && { until: Math.floor(untilMs / 1_000) }),
  }
}
