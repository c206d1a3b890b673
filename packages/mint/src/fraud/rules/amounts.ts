// Amounts: tips that are all at the maximum, and payments that are on no price list, are how money is moved rather than spent; assess.ts asks.

import { dayMs, type PayoutFacts, type ReportDay } from '../facts.ts'
import { lastDays, money, percentOf, shareOf, sum, type Rule } from '../rule.ts'

const monthDays = 37

/** @see Rule */
export const amounts: Rule<PayoutFacts, 'amounts'> = {
  name: 'amounts',
  says: "More than 40% of the tips were at the maximum, or more than 40% of the income was in amounts that are neither on the publisher's own price list nor within its tip jar.",
  check: ({ nowMs, unit, income, reports }, { atMaxPercent, offListPercent, tipsMin, least }) => {
    const told = lastDays(reports, nowMs, monthDays)
    const tips = sum(told, (day) => day.tips)
    const tipsAtMax = sum(told, (day) => day.tipsAtMax)
    if (tips >= tipsMin && tipsAtMax * 100 > tips * atMaxPercent)
      return {
        action: 'review',
        reason: `${percentOf(tipsAtMax, tips)} of ${tips} tips in ${monthDays} days were at the maximum.`,
        figures: { tips, tipsAtMax, share: shareOf(tipsAtMax, tips) },
      }
    const { off, amount } = offList({ nowMs, income, reports })
    if (amount < least || off * 100 <= amount * offListPercent) return undefined
    return {
      action: 'review',
      reason: `${percentOf(off, amount)} of the income of ${monthDays} days (${money(amount, unit)}) came in amounts that are on no price list of the publisher's and in no tip jar.`,
      figures: { off, amount, share: shareOf(off, amount) },
    }
  },
}

/** Income of the days that there is a report for, and what of it is in amounts that the report has no room for. */
export function offList({ nowMs, income, reports }: Pick<PayoutFacts, 'nowMs' | 'income' | 'reports'>) {
  const byDay = new Map(lastDays(reports, nowMs, monthDays).map((day) => [day.dayMs, day]))
  let off = 0
  let amount = 0
  for (const day of lastDays(income, nowMs, monthDays)) {
    const report = byDay.get(day.dayMs)
    if (report === undefined) continue
    amount += day.amount
    // A price changes at midnight in somebody's time zone: the days beside this one count, too.
    const near = [report, byDay.get(day.dayMs - dayMs), byDay.get(day.dayMs + dayMs)]
    off += sum(day.sizes, (size) => (near.some((other) => has(other, size.amount)) ? 0 : size.amount * size.count))
  }
  return { off, amount }
}

function has(report: ReportDay | undefined, amount: number): boolean {
  if (report === undefined) return false
  const { prices, tipMin, tipMax } = report
  return (
    prices.includes(amount) || (tipMin !== undefined && tipMax !== undefined && amount >= tipMin && amount <= tipMax)
  )
}
