// Audience: income that those who came to see could not have brought; assess.ts asks. Views are the publisher's own word.

import type { PayoutFacts } from '../facts.ts'
import { lastDays, money, sum, type Rule } from '../rule.ts'

/** @see Rule */
export const audience: Rule<PayoutFacts, 'audience'> = {
  name: 'audience',
  says: "30 days' income for a view is more than 10 times that of the 95th of 100 accounts.",
  check: ({ nowMs, unit, income, reports, platform }, { times, accountsMin, least }) => {
    const amount = sum(lastDays(income, nowMs, 30), (day) => day.amount)
    const told = lastDays(reports, nowMs, 30)
    if (amount < least || told.length === 0 || platform.accounts < accountsMin) return undefined
    const views = sum(told, (day) => day.views)
    const perThousand = Math.round((amount * 1000) / Math.max(1, views))
    if (perThousand <= platform.perThousandViewsP95 * times) return undefined
    return {
      action: 'hold',
      reason: `${money(amount, unit)} in 30 days from ${views} views is ${money(perThousand, unit)} for a thousand; 95 of 100 accounts have up to ${money(platform.perThousandViewsP95, unit)}.`,
      figures: { amount, views, perThousand, p95: platform.perThousandViewsP95 },
    }
  },
}
