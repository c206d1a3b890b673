// Fresh money: what was just topped up goes to one account in a burst, as stolen or laundered money does; assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import { lastDays, money, percentOf, shareOf, sum, type Rule } from '../rule.ts'

/** The most of any seven days in the last so many counts: what is paid now came in over a month. */
const lookDays = 37

/** @see Rule */
export const freshMoney: Rule<PayoutFacts, 'fresh-money'> = {
  name: 'fresh-money',
  says: "At least 60% of some 7 days' income was in coins of the keyset that was newest then, and that is more than 3 times the platform's median.",
  check: ({ nowMs, unit, income, platform }, { sharePercent, times, least }) => {
    const { fresh, amount } = freshest(lastDays(income, nowMs, lookDays), least)
    const share = shareOf(fresh, amount)
    if (amount === 0 || share < sharePercent * 100 || share <= platform.freshMedian * times) return undefined
    return {
      action: 'hold',
      reason: `${percentOf(fresh, amount)} of the income of 7 days (${money(amount, unit)}) was in coins of the newest keyset; the platform's median is ${(platform.freshMedian / 100).toFixed(1)}%.`,
      figures: { share, fresh, amount, median: platform.freshMedian },
    }
  },
}

/** The seven days with the largest share of fresh money, of those in which there was any income to speak of. */
export function freshest(
  days: PayoutFacts['income'],
  least: number,
): { readonly fresh: number; readonly amount: number } {
  let most = { fresh: 0, amount: 0 }
  for (const last of days) {
    const week = days.filter((day) => day.dayMs <= last.dayMs && day.dayMs > last.dayMs - 7 * 86_400_000)
    const amount = sum(week, (day) => day.amount)
    const fresh = sum(week, (day) => day.fresh)
    if (amount >= Math.max(1, least) && fresh * most.amount >= most.fresh * amount) most = { fresh, amount }
  }
  return most
}
