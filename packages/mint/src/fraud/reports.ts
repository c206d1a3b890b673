// Takes a till's report of a day: sums that the rules hold against deposits; handlers.ts calls it.

import { TuppenceError, type Report } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import { dayMs, type ReportDay } from './facts.ts'
import { idOf } from './income.ts'

/** Days after which what is said of a day stays. */
const openDays = 7

/**
 * Keeps what an account's till says of a day, in place of what it said before.
 *
 * @returns The answer's body.
 * @throws {TuppenceError} `bad-request` (details.field `day`): it is not over, or over for long.
 */
export async function keepReport(
  { office, clock }: Pick<Deps, 'office' | 'clock'>,
  account: string,
  report: Report,
): Promise<string> {
  const nowMs = clock.nowMs()
  const { day, unit, views, unlocks, tips, tipJar, prices } = report
  const startMs = Date.parse(`${day}T00:00:00Z`)
  if (!(startMs + dayMs <= nowMs && nowMs < startMs + (openDays + 1) * dayMs))
    throw new TuppenceError('bad-request', { details: { field: 'day' } })
  const kept: ReportDay = {
    dayMs: startMs,
    views,
    unlocks,
    tips: tips.count,
    tipsAmount: tips.amount,
    tipsAtMax: tips.atMax,
    ...(tipJar && { tipMin: tipJar.min, tipMax: tipJar.max }),
    prices,
  }
  const body = JSON.stringify(kept)
  const row = { id: idOf(account, unit, startMs), account, unit, day_at_ms: startMs, body, received_at_ms: nowMs }
  await office.db
    .insertInto('fraud_reports')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ body, received_at_ms: nowMs }))
    .execute()
  return JSON.stringify({ day })
}
