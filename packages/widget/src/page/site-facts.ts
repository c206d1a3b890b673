// What each site knows of this reader, put together from purchases, history and loans. sites.tsx shows it.
import type { HistoryEntry, LoanPayment, Purchase } from '@tuppence/core'

/** One till, with the pages that sell for it. Amounts in minor units of `unit`. */
export type SiteFacts = {
  /** The till's origin: what its key is made for. */
  readonly tillOrigin: string
  /** Exact origins of pages where it was paid, or that hold money of the reader's. */
  readonly sites: readonly string[]
  readonly unit: string
  /** Newest first. */
  readonly purchases: readonly Purchase[]
  /** Paid since the month began, less what was given back. */
  readonly month: number
  readonly loans: readonly LoanPayment[]
}

type Draft = {
  purchases: Purchase[]
  sites: Set<string>
  loans: LoanPayment[]
  month: number
  unit: string
  atMs: number
}

const signs: Partial<Record<HistoryEntry['kind'], 1 | -1>> = { pay: 1, tip: 1, refund: -1 }

/**
 * Sorts by when the reader was there last.
 *
 * @param monthStartMs - Where this month begins for the reader.
 */
export function factsOf(
  kept: {
    readonly purchases: readonly Purchase[]
    readonly history: readonly HistoryEntry[]
    readonly loans: readonly LoanPayment[]
  },
  monthStartMs: number,
): readonly SiteFacts[] {
  const drafts = new Map<string, Draft>()
  const at = (origin: string, unit: string, atMs: number): Draft => {
    const draft = drafts.get(origin) ?? { purchases: [], sites: new Set(), loans: [], month: 0, unit, atMs }
    draft.atMs = Math.max(draft.atMs, atMs)
    drafts.set(origin, draft)
    return draft
  }
  for (const purchase of kept.purchases) {
    at(purchase.tillOrigin, purchase.unit, purchase.atMs).purchases.push(purchase)
  }
  for (const entry of kept.history) {
    const sign = signs[entry.kind]
    if (!sign || entry.end !== 'done' || entry.url === undefined || !URL.canParse(entry.url)) continue
    const draft = at(new URL(entry.url).origin, entry.unit, entry.atMs)
    if (entry.site !== undefined) draft.sites.add(entry.site)
    if (entry.atMs >= monthStartMs) draft.month += sign * entry.amount
  }
  for (const loan of kept.loans) {
    const draft = at(loan.tillOrigin, loan.unit, loan.atMs)
    draft.sites.add(loan.site)
    draft.loans.push(loan)
  }
  return [...drafts]
    .sort(([, a], [, b]) => b.atMs - a.atMs)
    .map(([tillOrigin, { purchases, sites, loans, month, unit }]) => ({
      tillOrigin,
      sites: sites.size > 0 ? [...sites] : [tillOrigin],
      unit,
      purchases: purchases.sort((a, b) => b.atMs - a.atMs),
      month: Math.max(0, month),
      loans,
    }))
}

/** Where this month begins on the reader's calendar. */
export function monthStart(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), 1).getTime()
}
