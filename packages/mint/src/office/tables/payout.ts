// Tables of the office that are about money out, and how they came to be; office.ts puts them together.

import { sql, type CreateTableBuilder, type Kysely } from 'kysely'
import { primary, required, type OfficeMigration } from './migration.ts'

/**
 * Where a payout is. `planned`: nothing is against it, it goes with the next batch. `held`: it waits for people. `approved`: they
 * have let it go. `sending`: it left the account in the ledger, and may have left the house. `unknown`: it was sent, and nobody
 * knows whether it arrived: it is asked after, and never taken for failed. `paid` and `failed` are the end.
 */
export type PayoutState = 'planned' | 'held' | 'approved' | 'sending' | 'unknown' | 'paid' | 'failed'

/** How a publisher is paid. */
export type PayoutMethod = 'stripe-connect' | 'bank-file'

/**
 * A payout. Money in minor units: `amount` leaves the account, `commission` of it stays, `net` is sent. `period` is its month,
 * `2026-11`, `number` counts an account's payouts of that month. `findings` is JSON text. `reason` says why it is where it is, to
 * a person. `planned_by` is `chore`, `cli` or a person; `destination_changed_by` is `account` or a person.
 */
export interface PayoutRow {
  readonly id: string
  readonly account: string
  readonly unit: string
  readonly period: string
  readonly number: number
  readonly amount: number
  readonly commission: number
  readonly net: number
  readonly method: PayoutMethod
  readonly state: PayoutState
  readonly reason: string
  readonly findings: string
  readonly people_needed: number
  readonly planned_by: string
  readonly destination: string
  readonly destination_fingerprint: string
  readonly destination_label: string
  readonly destination_changed_by: string
  readonly destination_changed_at_ms: number
  /** It does not go before, whoever approves. */
  readonly not_before_at_ms: number
  /** Set once the ledger has it. */
  readonly booked_at_ms: number | null
  /** When it was first handed to the processor: its idempotency key is good for a while from then on. */
  readonly first_sent_at_ms: number | null
  readonly attempts: number
  /** 1 where only a person can say what became of it. */
  readonly needs_person: number
  /** Who is working on it until when: of several mints one at a time. */
  readonly busy_until_at_ms: number
  /** 1 where it failed before anything was sent, so that another may be planned in the same month. */
  readonly again: number
  readonly batch: string | null
  /** What the processor calls it. */
  readonly external: string | null
  readonly created_at_ms: number
  readonly updated_at_ms: number
}

/** A place that an account is paid to; the newest is the one that counts. `details` is JSON text. Rows are never changed. */
export interface DestinationRow {
  readonly id: string
  readonly account: string
  readonly number: number
  readonly method: PayoutMethod
  readonly details: string
  readonly fingerprint: string
  readonly label: string
  readonly changed_by: string
  readonly changed_at_ms: number
}

/** A file for a bank. */
export interface BatchRow {
  readonly id: string
  readonly unit: string
  readonly payments: number
  readonly total: number
  readonly document: string
  readonly csv: string
  readonly created_at_ms: number
}

/** A step of a payout, kept for ever. */
export interface PayoutEventRow {
  readonly id: string
  readonly payout: string
  readonly state: PayoutState
  readonly reason: string
  readonly at_ms: number
}

/** Why payouts are held whatever rules say, of one account or of all (`*`), until a person lifts it. */
export interface FreezeRow {
  readonly id: string
  readonly account: string
  readonly reason: string
  readonly at_ms: number
  readonly lifted_by: string | null
  readonly lifted_at_ms: number | null
}

/** Rows by table. */
export interface PayoutTables {
  readonly payouts: PayoutRow
  readonly payout_destinations: DestinationRow
  readonly payout_batches: BatchRow
  readonly payout_events: PayoutEventRow
  readonly payout_freezes: FreezeRow
}

// Tables as they were at the time: today's types would be wrong for them.
// oxlint-disable-next-line typescript/no-explicit-any
type Db = Kysely<any>

async function makePayouts(db: Db): Promise<void> {
  const texts = ['account', 'unit', 'period', 'method', 'state', 'reason', 'findings', 'planned_by']
  const to = ['destination', 'destination_fingerprint', 'destination_label', 'destination_changed_by']
  const numbers = ['number', 'amount', 'commission', 'net', 'people_needed', 'attempts', 'needs_person', 'again']
  const times = ['destination_changed_at_ms', 'not_before_at_ms', 'busy_until_at_ms', 'created_at_ms', 'updated_at_ms']
  let table: CreateTableBuilder<string, string> = db.schema.createTable('payouts').addColumn('id', 'text', primary)
  for (const name of [...texts, ...to]) table = table.addColumn(name, 'text', required)
  for (const name of [...numbers, ...times]) table = table.addColumn(name, 'bigint', required)
  for (const name of ['booked_at_ms', 'first_sent_at_ms']) table = table.addColumn(name, 'bigint')
  for (const name of ['batch', 'external']) table = table.addColumn(name, 'text')
  await table
    .addUniqueConstraint('payouts_once', ['account', 'unit', 'period', 'number'])
    .addCheckConstraint('payouts_sum', sql`amount > 0 AND commission >= 0 AND net > 0 AND net + commission = amount`)
    .execute()
  await db.schema.createIndex('payouts_state').on('payouts').column('state').execute()
  await db.schema.createIndex('payouts_batch').on('payouts').column('batch').execute()
}

async function makeDestinations(db: Db): Promise<void> {
  await db.schema
    .createTable('payout_destinations')
    .addColumn('id', 'text', primary)
    .addColumn('account', 'text', required)
    .addColumn('number', 'bigint', required)
    .addColumn('method', 'text', required)
    .addColumn('details', 'text', required)
    .addColumn('fingerprint', 'text', required)
    .addColumn('label', 'text', required)
    .addColumn('changed_by', 'text', required)
    .addColumn('changed_at_ms', 'bigint', required)
    .addUniqueConstraint('destinations_in_order', ['account', 'number'])
    .execute()
}

async function makeBatches(db: Db): Promise<void> {
  await db.schema
    .createTable('payout_batches')
    .addColumn('id', 'text', primary)
    .addColumn('unit', 'text', required)
    .addColumn('payments', 'bigint', required)
    .addColumn('total', 'bigint', required)
    .addColumn('document', 'text', required)
    .addColumn('csv', 'text', required)
    .addColumn('created_at_ms', 'bigint', required)
    .execute()
}

async function makeLog(db: Db): Promise<void> {
  await db.schema
    .createTable('payout_events')
    .addColumn('id', 'text', primary)
    .addColumn('payout', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('at_ms', 'bigint', required)
    .execute()
  await db.schema.createIndex('payout_events_payout').on('payout_events').column('payout').execute()
  await db.schema
    .createTable('payout_freezes')
    .addColumn('id', 'text', primary)
    .addColumn('account', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('at_ms', 'bigint', required)
    .addColumn('lifted_by', 'text')
    .addColumn('lifted_at_ms', 'bigint')
    .execute()
}

/** In order. */
export const payoutMigrations: readonly OfficeMigration[] = [
  {
    name: 'payout-1',
    up: async (db) => {
      await makePayouts(db)
      await makeDestinations(db)
      await makeBatches(db)
      await makeLog(db)
    },
  },
]
