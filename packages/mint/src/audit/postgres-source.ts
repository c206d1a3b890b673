// Rows of a ledger on PostgreSQL for the audit: one read-only snapshot, read through cursors; run.ts opens it.

import pg from 'pg'
import type { AuditRow, AuditSource } from './port.ts'

const rowsAtOnce = 8192

/** Opens a ledger for reading. @throws {Error} The database does not answer. */
export async function postgresAuditSource(url: string): Promise<AuditSource> {
  // Of several servers any will do that answers: a standby has the same rows.
  const client = await firstOf(url.split(','))
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

async function firstOf([url = '', ...others]: readonly string[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    if (others.length === 0) throw error
    return firstOf(others)
  }
}
