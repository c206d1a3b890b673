// Blobs in tables of their own on PostgreSQL, for mints that serve one ledger beside each other; mint.ts opens it.

import type { StoredBlob } from '@tuppence/protocol'
import { attempt, openConnections, transact } from '../ledger/postgres-connections.ts'
import { judgeWrite, type BlobOutcome, type Blobs } from './port.ts'

const schema = `
CREATE TABLE IF NOT EXISTS blobs (
  key text PRIMARY KEY,
  version bigint NOT NULL CHECK (version > 0),
  data text NOT NULL,
  expires bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS blobs_expires ON blobs (expires);
CREATE TABLE IF NOT EXISTS blob_total (one int PRIMARY KEY, chars bigint NOT NULL);
INSERT INTO blob_total VALUES (1, 0) ON CONFLICT DO NOTHING;
`
const triesMax = 5

/** Opens the tables, making them if they are missing. @param url - As the ledger's. */
export async function openPostgresBlobs(url: string): Promise<Blobs> {
  const pool = openConnections(url)
  await pool.findPrimary()
  for (let tries = 1; ; tries++) {
    try {
      await attempt(pool, () => pool.query(schema))
      break
    } catch (error) {
      // Two that start at once: PostgreSQL lets one make the tables.
      if (tries === triesMax) throw error
    }
  }
  const find = 'SELECT version, data, expires FROM blobs WHERE key = $1'
  let closed: Promise<void> | undefined
  return {
    read: (key, nowSeconds) =>
      attempt(pool, async () => {
        const { rows } = await pool.query<StoredBlob>(find, [key])
        return rows[0] !== undefined && rows[0].expires > nowSeconds ? rows[0] : undefined
      }),
    write: (key, blob, bounds) =>
      attempt(pool, () =>
        transact(pool, async (client): Promise<BlobOutcome> => {
          // One row that every writer locks: blobs are written seldom, and it keeps their sum and versions exact.
          const { rows } = await client.query<{ chars: number }>('SELECT chars FROM blob_total FOR UPDATE')
          const stored = (await client.query<StoredBlob>(find, [key])).rows[0]
          const judged = judgeWrite(stored, blob, { ...bounds, charsNow: rows[0]?.chars ?? 0 })
          if (judged.status !== 'write') return judged
          await client.query(
            `INSERT INTO blobs VALUES ($1, $2, $3, $4)
             ON CONFLICT (key) DO UPDATE SET version = excluded.version, data = excluded.data, expires = excluded.expires`,
            [key, blob.version, blob.data, blob.expires],
          )
          await client.query('UPDATE blob_total SET chars = chars + $1', [judged.growth])
          return { status: 'stored' }
        }),
      ),
    sweep: (nowSeconds) =>
      attempt(pool, () =>
        transact(pool, async (client) => {
          await client.query('SELECT chars FROM blob_total FOR UPDATE')
          const { rows } = await client.query<{ chars: number }>(
            'DELETE FROM blobs WHERE expires <= $1 RETURNING length(data) AS chars',
            [nowSeconds],
          )
          const gone = rows.reduce((sum, { chars }) => sum + chars, 0)
          await client.query('UPDATE blob_total SET chars = chars - $1', [gone])
        }),
      ),
    close: () => (closed ??= pool.end()),
  }
}
