// Velocity: how much one instrument brings, less what it got back, since a mint cannot know what a wallet holds; assess.ts asks.

import { dayMs, type TopUpFacts } from '../facts.ts'
import { money, sum, type Rule } from '../rule.ts'

/** @see Rule */
export const velocity: Rule<TopUpFacts, 'velocity'> = {
  name: 'velocity',
  says: 'An instrument would bring more than $20 within 24 hours, or $50 within 30 days, less what it got back.',
  check: ({ nowMs, unit, amount, movements }, { dayMax, monthMax }) => {
    const within = (days: number) =>
      amount +
      Math.max(
        0,
        sum(
          movements.filter(({ atMs }) => atMs > nowMs - days * dayMs),
          (movement) => movement.amount,
        ),
      )
    const [day, month] = [within(1), within(30)]
    if (day <= dayMax && month <= monthMax) return undefined
    const [total, max, time] = day > dayMax ? [day, dayMax, '24 hours'] : [month, monthMax, '30 days']
    return {
      action: 'block',
      reason: `With this top-up the instrument would have brought ${money(total, unit)} within ${time}; up to ${money(max, unit)} is expected.`,
      figures: { day, dayMax, month, monthMax },
    }
  },
}
