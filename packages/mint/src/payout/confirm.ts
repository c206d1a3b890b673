// What a person says became of a payout: what the bank did with a file, or what a processor contradicts itself about; mount.ts hears.

import { TuppenceError } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import type { PayoutRow, PayoutState } from '../office/tables/payout.ts'
import { noFile } from './bank-file/bank-file.ts'
import type { BookedOutcome } from './book.ts'
import { notePayout } from './decide.ts'
import { settle } from './pay.ts'
import { readPayout } from './state.ts'

/** What somebody says. `reference`: the bank's own, or the processor's. */
export interface Confirmation {
  readonly payout: string
  readonly outcome: BookedOutcome
  readonly person: string
  readonly note: string
  readonly reference?: string
}

/**
 * What came of it. `known`: it had that outcome before. `conflict`: it has the other one; nothing has changed. `busy`: it is being sent
 * this very moment, or was when a mint died less than five minutes ago: say it again.
 */
export interface Confirmed {
  readonly payout: string
  readonly status: 'done' | 'known' | 'conflict' | 'busy' | 'not-sent' | 'not-found'
  readonly state?: PayoutState
}

const noteCharsMax = 500

/**
 * Ends a payout that was sent by what a person knows of it.
 *
 * One that the books have as paid stays paid, and one that failed stays so: a publisher is never paid because of a second thought.
 *
 * @throws {TuppenceError} `bad-request` No person, or no reason why it failed.
 */
export async function confirmPayout(deps: Deps, said: Confirmation): Promise<Confirmed> {
  const { payout, outcome, person, note, reference } = said
  if (person.trim() === '') throw new TuppenceError('bad-request', { details: { field: 'person' } })
  if (note.length > noteCharsMax || (outcome === 'failed' && note.trim() === ''))
    throw new TuppenceError('bad-request', { details: { field: 'note' } })
  const row = await readPayout(deps.office.db, payout)
  if (row === undefined) return { payout, status: 'not-found' }
  if (row.state === 'paid' || row.state === 'failed') return againstWhatIs(deps, row, said)
  if (row.booked_at_ms === null || (row.state !== 'sending' && row.state !== 'unknown'))
    return { payout, status: 'not-sent', state: row.state }
  if (!(await takeOver(deps, row))) return { payout, status: 'busy', state: row.state }
  if (!(await mayEnd(deps, row, outcome))) return { payout, status: 'not-sent', state: row.state }
  const reason = `${person} says that it ${outcome === 'paid' ? 'was paid' : 'was not paid, and will not be'}${note === '' ? '' : `: ${note}`}`
  const state = await settle(deps, row, outcome, reason, reference)
  return { payout, status: state === outcome ? 'done' : 'conflict', state }
}

/** From now on a person has it: no mint sends it any more. @returns Whether none is sending it right now. */
async function takeOver({ office, clock }: Deps, row: PayoutRow): Promise<boolean> {
  if (row.method === 'bank-file') return true
  const { numUpdatedRows } = await office.db
    .updateTable('payouts')
    .set({ needs_person: 1 })
    .where('id', '=', row.id)
    .where('state', 'in', ['sending', 'unknown'])
    .where('busy_until_at_ms', '<=', clock.nowMs())
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A file that the bank may have is not ended before it; one that no file has yet is kept out of every one. */
async function mayEnd({ office }: Deps, row: PayoutRow, outcome: BookedOutcome): Promise<boolean> {
  if (row.method !== 'bank-file') return true
  if (row.batch !== null) return row.batch !== noFile || outcome === 'failed'
  if (outcome === 'paid') return false
  const { numUpdatedRows } = await office.db
    .updateTable('payouts')
    .set({ batch: noFile })
    .where('id', '=', row.id)
    .where('batch', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

async function againstWhatIs({ office, clock }: Deps, row: PayoutRow, said: Confirmation): Promise<Confirmed> {
  const { id: payout, state } = row
  if (state === said.outcome) return { payout, status: 'known', state }
  const heard = `${said.person} says that it is ${said.outcome}, the books have it as ${state}: ${said.note}`
  await notePayout(office.db, payout, heard, clock.nowMs())
  return { payout, status: 'conflict', state }
}
