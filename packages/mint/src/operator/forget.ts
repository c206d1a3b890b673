// Forgetting a publisher: what books need is kept, with why and until when; the rest is erased; the command line calls it.

import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { base64UrlEncode, publicJwk, thumbprint } from '@tuppence/protocol'
import type { AccountRow, Ledger } from '../ledger/port.ts'
import type { Office, OfficeTables } from '../office/office.ts'

/** What it works with. */
export interface ForgetParts {
  readonly ledger: Pick<Ledger, 'account' | 'balances' | 'putAccount' | 'depositCount'>
  readonly office: Office
  readonly nowMs: number
  /** How long records of payments are kept for bookkeeping. */
  readonly keepYears: number
}

/** Something that was kept or erased, with how many there were. */
export interface Line {
  readonly what: string
  readonly count: number
  /** Why it is kept. */
  readonly why?: string
  /** Milliseconds since 1970. Absent: for as long as the ledger lives. */
  readonly untilMs?: number
}

/** What came of it. `owed`: nothing was erased, since there is money of the publisher's here. */
export type Forgotten =
  | { readonly status: 'unknown' }
  | { readonly status: 'owed'; readonly balances: Readonly<Record<string, number>> }
  | { readonly status: 'forgotten'; readonly kept: readonly Line[]; readonly erased: readonly Line[] }

const erased = '(erased)'
/** Payouts that are neither paid nor known to have failed. */
const openStates = ['planned', 'held', 'approved', 'sending', 'unknown'] as const

/**
 * Forgets a publisher. First its key is replaced by one that nobody has, so that nothing comes in behind it; then, if nothing is
 * owed to it and nothing is on its way, everything that no book needs is erased. Doing it again later erases what has had its time.
 *
 * A mint that is serving goes by the old key for up to a second; a deposit of that second is found here the next time.
 */
export async function forgetPublisher(parts: ForgetParts, id: string): Promise<Forgotten> {
  const { ledger, office } = parts
  const account = await ledger.account(id)
  if (account === undefined) return { status: 'unknown' }
  await lockOut(ledger, account)
  const owed = await owedTo(parts, id)
  if (Object.keys(owed).length > 0) return { status: 'owed', balances: owed }
  const done = await office.db.transaction().execute((within) => eraseRows(within, parts, id))
  const deposits = await ledger.depositCount(id)
  if (done.isOver && account.name !== erased)
    await ledger.putAccount({ ...((await ledger.account(id)) as AccountRow), name: erased })
  const booked: Line = {
    what: `the account's id and ${deposits} deposits in the ledger: time, amount, reference`,
    count: deposits,
    why: 'double-entry books are signed and append-only; there is no name, address or bank account in them',
  }
  return { status: 'forgotten', ...shownOf(done, booked, account) }
}

/** Gives the account a key whose private half nobody has ever had. */
async function lockOut(ledger: ForgetParts['ledger'], account: AccountRow): Promise<void> {
  const publicKey = base64UrlEncode(randomBytes(32))
  await ledger.putAccount({ ...account, publicKey, keyId: await thumbprint(publicJwk(publicKey)) })
}

async function owedTo({ ledger, office }: ForgetParts, id: string): Promise<Readonly<Record<string, number>>> {
  const owed: Record<string, number> = {}
  for (const account of [`publisher:${id}`, `paying-out:${id}`])
    for (const { unit, balance } of await ledger.balances(account)) owed[unit] = (owed[unit] ?? 0) + balance
  const open = await office.db
    .selectFrom('payouts')
    .select('unit')
    .where('account', '=', id)
    .where('state', 'in', openStates)
    .execute()
  // A payout that is planned but not booked is of money that is owed still; one that is unknown may be neither.
  return Object.fromEntries(
    Object.entries(owed).filter(([unit, sum]) => sum !== 0 || open.some((row) => row.unit === unit)),
  )
}

interface Erased {
  readonly kept: number
  /** Files for the bank that are kept. */
  readonly files: number
  readonly untilMs: number
  /** Whether everything that was kept for the books has had its time. */
  readonly isOver: boolean
  readonly erased: readonly Line[]
}

