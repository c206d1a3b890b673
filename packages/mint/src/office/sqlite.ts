// The office's tables in a SQLite file: node:sqlite as Kysely's SQLite dialect wants it; office.ts opens it.

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { SqliteDialect } from 'kysely'
import { TuppenceError } from '@tuppence/protocol'

/** How long a write waits for another process (the command line) that is writing. */
const busyTimeoutMs = 5000
/** Statements that are kept: a mint says the same few hundred over and over. */
const preparedMax = 500
/** SQLite's constraints (primary result code 19) say that what was asked is wrong, not that the store is down. */
const constraintCode = 19

/** Opens, or creates, the file. @throws {Error} It is no database. */
export function sqliteOffice(path: string): SqliteDialect {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Made here, so that it is private from its first byte; SQLite gives its WAL the same mode.
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path)
  try {
    db.exec(`
      PRAGMA busy_timeout = ${busyTimeoutMs};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA foreign_keys = ON;
    `)
  } catch (error) {
    db.close()
    throw error
  }
  const prepared = new Map<string, StatementSync>()
  return new SqliteDialect({
    database: {
      prepare: (sql) => {
        // A transaction that reads first and writes later fails where another process wrote in between: it waits at its start.
        const statement = prepared.get(sql) ?? attempt(() => db.prepare(sql === 'begin' ? 'begin immediate' : sql))
        if (prepared.size < preparedMax) prepared.set(sql, statement)
        return {
          reader: statement.columns().length > 0,
          all: (values) => attempt(() => statement.all(...(values as SQLInputValue[]))),
          run: (values) => attempt(() => statement.run(...(values as SQLInputValue[]))),
          iterate: (values) => attempt(() => statement.iterate(...(values as SQLInputValue[]))),
        }
      },
      close: () => {
        if (db.isOpen) db.close()
      },
    },
  })
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { errcode } = cause as { errcode?: number }
    const own = errcode === undefined || (errcode & 0xff) === constraintCode
    throw new TuppenceError(own ? 'internal' : 'storage-unavailable', { cause })
  }
}
