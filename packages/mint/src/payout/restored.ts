// What has to be done about payouts when books were set back to a backup: none goes until a person has compared (backup.ts), and a
// ledger that lost payouts which its office knows books them again (chores.ts).

import { requestHash } from '../canonical.ts'
import type { MintConfig } from '../config.ts'
import type { Deps } from '../deps.ts'
import { forgetIncomeAfter } from '../fraud/income.ts'
import { openOffice } from '../office/office.ts'
import { bookOutcome, bookPayout, isShort, outcomeOf } from './book.ts'
import { everybody, freeze } from './freeze.ts'

/** How far books were set back. `lost`: operations that the ledger no longer has; 0 where only the office may be behind. */
export interface SetBack {
  /** The ledger's last operation. */
  readonly sequence: number
  /** undefined: nothing is there that knows. */
  readonly lost: number | undefined
  readonly nowMs: number
}

/** Holds everybody's payouts. What was paid after the backup is not in these books: what publishers are owed may be too much by it. */
export async function freezeRestored(config: MintConfig, { sequence, lost, nowMs }: SetBack): Promise<void> {
  const office = await openOffice(config)
  try {
    const what =
      lost === undefined
        ? 'nobody knows what came after it'
        : lost > 0
          ? `${lost} operations of the ledger were lost`
          : 'the backup had no office with it'
    const day = new Date(nowMs).toISOString().slice(0, 10)
    const reason = `The books were set back to a backup on ${day}, ${what}: compare what was paid out since (the processor's list, the bank's) before anybody is paid again.`
    await freeze(office.db, { account: everybody, reason, nowMs })
    await forgetIncomeAfter(office, sequence)
  } finally {
    await office.close()
  }
}

/**
 * Books payouts that were booked before and that the ledger has lost, and what became of them: else it would owe them once more.
 *
 * @returns How many there were.
 */
export async function rebookLost(deps: Deps): Promise<number> {
  const { db } = deps.office
  const rows = await db.selectFrom('payouts').selectAll().where('booked_at_ms', 'is not', null).execute()
  let lost = 0
  for (const row of rows) {
    const isOver = row.state === 'paid' || row.state === 'failed'
    const isBooked = (await deps.ledger.answer(requestHash('payout', [row.id]))) !== undefined
    if (isBooked && (!isOver || (await outcomeOf(deps, row.id)) !== undefined)) continue
    lost += 1
    try {
      await bookPayout(deps, row)
      if (row.state === 'paid' || row.state === 'failed') await bookOutcome(deps, row, row.state)
    } catch (error) {
      if (!isShort(error)) throw error
      const reason = `The ledger was set back, and owes ${row.account} less than was paid to it since: somebody has to look.`
      await freeze(db, { account: row.account, reason, nowMs: deps.clock.nowMs() })
    }
  }
  if (lost > 0) deps.log('warn', 'payouts-booked-again', { lost })
  return lost
}
