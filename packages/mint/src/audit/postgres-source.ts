// Rows of a ledger on PostgreSQL for the audit: one read-only snapshot, read through cursors; run.ts opens it.

import pg from 'pg'
import type { AuditRow, AuditSource } from './port.ts'

const rowsAtOnce = 8192

/** Opens a ledger for reading. @throws {Error} The database does not answer. */
export async function postgresAuditSource(url: string): Promise<AuditSource> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  let cursors = 0
  return {
    // Two writers share one sequence, and an operation that was rolled back leaves a gap in it.
    gapless: false,
    rows: async function* (sql) {
      const cursor = `audit_${cursors++}`
      await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`)
      for (;;) {
        const { rows } = await client.query<unknown[]>({ text: `FETCH ${rowsAtOnce} FROM ${cursor}`, rowMode: 'array' })
        yield rows as unknown as AuditRow[]
        if (rows.length < rowsAtOnce) break
      }
      await client.query(`CLOSE ${cursor}`)
    },
    close: () => client.end(),
  }
}
