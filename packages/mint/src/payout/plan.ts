// Plans a month's payouts: who is owed enough for long enough, how much of it goes, and what has to be looked at first; mint.ts
// has it done, and so does whoever is at the operator's desk.

import type { Kysely } from 'kysely'
import { bytesToHex, decimalAmount } from '@tuppence/protocol'
import { requestHash } from '../canonical.ts'
import type { Deps } from '../deps.ts'
import { payoutFindings } from '../fraud/collect.ts'
import type { OfficeTables } from '../office/office.ts'
import type { DestinationRow, PayoutRow, PayoutState } from '../office/tables/payout.ts'
import { askedBy, type PayoutFinding } from './decide.ts'
import { destinationOf, othersPaidThere } from './destination.ts'
import { freezeOf } from './freeze.ts'
import { payable, shareDown, type PayoutTerms } from './hold.ts'
import { owedTo } from './owed.ts'
import { log } from './state.ts'

const dayMs = 86_400_000
/** States in which a payout is not over. */
const open: readonly PayoutState[] = ['planned', 'held', 'approved', 'sending', 'unknown']

/** What came of planning for one account and unit. */
export interface Planned {
  readonly account: string
  readonly unit: string
  readonly outcome: 'planned' | 'held' | 'under-way' | 'done' | 'too-little' | 'no-destination' | 'method-off'
  readonly payout?: string
}

/** Whom to plan for: everybody; or one account, even if it had its payout of the month. */
export interface PlanFor {
  readonly by: string
  readonly account?: string
}

/** Plans what is due. One payout of a month for an account and unit, and one at a time; asked again it plans no other. */
export async function planPayouts(deps: Deps, { by, account }: PlanFor = { by: 'chore' }): Promise<readonly Planned[]> {
  const planned: Planned[] = []
  for (const { id } of await deps.ledger.accounts()) {
    if (account !== undefined && id !== account) continue
    for (const { unit, balance } of await deps.ledger.balances(`publisher:${id}`)) {
      const minAmount = deps.config.payout.minAmounts[unit]
      if (minAmount === undefined || balance < minAmount) continue
      planned.push({
        account: id,
        unit,
        ...(await planOne(deps, { account: id, unit, minAmount, by, isAgain: account !== undefined })),
      })
    }
  }
  return planned
}

interface One {
  readonly account: string
  readonly unit: string
  readonly minAmount: number
  readonly by: string
  readonly isAgain: boolean
}

async function planOne(
  deps: Deps,
  { account, unit, minAmount, by, isAgain }: One,
): Promise<Pick<Planned, 'outcome' | 'payout'>> {
  const { db } = deps.office
  const nowMs = deps.clock.nowMs()
  const period = new Date(nowMs).toISOString().slice(0, 7)
  const before = await db
    .selectFrom('payouts')
    .select(['state', 'period', 'again'])
    .where('account', '=', account)
    .where('unit', '=', unit)
    .execute()
  if (before.some(({ state }) => open.includes(state))) return { outcome: 'under-way' }
  const thisMonth = before.filter((row) => row.period === period)
  if (!isAgain && thisMonth.some((row) => row.again === 0)) return { outcome: 'done' }
  const destination = await destinationOf(deps, account)
  if (destination === undefined) return { outcome: 'no-destination' }
  if (deps.payouts.get(destination.method)?.units.includes(unit) !== true) return { outcome: 'method-off' }
  const terms = termsOf(deps, minAmount)
  const youngMs = Math.max(terms.holdMs, terms.newHoldMs)
  const { amount } = payable(await owedTo(deps.ledger, { account, unit, nowMs, youngMs }), terms)
  const commission = shareDown(amount, deps.config.fees.commissionBasisPoints)
  if (amount - commission < 1) return { outcome: 'too-little' }
  const findings = await findingsOf(deps, { account, unit, amount, destination, nowMs })
  const asked = askedBy(findings)
  const row: PayoutRow = {
    id: payoutId(deps, { account, unit, period, number: thisMonth.length + 1 }),
    account,
    unit,
    period,
    number: thisMonth.length + 1,
    amount,
    commission,
    net: amount - commission,
    method: destination.method,
    state: asked.people === 0 ? 'planned' : 'held',
    reason: asked.people === 0 ? 'Due, and nothing is against it.' : asked.reason,
    findings: JSON.stringify(findings),
    people_needed: asked.people,
    planned_by: by,
    destination: destination.id,
    destination_fingerprint: destination.fingerprint,
    destination_label: destination.label,
    destination_changed_by: destination.changed_by,
    destination_changed_at_ms: destination.changed_at_ms,
    not_before_at_ms: Math.max(nowMs + deps.config.payout.reviewDays * dayMs, restsUntil(deps, destination)),
    booked_at_ms: null,
    first_sent_at_ms: null,
    attempts: 0,
    needs_person: 0,
    busy_until_at_ms: 0,
    again: 0,
    batch: null,
    external: null,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  }
  const isNew = await db.transaction().execute((within) => insert(within, row, before.length))
  return isNew ? { outcome: row.state as 'planned' | 'held', payout: row.id } : { outcome: 'under-way' }
}

