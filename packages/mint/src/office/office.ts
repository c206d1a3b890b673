// What a mint's business keeps that is not coins (orders, payouts, decisions, cases): tables apart from the ledger's; mint.ts
// opens it, `funding`, `payout`, `operator` and `fraud` work with it.

import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import type { MintConfig } from '../config.ts'
import { postgresOffice } from './postgres.ts'
import { sqliteOffice } from './sqlite.ts'
import { fraudMigrations, type FraudTables } from './tables/fraud.ts'
import { fundingMigrations, type FundingTables } from './tables/funding.ts'
import { primary, required, type OfficeMigration } from './tables/migration.ts'
import { payoutMigrations, type PayoutTables } from './tables/payout.ts'
import { reviewMigrations, type ReviewTables } from './tables/review.ts'

/** Every table of the office. Money is integers of minor units; times are milliseconds, `..._at_ms`; ids are text. */
export type OfficeTables = FundingTables & PayoutTables & ReviewTables & FraudTables

/**
 * The office's database. The ledger is another one, so that nothing is in one transaction with both: the office's row is
 * written first, then the ledger's operation, whose hash follows from the row's id, then what is outside hears of it.
 *
 * Its queries throw `storage-unavailable`, and `internal` where a constraint says no. Inside a transaction use the one that
 * it hands over, never `db`: a file has one connection, and would wait for itself. On PostgreSQL a `sum` is text: read it by
 * `Number`.
 */
export interface Office {
  readonly db: Kysely<OfficeTables>
  close(): Promise<void>
}

const all: readonly OfficeMigration[] = [
  ...fundingMigrations,
  ...payoutMigrations,
  ...reviewMigrations,
  ...fraudMigrations,
]

/** Name of the office's file in the data folder, where there is no PostgreSQL. */
export const officeFile = 'office.db'

/**
 * Opens the office where the ledger is, and brings its tables up to date.
 *
 * @throws {TuppenceError} `storage-unavailable`; {Error} It is from a newer program, or no database.
 */
export async function openOffice(
  { databaseUrl, dataDir }: Pick<MintConfig, 'databaseUrl' | 'dataDir'>,
  migrations: readonly OfficeMigration[] = all,
): Promise<Office> {
  const dialect =
    databaseUrl === undefined ? sqliteOffice(join(dataDir, officeFile)) : await postgresOffice(databaseUrl)
  const db = new Kysely<OfficeTables>({ dialect })
  let closed: Promise<void> | undefined
  const close = () => (closed ??= db.destroy())
  try {
    await migrate(db, migrations, databaseUrl !== undefined)
  } catch (error) {
    await close()
    throw error
  }
  return { db, close }
}

/** Any number that PostgreSQL knows no other lock by. */
const migrationLock = 0x74757070

/**
 * Runs what has not run, in one transaction that others wait for. Kysely's own Migrator looks before it locks, so that two
 * processes that start on one new file both make its tables.
 */
async function migrate(
  db: Kysely<OfficeTables>,
  migrations: readonly OfficeMigration[],
  onPostgres: boolean,
): Promise<void> {
  await db.transaction().execute(async (within) => {
    if (onPostgres) await sql`SELECT pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(within)
    const tables = within as unknown as Kysely<{ office_migrations: { name: string; at_ms: number } }>
    await tables.schema
      .createTable('office_migrations')
      .ifNotExists()
      .addColumn('name', 'text', primary)
      .addColumn('at_ms', 'bigint', required)
      .execute()
    const ran = new Set((await tables.selectFrom('office_migrations').select('name').execute()).map(({ name }) => name))
    const unknown = [...ran].find((name) => !migrations.some((migration) => migration.name === name))
    if (unknown !== undefined) throw new Error(`office: the tables are a newer program's: it has run ${unknown}`)
    for (const { name, up } of migrations) {
      if (ran.has(name)) continue
      await up(within)
      await tables.insertInto('office_migrations').values({ name, at_ms: Date.now() }).execute()
    }
  })
}
