// Rows of a ledger file for the audit: read-only, in one read transaction, so that a mint may serve meanwhile; command.ts opens it.

import { DatabaseSync } from 'node:sqlite'
import type { AuditRow, AuditSource } from './port.ts'

const rowsAtOnce = 8192

/** Opens a ledger file for reading. @throws {Error} There is no such file. */
export function sqliteAuditSource(path: string): AuditSource {
  const db = new DatabaseSync(path, { readOnly: true })
  db.exec('PRAGMA cache_size = -262144; BEGIN')
  return {
    gapless: true,
    rows: async function* (sql) {
      const statement = db.prepare(sql)
      statement.setReturnArrays(true)
      let chunk: AuditRow[] = []
      for (const row of statement.iterate()) {
        chunk.push(row as unknown as AuditRow)
        if (chunk.length < rowsAtOnce) continue
        yield chunk
        chunk = []
      }
      yield chunk
    },
    close: async () => db.close(),
  }
}