/** Writes a payout, unless another mint has: also one of another month, where a month ends between the two. */
async function insert(within: Kysely<OfficeTables>, row: PayoutRow, before: number): Promise<boolean> {
  // Writing the destination keeps whoever else plans for the account waiting, on either database.
  await within
    .updateTable('payout_destinations')
    .set((was) => ({ number: was.ref('number') }))
    .where('id', '=', row.destination)
    .execute()
  const now = await within
    .selectFrom('payouts')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('account', '=', row.account)
    .where('unit', '=', row.unit)
    .executeTakeFirstOrThrow()
  if (Number(now.count) !== before) return false
  const { numInsertedOrUpdatedRows } = await within
    .insertInto('payouts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) return false
  await log(within, { payout: row.id, state: row.state, reason: row.reason, at_ms: row.created_at_ms })
  return true
}

/**
 * A payout's id: the same whenever the same is planned. Books that were set back, and plan a month again, meet what they paid then
 * by its name: in the ledger, and at the processor.
 */
export function payoutId(
  { identity }: Pick<Deps, 'identity'>,
  { account, unit, period, number }: Pick<PayoutRow, 'account' | 'unit' | 'period' | 'number'>,
): string {
  return `po-${requestHash('payout-id', [bytesToHex(identity), account, unit, period, number]).slice(0, 28)}`
}

function termsOf({ config: { payout } }: Pick<Deps, 'config'>, minAmount: number): PayoutTerms {
  const { holdDays, newHoldDays, newForDays, reserveBasisPoints } = payout
  return {
    minAmount,
    holdMs: holdDays * dayMs,
    newHoldMs: newHoldDays * dayMs,
    newForMs: newForDays * dayMs,
    reserveBasisPoints,
  }
}

/** Until when nothing goes to a destination: the first one of an account rests no longer than its first income does. */
function restsUntil({ config }: Pick<Deps, 'config'>, { number, changed_at_ms: atMs }: DestinationRow): number {
  return number === 1 ? 0 : atMs + config.payout.changeHoldDays * dayMs
}

/** What is known about an account that is to be paid. */
interface Proposal {
  readonly account: string
  readonly unit: string
  readonly amount: number
  readonly destination: DestinationRow
  readonly nowMs: number
}

async function findingsOf(deps: Deps, proposal: Proposal): Promise<readonly PayoutFinding[]> {
  const { account, unit, amount, destination, nowMs } = proposal
  const sameDestination = await othersPaidThere(deps, destination)
  const ruled = await payoutFindings(
    deps,
    { account, unit, amount, destinationFingerprint: destination.fingerprint, sameDestination },
    nowMs,
  )
  return [...(await ownFindings(deps, proposal)), ...ruled]
}

/** What is held whatever the rules say. */
async function ownFindings(
  deps: Deps,
  { account, unit, amount, destination, nowMs }: Proposal,
): Promise<PayoutFinding[]> {
  const paid = await deps.office.db
    .selectFrom('payouts')
    .select('destination')
    .where('account', '=', account)
    .where('state', '=', 'paid')
    .orderBy('created_at_ms', 'desc')
    .limit(1)
    .execute()
  const findings: PayoutFinding[] = []
  const find = (rule: string, reason: string, figures: Record<string, number> = {}) =>
    findings.push({ rule, action: 'review', mode: 'enforce', reason, figures })
  if (paid.length === 0) {
    find(
      'first-payout',
      `This is the first payout to ${account}: ${decimalAmount(amount, unit)} ${unit.toUpperCase()}.`,
      { amount },
    )
  }
  const isOther = paid[0] !== undefined && paid[0].destination !== destination.id
  if (isOther || nowMs < restsUntil(deps, destination)) {
    const days = Math.floor((nowMs - destination.changed_at_ms) / dayMs)
    const who = destination.changed_by === 'account' ? "with the publisher's own key" : `by ${destination.changed_by}`
    find(
      'destination-changed',
      `The account that is paid to was changed ${days} days ago, ${who}: ask the publisher by another way than that.`,
      { days },
    )
  }
  const frozen = await freezeOf(deps.office.db, account)
  if (frozen !== undefined) find('frozen', frozen.reason)
  return findings
}
