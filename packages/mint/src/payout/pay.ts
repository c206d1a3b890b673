// Sends payouts, and finishes what was begun: office first, then ledger, then the processor, then what became of it, each step such
// that doing it again changes nothing; mint.ts has it done at the start and now and then (S8).

import { decimalAmount, isTuppenceError } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import { reach } from '../failpoint.ts'
import type { PayoutRow, PayoutState } from '../office/tables/payout.ts'
import { bookOutcome, bookPayout, isShort, outcomeOf, type BookedOutcome } from './book.ts'
import { addFinding } from './decide.ts'
import { destinationOf } from './destination.ts'
import { freeze, freezeOf } from './freeze.ts'
import type { Sent } from './port.ts'
import { readPayout, step } from './state.ts'

/** How long one mint works on a payout before another may think that it has died: far longer than any processor is waited for. */
const busyMs = 300_000
const underWay: readonly PayoutState[] = ['sending', 'unknown']

/** How many payouts ended, and how many are still on their way. */
export interface SendReport {
  readonly paid: number
  readonly failed: number
  readonly held: number
  readonly underWay: number
}

const running = new WeakMap<Deps, Promise<SendReport>>()

/** Sends whatever may go, and asks after whatever went; called while it does, it does it once. */
export function sendPayouts(deps: Deps): Promise<SendReport> {
  const known = running.get(deps)
  if (known !== undefined) return known
  const now = sendAll(deps).finally(() => running.delete(deps))
  running.set(deps, now)
  return now
}

async function sendAll(deps: Deps): Promise<SendReport> {
  const { db } = deps.office
  const due = await db
    .selectFrom('payouts')
    .selectAll()
    .where('state', 'in', ['planned', 'approved'])
    .where('not_before_at_ms', '<=', deps.clock.nowMs())
    .orderBy('created_at_ms')
    .execute()
  for (const row of due) await begin(deps, row)
  const begun = await db
    .selectFrom('payouts')
    .select('id')
    .where('state', 'in', underWay)
    .where('needs_person', '=', 0)
    .orderBy('created_at_ms')
    .execute()
  const report = { paid: 0, failed: 0, held: 0, underWay: 0 }
  for (const { id } of begun) {
    const state = await advance(deps, id)
    if (state === 'paid' || state === 'failed') report[state] += 1
    else report.underWay += 1
  }
  for (const { gather } of deps.payouts.values()) await gather?.(deps.clock.nowMs())
  for (const { id } of due) if ((await readPayout(db, id))?.state === 'held') report.held += 1
  return report
}

/** Marks a payout as being sent, unless something has come up since it was planned. */
async function begin(deps: Deps, row: PayoutRow): Promise<void> {
  const { db } = deps.office
  const nowMs = deps.clock.nowMs()
  const from: readonly PayoutState[] = ['planned', 'approved']
  const frozen = await freezeOf(db, row.account)
  if (frozen !== undefined) {
    const { reason } = frozen
    await addFinding(db, row, { rule: 'frozen', action: 'hold', mode: 'enforce', reason, figures: {} }, nowMs)
    return
  }
  if ((await destinationOf(deps, row.account))?.id !== row.destination) {
    const reason = 'The account that is paid to was changed after this was planned. It is planned anew.'
    await step(db, row.id, { from, to: 'failed', reason, nowMs, change: { again: 1 } })
    return
  }
  await step(db, row.id, { from, to: 'sending', reason: 'Being sent.', nowMs })
  reach('payout-marked')
}

/**
 * Takes a payout that was begun as far as it goes now.
 *
 * @returns Where it is then.
 */
export async function advance(deps: Deps, id: string): Promise<PayoutState | undefined> {
  const { db } = deps.office
  if (!(await claim(deps, id))) return (await readPayout(db, id))?.state
  try {
    const row = await readPayout(db, id)
    // Read once it is claimed: a person who has taken it over meanwhile has the last word.
    if (row === undefined || !underWay.includes(row.state) || row.needs_person === 1) return row?.state
    const known = await outcomeOf(deps, id)
    if (known !== undefined) return await close(deps, row, known, 'The ledger had this already.')
    const booked = await book(deps, row)
    if (booked === undefined) return (await readPayout(db, id))?.state
    reach('payout-booked')
    const sent = await send(deps, booked)
    reach('payout-sent')
    if (sent.status === 'paid') return await settle(deps, booked, 'paid', `Paid: ${sent.external}.`, sent.external)
    if (sent.status === 'failed') return await settle(deps, booked, 'failed', sent.reason)
    const to = sent.status === 'unknown' ? 'unknown' : 'sending'
    const needsPerson = sent.status === 'unknown' && sent.needsPerson === true
    await stay(deps, booked, { to, reason: sent.reason, needsPerson })
    return to
  } finally {
    await db.updateTable('payouts').set({ busy_until_at_ms: 0 }).where('id', '=', id).execute()
  }
}

