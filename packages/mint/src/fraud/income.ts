// Adds the ledger's deposits, refunds and payouts up by account and day, from where it stopped the last time; collect.ts calls it.

import type { Transaction } from 'kysely'
import type { Deps } from '../deps.ts'
import type { KeysetRow } from '../ledger/port.ts'
import type { OfficeTables } from '../office/office.ts'
import { dayOf, type IncomeDay } from './facts.ts'
import { openLedgerRows, type MoneyRow } from './ledger-rows.ts'

const rowsAtOnce = 5_000
/**
 * What is younger waits for the next time: of two writers on PostgreSQL, the one with the lower number may commit later, though
 * never by so much.
 */
const settleMs = 60_000
const publisher = 'publisher:'
const outstanding = 'outstanding:'
const payingOut = 'paying-out:'

/** What the sums are made from. */
export type IncomeDeps = Pick<Deps, 'config' | 'office' | 'ledger'>

/**
 * Brings the sums up to the ledger. Mints that do it at once do it one after another.
 *
 * @throws {TuppenceError} `storage-unavailable`: what was added up so far stays.
 */
export async function addUpIncome({ config, office, ledger }: IncomeDeps, nowMs: number): Promise<void> {
  const keysets = await ledger.keysets()
  const rows = await openLedgerRows(config)
  try {
    const last = await rows.last()
    for (let isBehind = true; isBehind;) {
      isBehind = await office.db.transaction().execute(async (within) => {
        const { sequence } = await progressOf(within)
        if (sequence >= last) return false
        const to = Math.min(sequence + rowsAtOnce, last)
        const found = await rows.money(sequence, to)
        const young = found.find(({ at_ms: atMs }) => atMs > nowMs - settleMs)
        const until = young === undefined ? to : young.sequence - 1
        await addUp(
          within,
          found.filter((row) => row.sequence <= until),
          keysets,
        )
        await within.updateTable('fraud_progress').set({ sequence: until }).where('id', '=', 'ledger').execute()
        return until > sequence && until < last
      })
    }
  } finally {
    await rows.close()
  }
}

/** Writing first makes another process wait here, rather than add the same rows up. */
async function progressOf(within: Transaction<OfficeTables>): Promise<{ sequence: number }> {
  await within
    .updateTable('fraud_progress')
    .set((row) => ({ sequence: row.ref('sequence') }))
    .where('id', '=', 'ledger')
    .execute()
  return within.selectFrom('fraud_progress').select('sequence').where('id', '=', 'ledger').executeTakeFirstOrThrow()
}

async function addUp(
  within: Transaction<OfficeTables>,
  rows: readonly MoneyRow[],
  keysets: readonly KeysetRow[],
): Promise<void> {
  const days = new Map<string, OpenDay & { account: string; unit: string }>()
  for (const operation of operationsOf(rows)) {
    const { kind, unit, at_ms: atMs, sequence } = operation[0] as MoneyRow
    if (kind.startsWith('payout')) {
      for (const { account, amount } of operation.filter((row) => row.account.startsWith(payingOut)))
        await within
          .insertInto('fraud_paid')
          .values({ sequence, account: account.slice(payingOut.length), unit, amount, at_ms: atMs })
          .execute()
      continue
    }
    const to = operation.find(({ account }) => account.startsWith(publisher))
    if (to === undefined) continue
    const account = to.account.slice(publisher.length)
    const id = idOf(account, unit, dayOf(atMs))
    const day = days.get(id) ?? { ...(await dayIn(within, id, dayOf(atMs))), account, unit }
    days.set(id, day)
    addTo(day, { kind, amount: to.amount, fresh: freshIn(operation, newestAt(keysets, unit, atMs)) })
  }
  for (const [id, { account, unit, ...day }] of days) {
    const body = JSON.stringify(closed(day))
    await within
      .insertInto('fraud_income')
      .values({ id, account, unit, day_at_ms: day.dayMs, body })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ body }))
      .execute()
  }
}

/**
 * Forgets the sums where the ledger they were made of was set back, so that they are made anew of what there is: its numbers come
 * again, for other operations.
 */
export async function forgetIncomeAfter({ db }: IncomeDeps['office'], last: number): Promise<void> {
  await db.transaction().execute(async (within) => {
    const { sequence } = await progressOf(within)
    if (sequence <= last) return
    await within.deleteFrom('fraud_income').execute()
    await within.deleteFrom('fraud_paid').execute()
    await within.updateTable('fraud_progress').set({ sequence: 0 }).where('id', '=', 'ledger').execute()
  })
}

/** Rows of one operation each, as they come one after another. */
function* operationsOf(rows: readonly MoneyRow[]): Generator<MoneyRow[]> {
  let operation: MoneyRow[] = []
  for (const row of rows) {
    if (operation[0] !== undefined && operation[0].sequence !== row.sequence) {
      yield operation
      operation = []
    }
    operation.push(row)
  }
  if (operation.length > 0) yield operation
}

type OpenDay = Omit<{ -readonly [K in keyof IncomeDay]: IncomeDay[K] }, 'sizes'> & { sizes: Map<number, number> }

async function dayIn(within: Transaction<OfficeTables>, id: string, atMs: number): Promise<OpenDay> {
  const row = await within.selectFrom('fraud_income').select('body').where('id', '=', id).executeTakeFirst()
  if (row === undefined)
    return { dayMs: atMs, amount: 0, count: 0, fresh: 0, refunded: 0, refundCount: 0, sizes: new Map() }
  const day = JSON.parse(row.body) as IncomeDay
  return { ...day, sizes: new Map(day.sizes.map(({ amount, count }) => [amount, count])) }
}

function addTo(day: OpenDay, { kind, amount, fresh }: { kind: string; amount: number; fresh: number }): void {
  if (kind === 'refund') {
    day.refunded -= amount
    day.refundCount += 1
    return
  }
  day.amount += amount
  day.count += 1
  day.fresh += Math.min(amount, fresh)
  day.sizes.set(amount, (day.sizes.get(amount) ?? 0) + 1)
}

function closed(day: OpenDay): IncomeDay {
  return { ...day, sizes: [...day.sizes].map(([amount, count]) => ({ amount, count })) }
}

/** What of a deposit came out of the coins of one keyset. */
function freshIn(operation: readonly MoneyRow[], newest: string | undefined): number {
  const row = operation.find(({ account }) => account === `${outstanding}${newest}`)
  return row === undefined ? 0 : Math.abs(row.amount)
}

function newestAt(keysets: readonly KeysetRow[], unit: string, atMs: number): string | undefined {
  return keysets
    .filter((row) => row.unit === unit && row.createdAtMs <= atMs)
    .toSorted((a, b) => b.number - a.number)[0]?.id
}

/** Id of an account's day. */
export function idOf(account: string, unit: string, atMs: number): string {
  return `${account}/${unit}/${atMs}`
}
