// Reports: what a till says of its days against what it deposited; assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import { lastDays, money, percentOf, shareOf, sum, type Rule } from '../rule.ts'

/** @see Rule */
export const reports: Rule<PayoutFacts, 'reports'> = {
  name: 'reports',
  says: "The till's reports of 30 days count 30% more or fewer payments than it deposited, or there are none of half of the days.",
  check: ({ nowMs, unit, income, reports: told }, { offPercent, least }) => {
    // Today's is not there yet, and yesterday's may be late.
    const until = nowMs - 2 * 86_400_000
    const days = lastDays(income, until, 30)
    const amount = sum(days, (day) => day.amount)
    if (amount < least) return undefined
    const byDay = new Map(told.map((day) => [day.dayMs, day]))
    const known = days.filter((day) => byDay.has(day.dayMs))
    if (known.length * 2 < days.length)
      return {
        action: 'review',
        reason: `There are reports of ${known.length} of the ${days.length} days that had income (${money(amount, unit)}).`,
        figures: { reported: known.length, days: days.length, amount },
      }
    const deposits = sum(known, (day) => day.count)
    const said = sum(known, ({ dayMs }) => (byDay.get(dayMs)?.unlocks ?? 0) + (byDay.get(dayMs)?.tips ?? 0))
    const off = Math.abs(deposits - said)
    if (off * 100 <= deposits * offPercent) return undefined
    return {
      action: 'review',
      reason: `Reports count ${said} payments where ${deposits} were deposited: ${percentOf(off, deposits)} apart.`,
      figures: { reported: said, deposits, share: shareOf(off, deposits) },
    }
  },
}
