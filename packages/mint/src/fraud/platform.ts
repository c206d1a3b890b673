// What one account is measured by: medians and outer values of all accounts; collect.ts and the market simulation ask.

import { dayMs, type IncomeDay, type PlatformFacts, type ReportDay } from './facts.ts'
import { lastDays, shareOf, sum } from './rule.ts'

/** An account's days. */
export interface AccountDays {
  readonly account: string
  /** First moment of the account's first day. */
  readonly openedAtMs: number
  readonly income: readonly IncomeDay[]
  readonly reports: readonly ReportDay[]
}

/** Income of a week below which an account's share says nothing. */
const weekLeast = 500
/** Fronts of a ring are many and young: what accounts are measured by must not be theirs to choose. */
const establishedMs = 90 * dayMs

/** @see PlatformFacts */
export function platformFacts(all: readonly AccountDays[], nowMs: number): PlatformFacts {
  const accounts = all.filter(({ openedAtMs }) => openedAtMs <= nowMs - establishedMs)
  const weeks = accounts.map(({ income }) => lastDays(income, nowMs, 7))
  const shares = weeks
    .map((week) => ({ amount: sum(week, (day) => day.amount), fresh: sum(week, (day) => day.fresh) }))
    .filter(({ amount }) => amount >= weekLeast)
    .map(({ fresh, amount }) => shareOf(fresh, amount))
  const perThousand = accounts.flatMap(({ income, reports }) => {
    const views = sum(lastDays(reports, nowMs, 30), (day) => day.views)
    const amount = sum(lastDays(income, nowMs, 30), (day) => day.amount)
    return views === 0 || amount === 0 ? [] : [Math.round((amount * 1000) / views)]
  })
  return {
    accounts: weeks.filter((week) => week.length > 0).length,
    freshMedian: quantile(shares, 50),
    perThousandViewsP95: quantile(perThousand, 95),
  }
}

/** The value that so many of 100 are not above; 0 where there is none. */
export function quantile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}
