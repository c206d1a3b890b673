// What a rule is, and what the rules share: a file for each is in rules/, rules.ts lists them, assess.ts asks them.

import { decimalAmount } from '@tuppence/protocol'
import type { Finding, FindingAction, IncomeDay, RuleName } from './facts.ts'
import { dayMs, dayOf } from './facts.ts'
import type { FraudSettings } from './settings.ts'

/** What a rule says when it finds something. */
export type Alarm = Pick<Finding, 'reason' | 'figures' | 'untilMs'> & { readonly action: FindingAction }

/** A rule on one kind of facts. `says` is its definition, a sentence for people. */
export interface Rule<Facts, Name extends RuleName = RuleName> {
  readonly name: Name
  readonly says: string
  readonly check: (facts: Facts, limits: FraudSettings[Name]) => Alarm | undefined
}

/** Minor units for a person, as decimals of their unit. */
export function money(amount: number, unit: string): string {
  return `${amount < 0 ? '-' : ''}${decimalAmount(Math.abs(amount), unit)} ${unit.toUpperCase()}`
}

/** A share in percent, with one digit, for a person. */
export function percentOf(part: number, whole: number): string {
  return `${whole === 0 ? '0.0' : ((part / whole) * 100).toFixed(1)}%`
}

/** A share for figures: hundredths of a percent. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 10_000) / whole)
}

/** The days that are not over for longer than so many. */
export function lastDays<D extends Pick<IncomeDay, 'dayMs'>>(days: readonly D[], nowMs: number, count: number): D[] {
  const fromMs = dayOf(nowMs) - (count - 1) * dayMs
  return days.filter((day) => day.dayMs >= fromMs && day.dayMs <= nowMs)
}

/** Adds up one figure of many rows. */
export function sum<T>(rows: readonly T[], figure: (row: T) => number): number {
  return rows.reduce((total, row) => total + figure(row), 0)
}
