/** Storage in one SQLite file, for agents and tests in Node; `@tuppence/core/node`. */
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import { TuppenceError } from '@tuppence/protocol'
import type { Range } from '../ports.ts'
import type { Db, Row, StoreName, Tables, Tx } from '../tables.ts'
import { queue } from './queue.ts'

/** How long a write waits for another process's, in milliseconds. */
const busyTimeoutMs = 5_000

/** One turn per file: SQLite waits for a lock without letting this process go on, so it would wait for itself for ever. */
const turns = /* @__PURE__ */ new Map<string, ReturnType<typeof queue>>()

/** SQLite's number for "disk full"; the low byte of an extended code. */
const sqliteFull = 13

/**
 * Opens or creates a wallet file: write-ahead log, `synchronous=FULL`. Several processes may share it.
 *
 * Values go through V8's serialiser, so bytes and maps survive; a `CryptoKey` does not, which is why allowances (whose
 * keys must not be extractable) live in browsers.
 *
 * @param path - File path, or `:memory:`.
 * @throws {TuppenceError} `storage-unavailable`, `storage-full`.
 */
export function nodeDb(path: string): Db {
  const file = failsAs(() => {
    const opened = new DatabaseSync(path, { timeout: busyTimeoutMs })
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    opened.exec(
      'CREATE TABLE IF NOT EXISTS rows (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key)) STRICT, WITHOUT ROWID',
    )
    return opened
  })
  const inTurn = turnOf(path)
  return {
    transact: (names, mode, body) =>
      inTurn(async () => {
        failsAs(() => file.exec(mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN'))
        const { tx, end } = openTx(file, names, mode)
        try {
          const result = await body(tx)
          failsAs(() => file.exec('COMMIT'))
          return result
        } catch (error) {
          if (file.isTransaction) file.exec('ROLLBACK')
          throw error
        } finally {
          end()
        }
      }),
    close: () => void (file.isOpen && file.close()),
  }
}

function turnOf(path: string): ReturnType<typeof queue> {
  if (path === ':memory:') return queue()
  const name = resolve(path)
  const turn = turns.get(name) ?? queue()
  turns.set(name, turn)
  return turn
}

function openTx(file: DatabaseSync, names: readonly StoreName[], mode: 'read' | 'write'): { tx: Tx; end: () => void } {
  let open = true
  const inside = (name: StoreName, use: 'read' | 'write') => {
    if (!open || !names.includes(name) || (use === 'write' && mode === 'read'))
      throw new Error(`Not in this transaction: ${use} ${name}`)
  }
  const tx: Tx = {
    get: async <S extends StoreName>(name: S, key: string) => {
      inside(name, 'read')
      const row = failsAs(() => file.prepare('SELECT value FROM rows WHERE store = ? AND key = ?').get(name, key))
      return row && (deserialize(row['value'] as Uint8Array) as Tables[S])
    },
    put: async (name, key, value) => {
      inside(name, 'write')
      failsAs(() => file.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?, ?)').run(name, key, serialize(value)))
    },
    delete: async (name, key) => {
      inside(name, 'write')
      failsAs(() => file.prepare('DELETE FROM rows WHERE store = ? AND key = ?').run(name, key))
    },
    list: async <S extends StoreName>(name: S, { from, to, limit, order }: Range = {}) => {
      inside(name, 'read')
      const sql = `SELECT key, value FROM rows WHERE store = :name AND (:from IS NULL OR key >= :from) AND (:to IS NULL OR key < :to)
        ORDER BY key ${order === 'descending' ? 'DESC' : 'ASC'} LIMIT :limit`
      const rows = failsAs(() =>
        file.prepare(sql).all({ name, from: from ?? null, to: to ?? null, limit: limit ?? -1 }),
      )
      return rows.map((row) => ({ key: row['key'], value: deserialize(row['value'] as Uint8Array) })) as Row<S>[]
    },
  }
  return { tx, end: () => void (open = false) }
}

function failsAs<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    const { errcode = 0 } = cause as { errcode?: number }
    throw new TuppenceError((errcode & 0xff) === sqliteFull ? 'storage-full' : 'storage-unavailable', { cause })
  }
}