async function eraseRows(within: Kysely<OfficeTables>, { nowMs, keepYears }: ForgetParts, id: string): Promise<Erased> {
  const before = new Date(nowMs)
  before.setUTCFullYear(before.getUTCFullYear() - keepYears)
  const payouts = await within.selectFrom('payouts').selectAll().where('account', '=', id).execute()
  const needed = payouts.filter(({ state, updated_at_ms: atMs }) => state === 'paid' && atMs > before.getTime())
  const files = await eraseFiles(within, payouts, before.getTime())
  const until = new Date(Math.max(0, ...files.keptMs, ...needed.map(({ updated_at_ms: atMs }) => atMs)))
  until.setUTCFullYear(until.getUTCFullYear() + keepYears)
  const forgetIds = payouts.filter((row) => !needed.includes(row)).map((row) => row.id)
  const destinations = await eraseDestinations(within, id, new Set(needed.map((row) => row.destination)))
  // Of payouts that were never made, or long ago, the amounts stay and everything about a person goes.
  const blank = {
    findings: '[]',
    reason: erased,
    destination: erased,
    destination_label: erased,
    destination_fingerprint: erased,
  }
  for (const payout of forgetIds) {
    await within.updateTable('payouts').set(blank).where('id', '=', payout).execute()
    await within.updateTable('payout_events').set({ reason: erased }).where('payout', '=', payout).execute()
  }
  await within.updateTable('payouts').set({ findings: '[]' }).where('account', '=', id).execute()
  const lines: Line[] = [
    { what: 'key to the account', count: 1 },
    { what: 'places to be paid to', count: destinations },
    { what: 'what payouts that were not made, or are past their time, say of anybody', count: forgetIds.length },
    { what: 'files for the bank, of everybody in them', count: files.erased },
    { what: 'what rules found about payouts', count: payouts.filter(({ findings }) => findings !== '[]').length },
  ]
  for (const [table, what] of [
    ['fraud_reports', 'days of views and unlocks that the till reported'],
    ['fraud_income', 'days of income as the rules kept it'],
    ['fraud_paid', 'payouts as the rules kept them'],
    ['fraud_findings', 'what rules said of it each day'],
    ['payout_freezes', 'reasons why payouts were stopped'],
  ] as const) {
    const { numDeletedRows } = await within.deleteFrom(table).where('account', '=', id).executeTakeFirst()
    lines.push({ what, count: Number(numDeletedRows) })
  }
  const isOver = needed.length === 0 && files.keptMs.length === 0
  return { kept: needed.length, files: files.keptMs.length, untilMs: until.getTime(), isOver, erased: lines }
}

/** Files for the bank name who is paid, and where: those that have had their time go. @returns When those were made that are kept. */
async function eraseFiles(
  within: Kysely<OfficeTables>,
  payouts: readonly { readonly batch: string | null }[],
  beforeMs: number,
): Promise<{ readonly erased: number; readonly keptMs: readonly number[] }> {
  const keptMs: number[] = []
  let count = 0
  for (const id of new Set(payouts.flatMap(({ batch }) => batch ?? []))) {
    const file = await within
      .selectFrom('payout_batches')
      .select(['created_at_ms', 'csv'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (file === undefined || file.csv === erased) continue
    if (file.created_at_ms > beforeMs) {
      keptMs.push(file.created_at_ms)
      continue
    }
    await within.updateTable('payout_batches').set({ document: erased, csv: erased }).where('id', '=', id).execute()
    count += 1
  }
  return { erased: count, keptMs }
}

async function eraseDestinations(
  within: Kysely<OfficeTables>,
  id: string,
  needed: ReadonlySet<string>,
): Promise<number> {
  const rows = await within.selectFrom('payout_destinations').select('id').where('account', '=', id).execute()
  const unneeded = rows.filter((row) => !needed.has(row.id))
  for (const row of unneeded) await within.deleteFrom('payout_destinations').where('id', '=', row.id).execute()
  return unneeded.length
}

function shownOf({ kept, files, untilMs, isOver, erased: lines }: Erased, booked: Line, account: AccountRow) {
  const why = 'records of payments, which bookkeeping and tax law ask for'
  return {
    kept: [
      booked,
      {
        what: 'what people decided about it',
        count: 1,
        why: 'the log of decisions is append-only: who approved which payment',
      },
      ...(isOver
        ? []
        : [
            { what: 'payouts that were made, with where they went', count: kept, why, untilMs },
            { what: 'files for the bank that it is in, with its name and account', count: files, why, untilMs },
            { what: `the name ${JSON.stringify(account.name)}`, count: 1, why, untilMs },
          ].filter(({ count }) => count > 0)),
    ],
    erased: [...lines, ...(isOver ? [{ what: 'name of the account', count: 1 }] : [])].filter(({ count }) => count > 0),
  }
}
