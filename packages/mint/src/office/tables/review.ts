// Tables of the office that are about the operator's desk, and how they came to be; office.ts puts them together.

import { PostgresAdapter, sql, type Kysely } from 'kysely'
import { primary, required, type OfficeMigration } from './migration.ts'

/** What is decided on. */
export type SubjectKind = 'payout' | 'stop' | 'top-up' | 'transfer'

/** What a person said of it. Only `approve` and `reject` decide; the others are written down. */
export type Verdict = 'approve' | 'reject' | 'note'

/**
 * A decision, kept for ever: a row is never changed and never deleted, the database refuses both. `seen` is a digest of what was on
 * the page, so that an approval is of that and of nothing else. `person` is an id of the configuration's people.
 */
export interface DecisionRow {
  readonly id: string
  readonly subject_kind: SubjectKind
  readonly subject_id: string
  readonly seen: string
  readonly person: string
  readonly verdict: Verdict
  readonly note: string
  readonly at_ms: number
}

/**
 * A step of winding down, kept for ever. The newest one holds: `open` cancels it. `until_ms`: when coins stop being worth anything here;
 * `notice` and `rest` are what readers and publishers are told, the second about what happens afterwards.
 */
export interface WindDownRow {
  readonly id: string
  readonly step: 'closing' | 'open'
  readonly until_ms: number
  readonly notice: string
  readonly rest: string
  readonly at_ms: number
}

/** Rows by table. */
export interface ReviewTables {
  readonly decisions: DecisionRow
  readonly wind_downs: WindDownRow
}

/** Makes the database refuse to change or delete rows of a table. */
// oxlint-disable-next-line typescript/no-explicit-any
async function appendOnly(db: Kysely<any>, table: string): Promise<void> {
  const [name, rule] = [sql.table(table), sql.ref(`${table}_append_only`)]
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    await sql`CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
      ${sql.lit("BEGIN RAISE EXCEPTION 'append only' USING ERRCODE = 'integrity_constraint_violation'; END")}`.execute(
      db,
    )
    await sql`CREATE TRIGGER ${rule} BEFORE UPDATE OR DELETE OR TRUNCATE ON ${name}
      FOR EACH STATEMENT EXECUTE FUNCTION append_only()`.execute(db)
    return
  }
  for (const event of ['update', 'delete']) {
    await sql`CREATE TRIGGER ${sql.ref(`${table}_no_${event}`)} BEFORE ${sql.raw(event)} ON ${name}
      BEGIN SELECT RAISE(ABORT, 'append only'); END`.execute(db)
  }
}

/** In order. */
export const reviewMigrations: readonly OfficeMigration[] = [
  {
    name: 'review-1',
    up: async (db) => {
      await db.schema
        .createTable('decisions')
        .addColumn('id', 'text', primary)
        .addColumn('subject_kind', 'text', required)
        .addColumn('subject_id', 'text', required)
        .addColumn('seen', 'text', required)
        .addColumn('person', 'text', required)
        .addColumn('verdict', 'text', required)
        .addColumn('note', 'text', required)
        .addColumn('at_ms', 'bigint', required)
        .addCheckConstraint('decisions_verdict', sql`verdict IN ('approve', 'reject', 'note')`)
        .execute()
      // One person, one word on one thing: two approvals are of two people, whatever runs beside.
      await db.schema
        .createIndex('decisions_once')
        .on('decisions')
        .columns(['subject_kind', 'subject_id', 'seen', 'person'])
        .unique()
        .where(sql.ref('verdict'), '<>', sql.lit('note'))
        .execute()
      await db.schema.createIndex('decisions_by_time').on('decisions').column('at_ms').execute()
      await appendOnly(db, 'decisions')
    },
  },
  {
    name: 'review-2',
    up: async (db) => {
      await db.schema
        .createTable('wind_downs')
        .addColumn('id', 'text', primary)
        .addColumn('step', 'text', required)
        .addColumn('until_ms', 'bigint', required)
        .addColumn('notice', 'text', required)
        .addColumn('rest', 'text', required)
        .addColumn('at_ms', 'bigint', required)
        .execute()
      await appendOnly(db, 'wind_downs')
    },
  },
]
