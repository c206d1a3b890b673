// Refunds: what is bought and given back over and over is tried out, or moved; assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import { lastDays, percentOf, shareOf, sum, type Rule } from '../rule.ts'

/** @see Rule */
export const refunds: Rule<PayoutFacts, 'refunds'> = {
  name: 'refunds',
  says: "More than 20% of 7 days' deposits were given back.",
  check: ({ nowMs, income }, { sharePercent, countMin }) => {
    const week = lastDays(income, nowMs, 7)
    const given = sum(week, (day) => day.refundCount)
    const deposits = sum(week, (day) => day.count)
    if (given < countMin || given * 100 <= deposits * sharePercent) return undefined
    return {
      action: 'review',
      reason: `${given} of ${deposits} payments in 7 days (${percentOf(given, deposits)}) were given back.`,
      figures: { refunds: given, deposits, share: shareOf(given, deposits) },
    }
  },
}
