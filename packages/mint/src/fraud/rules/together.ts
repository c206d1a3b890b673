// Together: whoever knows the limits stays just below each; few honest accounts are close to several at once. assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import { lastDays, shareOf, sum, type Rule } from '../rule.ts'
import { fraudDefaults } from '../settings.ts'
import { offList } from './amounts.ts'
import { freshest } from './fresh-money.ts'

/** @see Rule */
export const together: Rule<PayoutFacts, 'together'> = {
  name: 'together',
  says: 'Several measures of other rules are each above half of their limits: fresh money, tips at the maximum, amounts on no list, income for a view, refunds, growth.',
  check: (facts, { closePercent, atLeast, least }) => {
    const total = sum(lastDays(facts.income, facts.nowMs, 37), (day) => day.amount)
    if (total < least) return undefined
    const close = Object.entries(closenessOf(facts)).filter(([, percent]) => percent >= closePercent)
    if (close.length < atLeast) return undefined
    return {
      action: 'hold',
      reason: `Close to several limits at once: ${close.map(([name, percent]) => `${words[name as Measure]} at ${percent}% of its limit`).join(', ')}.`,
      figures: Object.fromEntries(close),
    }
  },
}

/** A measure that other rules have a limit for. */
export type Measure = 'fresh' | 'atMax' | 'offList' | 'audience' | 'refunds' | 'growth'

const words: Record<Measure, string> = {
  fresh: 'fresh money',
  atMax: 'tips at the maximum',
  offList: 'amounts on no list',
  audience: 'income for a view',
  refunds: 'refunds',
  growth: 'growth',
}

/** How close an account is to the limits that the design names, each in percent of it, up to 100. */
export function closenessOf(facts: PayoutFacts): Record<Measure, number> {
  const { nowMs, income, reports, platform } = facts
  const limits = fraudDefaults
  const month = lastDays(income, nowMs, 37)
  const told = lastDays(reports, nowMs, 37)
  const { fresh, amount } = freshest(month, limits['together'].least)
  const freshLimit = Math.max(
    limits['fresh-money'].sharePercent * 100,
    platform.freshMedian * limits['fresh-money'].times,
  )
  const tips = sum(told, (day) => day.tips)
  const atMax =
    tips < limits.amounts.tipsMin
      ? 0
      : shareOf(
          sum(told, (day) => day.tipsAtMax),
          tips,
        )
  const off = offList(facts)
  const total = sum(month, (day) => day.amount)
  const perThousand =
    (total * 1000) /
    Math.max(
      1,
      sum(told, (day) => day.views),
    )
  const week = lastDays(income, nowMs, 7)
  const [latest, before] = growthOf(facts)
  return {
    fresh: capped(shareOf(fresh, amount) / freshLimit),
    atMax: capped(atMax / (limits.amounts.atMaxPercent * 100)),
    offList: capped(shareOf(off.off, off.amount) / (limits.amounts.offListPercent * 100)),
    audience:
      told.length === 0 ? 0 : capped(perThousand / Math.max(1, platform.perThousandViewsP95 * limits.audience.times)),
    refunds: capped(
      shareOf(
        sum(week, (day) => day.refundCount),
        sum(week, (day) => day.count),
      ) /
        (limits.refunds.sharePercent * 100),
    ),
    growth: before === 0 ? 0 : capped(latest / (before * limits['payout-size'].times)),
  }
}

/** Income of the last 30 days and of the 30 before, minor units. */
function growthOf({ nowMs, income }: PayoutFacts): [number, number] {
  const latest = sum(lastDays(income, nowMs, 30), (day) => day.amount)
  return [latest, sum(lastDays(income, nowMs, 60), (day) => day.amount) - latest]
}

function capped(ratio: number): number {
  return Math.min(100, Math.round(ratio * 100))
}
