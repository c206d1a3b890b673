// Young: an account that has begun lately shows who it is with each payout; its money waits long enough for somebody to look.
// assess.ts asks.

import { dayMs, type PayoutFacts } from '../facts.ts'
import { money, type Rule } from '../rule.ts'

/** @see Rule */
export const young: Rule<PayoutFacts, 'young'> = {
  name: 'young',
  says: "A payout above $50 within an account's first year is looked at by one person; one above $150 by two.",
  check: ({ nowMs, unit, amount, openedAtMs, paid }, { days, least, twoPeople }) => {
    const age = Math.floor((nowMs - openedAtMs) / dayMs)
    if (age >= days || amount <= least) return undefined
    return {
      action: amount > twoPeople ? 'two-people' : 'review',
      reason: `The account has had income for ${age} days, and would be paid ${money(amount, unit)}; each payout of the first ${days} days is looked at.`,
      figures: { age, amount, payouts: paid.length },
    }
  },
}
