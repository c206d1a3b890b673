/** Reads a publisher's terms beside what the wallet knows of the reader: free, covered, or cheaper than the list says. */
import { parseTerms, type Standing, type Terms } from '@tuppence/protocol'
import type { Look } from '../api.ts'
import type { Context } from '../context.ts'
import type { Covered, Priced } from '../reader-port.ts'
import { isSamePeriod, standingOf, type Stood } from './standing.ts'
import { tillNowMs } from './till-time.ts'

/** A look with what the terms make of it. Nothing is asked and nothing signed: it goes by what the till said last. */
export async function withTerms(context: Context, look: Priced, text: string): Promise<Look> {
  const terms = parseTerms(text)
  const stood = await standingOf(context, look.offer)
  const nowMs = tillNowMs(context, look.offer.tillOrigin)
  const offer = { ...look.offer, terms, ...(stood && { standing: stood.standing }) }
  // What was spent on articles counts toward a pass; how much, the till says.
  if (offer.kind !== 'article') return { ...look, offer, ...(stood && { personal: offer.amount }) }
  const cover = coverOf(terms, stood?.standing, nowMs)
  if (cover) return { status: 'covered', offer, ...cover }
  const left = freeLeft(terms, stood, nowMs)
  const personal = personalPrice(terms, { stood, nowMs, amount: offer.amount })
  return { ...look, offer, ...(left > 0 && { free: { left } }), ...(personal !== undefined && { personal }) }
}

/** What covers every article of the till just now. */
function coverOf(
  { cap }: Terms,
  standing: Standing | undefined,
  nowMs: number,
): Pick<Covered, 'by' | 'untilSeconds'> | undefined {
  const { until, via, spent = 0 } = standing ?? {}
  if (until === undefined || until * 1_000 <= nowMs) return undefined
  const isCap = via === 'cap' || (via !== 'pass' && cap !== undefined && spent >= cap.amount)
  return { by: isCap ? 'cap' : 'pass', untilSeconds: until }
}

/** Articles that are still free this period, as far as the wallet can tell: a till may have its own bounds besides. */
function freeLeft({ free }: Terms, stood: Stood | undefined, nowMs: number): number {
  if (!free) return 0
  const said = stood && isSamePeriod(stood.atMs, nowMs, free.per) ? stood.standing.free : undefined
  return said ?? free.count
}

type Price = { readonly stood: Stood | undefined; readonly nowMs: number; readonly amount: number }

/** What is left to the cap, where that is less than the price. */
function personalPrice({ cap }: Terms, { stood, nowMs, amount }: Price): number | undefined {
  if (!cap || !stood || !isSamePeriod(stood.atMs, nowMs, cap.per)) return undefined
  const left = cap.amount - (stood.standing.spent ?? 0)
  return left > 0 && left < amount ? left : undefined
}
