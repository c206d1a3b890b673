// Moves a payout from one state to the next, with a line in its log, only if it is where it is thought to be; the rest of payout/ calls it.

import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { OfficeTables } from '../office/office.ts'
import type { PayoutRow, PayoutState } from '../office/tables/payout.ts'

/** What else of a payout changes with its state. */
export type PayoutChange = Partial<
  Pick<
    PayoutRow,
    | 'amount'
    | 'commission'
    | 'net'
    | 'findings'
    | 'people_needed'
    | 'not_before_at_ms'
    | 'booked_at_ms'
    | 'first_sent_at_ms'
    | 'attempts'
    | 'needs_person'
    | 'again'
    | 'busy_until_at_ms'
    | 'batch'
    | 'external'
  >
>

/** A step of a payout. `from`: where it has to be; `reason` is for a person. */
export interface Step {
  readonly from: readonly PayoutState[]
  readonly to: PayoutState
  readonly reason: string
  readonly nowMs: number
  readonly change?: PayoutChange
}

/**
 * Takes a step, in one transaction with its line in the log.
 *
 * @param db - The office, or a transaction on it.
 * @returns Whether it was taken: not if the payout is elsewhere, since somebody else has moved it.
 */
export async function step(
  db: Kysely<OfficeTables>,
  id: string,
  { from, to, reason, nowMs, change = {} }: Step,
): Promise<boolean> {
  if (!db.isTransaction)
    return db.transaction().execute((within) => step(within, id, { from, to, reason, nowMs, change }))
  const { numUpdatedRows } = await db
    .updateTable('payouts')
    .set({ ...change, state: to, reason, updated_at_ms: nowMs })
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return false
  await log(db, { payout: id, state: to, reason, at_ms: nowMs })
  return true
}

/** Writes a line of a payout's log. */
export async function log(
  db: Kysely<OfficeTables>,
  line: { payout: string; state: PayoutState; reason: string; at_ms: number },
): Promise<void> {
  await db
    .insertInto('payout_events')
    .values({ id: randomUUID(), ...line })
    .execute()
}

/** Reads a payout. */
export function readPayout(db: Kysely<OfficeTables>, id: string): Promise<PayoutRow | undefined> {
  return db.selectFrom('payouts').selectAll().where('id', '=', id).executeTakeFirst()
}
