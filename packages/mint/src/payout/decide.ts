// What people's decisions do to a payout; the operator's desk calls it once it has heard enough of them, plan.ts once it has planned.

import type { Kysely } from 'kysely'
import type { OfficeTables } from '../office/office.ts'
import { log, readPayout, step } from './state.ts'

/** What a rule, of this folder or of fraud/, found about a payout. @see Finding of fraud/facts.ts */
export interface PayoutFinding {
  readonly rule: string
  readonly action: 'review' | 'two-people' | 'hold' | 'block'
  readonly mode: 'review' | 'enforce'
  readonly reason: string
  readonly figures: Readonly<Record<string, number>>
  readonly untilMs?: number
}

/** What findings ask for. `people` 0: nothing is against it. */
export interface Asked {
  readonly people: 0 | 1 | 2
  readonly isBlocked: boolean
  /** The reasons, in one text for a person. */
  readonly reason: string
}

/** Adds findings up; those in review mode are shown, and hold nothing. */
export function askedBy(findings: readonly PayoutFinding[]): Asked {
  const strict = findings.filter(({ mode }) => mode === 'enforce')
  const needsTwo = strict.some(({ action }) => action === 'two-people')
  return {
    people: strict.length === 0 ? 0 : needsTwo ? 2 : 1,
    isBlocked: strict.some(({ action }) => action === 'block'),
    reason: strict.map(({ reason }) => reason).join(' '),
  }
}

/**
 * Lets a held payout go: it is sent with the next batch, though not before its destination has rested.
 *
 * Who said so is for the caller to have checked and written down, in the same transaction.
 *
 * @returns Whether it was held, and not blocked.
 */
export async function releasePayout(within: Kysely<OfficeTables>, id: string, nowMs: number): Promise<boolean> {
  const row = await readPayout(within, id)
  if (row === undefined || askedBy(JSON.parse(row.findings) as PayoutFinding[]).isBlocked) return false
  return step(within, id, { from: ['held'], to: 'approved', reason: 'Approved.', nowMs })
}

/** Refuses a payout that was not sent: the money stays where it is, and another one may be planned. @returns Whether it was there to refuse. */
export async function rejectPayout(
  within: Kysely<OfficeTables>,
  id: string,
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): Promise<boolean> {
  return step(within, id, {
    from: ['planned', 'held', 'approved'],
    to: 'failed',
    reason: `Rejected: ${reason}`,
    nowMs,
  })
}

/** Holds a payout that nothing was against, for a person's reason. @returns Whether it had not been sent yet. */
export async function holdPayout(
  within: Kysely<OfficeTables>,
  id: string,
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): Promise<boolean> {
  const row = await readPayout(within, id)
  if (row === undefined) return false
  return addFinding(within, row, { rule: 'held-by-hand', action: 'hold', mode: 'enforce', reason, figures: {} }, nowMs)
}

/** Holds a payout that has not been sent for one more reason. @returns Whether it had not been sent. */
export async function addFinding(
  within: Kysely<OfficeTables>,
  row: { readonly id: string; readonly findings: string },
  finding: PayoutFinding,
  nowMs: number,
): Promise<boolean> {
  const findings = [...(JSON.parse(row.findings) as PayoutFinding[]), finding]
  const asked = askedBy(findings)
  return step(within, row.id, {
    from: ['planned', 'approved', 'held'],
    to: 'held',
    reason: asked.reason,
    nowMs,
    change: {
      findings: JSON.stringify(findings),
      people_needed: asked.people,
      ...(finding.untilMs === undefined ? {} : { not_before_at_ms: finding.untilMs }),
    },
  })
}

/** Writes a note about a payout into its log, without moving it. */
export async function notePayout(
  within: Kysely<OfficeTables>,
  id: string,
  reason: string,
  nowMs: number,
): Promise<void> {
  const row = await readPayout(within, id)
  if (row !== undefined) await log(within, { payout: id, state: row.state, reason, at_ms: nowMs })
}