/** Of several mints on one database only one works on a payout; a mint with a file is alone, and whoever was before it is dead. */
async function claim({ office, clock, config }: Deps, id: string): Promise<boolean> {
  const nowMs = clock.nowMs()
  const query = office.db
    .updateTable('payouts')
    .set({ busy_until_at_ms: nowMs + busyMs })
    .where('id', '=', id)
  const free = config.databaseUrl === undefined ? query : query.where('busy_until_at_ms', '<=', nowMs)
  return (await free.executeTakeFirst()).numUpdatedRows === 1n
}

/** Has the ledger take the money out of the account. @returns The payout as the ledger has it; undefined where it refused. */
async function book(deps: Deps, row: PayoutRow): Promise<PayoutRow | undefined> {
  const { db } = deps.office
  const nowMs = deps.clock.nowMs()
  try {
    const { amount, commission, net } = await bookPayout(deps, row)
    if (amount !== row.amount || net !== row.net) {
      // The office was set back, and has planned this anew with other figures: what the ledger booked is what was sent.
      const was = `${decimalAmount(row.amount, row.unit)} was planned, the ledger has ${decimalAmount(amount, row.unit)}`
      await stay(deps, row, { to: row.state, reason: `This payout was booked before: ${was}.`, needsPerson: false })
    }
    const change = { amount, commission, net, booked_at_ms: row.booked_at_ms ?? nowMs }
    await db.updateTable('payouts').set(change).where('id', '=', row.id).execute()
    return { ...row, ...change }
  } catch (error) {
    if (!isShort(error)) throw error
    if (row.booked_at_ms === null && row.first_sent_at_ms === null) {
      const reason = 'The account holds less than it did when this was planned: refunds came in between.'
      await step(db, row.id, { from: underWay, to: 'failed', reason, nowMs, change: { again: 1 } })
      return undefined
    }
    const reason = 'This may have been sent, but the ledger was set back and owes less than it: somebody has to look.'
    await stay(deps, row, { to: 'unknown', reason, needsPerson: true })
    await freeze(db, { account: row.account, reason, nowMs })
    return undefined
  }
}

async function send(deps: Deps, row: PayoutRow): Promise<Sent> {
  const { db } = deps.office
  const nowMs = deps.clock.nowMs()
  const adapter = deps.payouts.get(row.method)
  const destination = await db
    .selectFrom('payout_destinations')
    .selectAll()
    .where('id', '=', row.destination)
    .executeTakeFirst()
  if (adapter === undefined || destination === undefined)
    return { status: 'unknown', reason: `The mint is not set up for ${row.method}, or does not know the destination.` }
  // Before it is sent: from now on nobody can say that it was not.
  const change = { attempts: row.attempts + 1, first_sent_at_ms: row.first_sent_at_ms ?? nowMs }
  await db.updateTable('payouts').set(change).where('id', '=', row.id).execute()
  try {
    return await adapter.send({ ...row, ...change }, destination, nowMs)
  } catch (error) {
    const kind = isTuppenceError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
    deps.log('warn', 'payout-unknown', { method: row.method, reason: kind })
    return { status: 'unknown', reason: `${row.method} could not be asked (${kind}). It is asked again.` }
  }
}

/**
 * Books what became of a payout, in the ledger and then here. What the ledger has is what holds.
 *
 * @returns Where the payout is then.
 */
export async function settle(
  deps: Deps,
  row: PayoutRow,
  outcome: BookedOutcome,
  reason: string,
  external?: string,
): Promise<PayoutState> {
  const booked = await bookOutcome(deps, row, outcome)
  reach('payout-settled')
  if (booked === outcome) return close(deps, row, booked, reason, external)
  const contradiction = `It was told as ${outcome} (${reason}), but the ledger has it as ${booked}: somebody has to look.`
  await freeze(deps.office.db, { account: row.account, reason: contradiction, nowMs: deps.clock.nowMs() })
  return close(deps, row, booked, contradiction, external)
}

async function close(
  { office, clock, log }: Deps,
  row: PayoutRow,
  outcome: BookedOutcome,
  reason: string,
  external?: string,
): Promise<PayoutState> {
  const change = external === undefined ? {} : { external }
  await step(office.db, row.id, { from: underWay, to: outcome, reason, nowMs: clock.nowMs(), change })
  log('info', 'payout-closed', { payout: row.id, outcome, unit: row.unit, amount: row.amount })
  return outcome
}

/** Leaves a payout on its way; its log says so once, however often it is asked after. */
async function stay(
  { office, clock }: Deps,
  row: PayoutRow,
  { to, reason, needsPerson }: { to: PayoutState; reason: string; needsPerson: boolean },
): Promise<void> {
  if (row.state === to && row.reason === reason && !needsPerson) return
  const change = { needs_person: needsPerson ? 1 : 0 }
  await step(office.db, row.id, { from: underWay, to, reason, nowMs: clock.nowMs(), change })
}
