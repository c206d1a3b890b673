/** Days, weeks and months in UTC, as insights cut time. */
import { periodOf } from '@tuppence/protocol'

export const hourMs = 3_600_000
export const dayMs = 86_400_000

// 5 January 1970 was a Monday.
const firstMondayMs = 4 * dayMs

/** Start of the month that a moment is in. */
export function monthStart(atMs: number): number {
  return periodOf(atMs, 'month').startMs
}

/** End of the month that a moment is in: start of the next. */
export function monthEnd(atMs: number): number {
  return periodOf(atMs, 'month').endMs
}

/** Start of the week that a moment is in, a Monday. */
export function weekStart(atMs: number): number {
  return Math.floor((atMs - firstMondayMs) / (7 * dayMs)) * 7 * dayMs + firstMondayMs
}

/** A day as text: 2026-11-22. */
export function dayText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

/** @returns Its first millisecond; nothing where the text is no day. */
export function parseDay(text: string): number | undefined {
  const atMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(atMs) || dayText(atMs) !== text ? undefined : atMs
}
