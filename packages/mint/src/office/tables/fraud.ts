// Tables of the office that are about fraud rules, and how they came to be; office.ts puts them together.

import { primary, required, type OfficeMigration } from './migration.ts'

/** Rows by table. */
export interface FraudTables {
  fraud_top_ups: FraudTopUpRow
  fraud_salts: FraudSaltRow
  fraud_reports: FraudReportRow
  fraud_income: FraudIncomeRow
  fraud_paid: FraudPaidRow
  fraud_progress: FraudProgressRow
  fraud_findings: FraudFindingRow
}

/** What became of a top-up. `id` is the funding's own id and the outcome. `address`: a name under the day's salt. */
export interface FraudTopUpRow {
  id: string
  unit: string
  method: string
  amount: number
  outcome: 'declined' | 'refused' | 'paid' | 'withdrawn'
  instrument: string | null
  address: string | null
  at_ms: number
}

/** The salt of a day's addresses; forgotten with the day. */
export interface FraudSaltRow {
  day_at_ms: number
  salt: string
}

/** A till's report of a day; `body` is a ReportDay in JSON. `id`: account, unit and day. */
export interface FraudReportRow {
  id: string
  account: string
  unit: string
  day_at_ms: number
  body: string
  received_at_ms: number
}

/** Sums of the ledger's deposits and refunds; `body` is an IncomeDay in JSON. `id`: account, unit and day. */
export interface FraudIncomeRow {
  id: string
  account: string
  unit: string
  day_at_ms: number
  body: string
}

/** Payouts by the ledger; negative where one came back. `sequence`: of the operation. */
export interface FraudPaidRow {
  sequence: number
  account: string
  unit: string
  amount: number
  at_ms: number
}

/** What a rule says of an account as of now; `figures` in JSON, `owed` what the account had then. `id`: account, unit, rule. */
export interface FraudFindingRow {
  id: string
  account: string
  unit: string
  rule: string
  action: string
  mode: string
  reason: string
  figures: string
  owed: number
  first_at_ms: number
  at_ms: number
}

/** How far was read: `id` 'ledger' its last operation, 'watch' the day on which accounts were looked at last. */
export interface FraudProgressRow {
  id: string
  sequence: number
}

/** In order. */
export const fraudMigrations: readonly OfficeMigration[] = [
  {
    name: 'fraud-1',
    up: async (db) => {
      await db.schema
        .createTable('fraud_top_ups')
        .addColumn('id', 'text', primary)
        .addColumn('unit', 'text', required)
        .addColumn('method', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('outcome', 'text', required)
        .addColumn('instrument', 'text')
        .addColumn('address', 'text')
        .addColumn('at_ms', 'bigint', required)
        .execute()
      await db.schema
        .createIndex('fraud_top_ups_instrument')
        .on('fraud_top_ups')
        .columns(['instrument', 'at_ms'])
        .execute()
      await db.schema.createIndex('fraud_top_ups_address').on('fraud_top_ups').columns(['address']).execute()
      await db.schema.createIndex('fraud_top_ups_at').on('fraud_top_ups').columns(['at_ms']).execute()
      await db.schema
        .createTable('fraud_salts')
        .addColumn('day_at_ms', 'bigint', primary)
        .addColumn('salt', 'text', required)
        .execute()
      for (const table of ['fraud_reports', 'fraud_income']) {
        await db.schema
          .createTable(table)
          .addColumn('id', 'text', primary)
          .addColumn('account', 'text', required)
          .addColumn('unit', 'text', required)
          .addColumn('day_at_ms', 'bigint', required)
          .addColumn('body', 'text', required)
          .$call((made) => (table === 'fraud_reports' ? made.addColumn('received_at_ms', 'bigint', required) : made))
          .execute()
        await db.schema.createIndex(`${table}_day`).on(table).columns(['day_at_ms']).execute()
        await db.schema.createIndex(`${table}_account`).on(table).columns(['account', 'day_at_ms']).execute()
      }
      await db.schema
        .createTable('fraud_paid')
        .addColumn('sequence', 'bigint', primary)
        .addColumn('account', 'text', required)
        .addColumn('unit', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('at_ms', 'bigint', required)
        .execute()
      await db.schema.createIndex('fraud_paid_account').on('fraud_paid').columns(['account', 'unit']).execute()
      await db.schema
        .createTable('fraud_progress')
        .addColumn('id', 'text', primary)
        .addColumn('sequence', 'bigint', required)
        .execute()
      await db.insertInto('fraud_progress').values({ id: 'ledger', sequence: 0 }).execute()
    },
  },
  {
    name: 'fraud-2',
    up: async (db) => {
      await db.schema
        .createTable('fraud_findings')
        .addColumn('id', 'text', primary)
        .addColumn('account', 'text', required)
        .addColumn('unit', 'text', required)
        .addColumn('rule', 'text', required)
        .addColumn('action', 'text', required)
        .addColumn('mode', 'text', required)
        .addColumn('reason', 'text', required)
        .addColumn('figures', 'text', required)
        .addColumn('owed', 'bigint', required)
        .addColumn('first_at_ms', 'bigint', required)
        .addColumn('at_ms', 'bigint', required)
        .execute()
      await db.schema.createIndex('fraud_findings_account').on('fraud_findings').columns(['account', 'unit']).execute()
      await db.insertInto('fraud_progress').values({ id: 'watch', sequence: 0 }).execute()
    },
  },
]
