// Payouts that people look at: the first of an account, and those that are large or out of line; assess.ts asks.

import { dayMs, type PayoutFacts } from '../facts.ts'
import { money, sum, type Rule } from '../rule.ts'

const monthDays = 30

/** @see Rule */
export const payoutSize: Rule<PayoutFacts, 'payout-size'> = {
  name: 'payout-size',
  says: "An account's first payout is looked at by one person; one above $1,000, or of $100 and more and above 3 times what the account was paid in a mean 30 days, by two.",
  check: ({ nowMs, unit, amount, paid }, { amount: amountMax, times, least }) => {
    const mean = meanOf(paid, nowMs)
    if (amount > amountMax)
      return {
        action: 'two-people',
        reason: `The payout of ${money(amount, unit)} is above ${money(amountMax, unit)}.`,
        figures: { amount, amountMax },
      }
    if (mean === undefined)
      return {
        action: 'review',
        reason: `This is the first payout of the account: ${money(amount, unit)}.`,
        figures: { amount },
      }
    // Three times nearly nothing is nearly nothing.
    if (amount <= mean * times || amount < least) return undefined
    return {
      action: 'two-people',
      reason: `The payout of ${money(amount, unit)} is more than ${times} times the ${money(mean, unit)} that the account was paid in 30 days until now.`,
      figures: { amount, mean, times },
    }
  },
}

/** Minor units paid in a mean 30 days since the first payout's month; none before there is one. */
function meanOf(paid: PayoutFacts['paid'], nowMs: number): number | undefined {
  const recent = paid.filter(({ atMs }) => atMs > nowMs - 6 * monthDays * dayMs)
  const first = recent.reduce((least, { atMs }) => Math.min(least, atMs), Infinity)
  if (recent.length === 0) return paid.length === 0 ? undefined : 0
  const months = Math.max(1, Math.round((nowMs - first) / (monthDays * dayMs)))
  return Math.round(sum(recent, ({ amount }) => amount) / months)
}
