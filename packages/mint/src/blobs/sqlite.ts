// Blobs in a SQLite file of their own, beside the ledger's; mint.ts opens it.

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TuppenceError, type StoredBlob } from '@tuppence/protocol'
import { judgeWrite, type BlobOutcome, type Blobs } from './port.ts'

const schema = `
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA trusted_schema = OFF;
CREATE TABLE IF NOT EXISTS blobs (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL CHECK (version > 0),
  data TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS blobs_expires ON blobs (expires);
CREATE TABLE IF NOT EXISTS blob_total (one INTEGER PRIMARY KEY CHECK (one = 1), chars INTEGER NOT NULL) STRICT;
INSERT INTO blob_total VALUES (1, 0) ON CONFLICT DO NOTHING;
`

/** Opens, or creates, the file. @throws {Error} It is no database. */
export function openSqliteBlobs(path: string): Blobs {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path)
  db.exec(schema)
  const find = db.prepare('SELECT version, data, expires FROM blobs WHERE key = ?')
  const put = db.prepare(
    `INSERT INTO blobs VALUES (?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET version = excluded.version, data = excluded.data, expires = excluded.expires`,
  )
  const total = db.prepare('SELECT chars FROM blob_total')
  const grow = db.prepare('UPDATE blob_total SET chars = chars + ?')
  const expired = db.prepare('SELECT coalesce(sum(length(data)), 0) AS chars FROM blobs WHERE expires <= ?')
  const forget = db.prepare('DELETE FROM blobs WHERE expires <= ?')
  const read = (key: string) => find.get(key) as StoredBlob | undefined
  const transact = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      db.exec('COMMIT')
      return result
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
  return {
    read: (key, nowSeconds) =>
      attempt(() => {
        const blob = read(key)
        return blob !== undefined && blob.expires > nowSeconds ? { ...blob } : undefined
      }),
    write: (key, blob, bounds) =>
      attempt(() =>
        transact((): BlobOutcome => {
          const { chars } = total.get() as { chars: number }
          const judged = judgeWrite(read(key), blob, { ...bounds, charsNow: chars })
          if (judged.status !== 'write') return judged
          put.run(key, blob.version, blob.data, blob.expires)
          grow.run(judged.growth)
          return { status: 'stored' }
        }),
      ),
    sweep: (nowSeconds) =>
      attempt(() =>
        transact(() => {
          const { chars } = expired.get(nowSeconds) as { chars: number }
          forget.run(nowSeconds)
          grow.run(-chars)
        }),
      ),
    close: async () => {
      if (db.isOpen) db.close()
    },
  }
}

async function attempt<T>(work: () => T): Promise<T> {
  try {
    return work()
  } catch (cause) {
    throw new TuppenceError('storage-unavailable', { cause })
  }
}
