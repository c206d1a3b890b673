// The ledger on node:sqlite: one connection, one writer, WAL with synchronous=FULL; mint.ts opens it.

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'
import { migrate } from './migrations.ts'
import { readMovements } from './sqlite-movements.ts'
import { tendLog } from './sqlite-log.ts'
import { createReads, type Prepare } from './sqlite-read.ts'
import { createWriter } from './sqlite-write.ts'
import type { Ledger } from './port.ts'

/** Frames (4 KiB pages) before SQLite checkpoints on its own, should the thread that does it not keep up. */
const walFramesMax = 16_384
/** How long a commit waits for another process (the command line) that is writing. */
const busyTimeoutMs = 5000
const applicationId = 0x74757070 // "tupp"

/**
 * Opens, or creates, a ledger in a file.
 *
 * @param path - The database file; its folder is made if missing.
 * @param isServing - Whether much will be written: then the log is made ready, and checkpointed on a thread of its own.
 * @throws {Error} The file is no ledger, or of a newer program.
 */
export function openSqliteLedger({
  path,
  nowMs,
  isServing = false,
}: {
  path: string
  nowMs: number
  isServing?: boolean
}): Ledger {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Made here, so that it is private from its first byte; SQLite gives its WAL the same mode.
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path)
  const prepared = new Map<string, StatementSync>()
  const prepare: Prepare = (sql) => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  try {
    configure(db)
    migrate(db, nowMs)
    db.exec('PRAGMA foreign_keys = ON')
  } catch (error) {
    db.close()
    throw error
  }
  const reads = createReads(prepare)
  const writer = createWriter(db, prepare)
  const log = isServing ? tendLog(db, { path, walFramesMax }) : undefined
  return {
    commit: (batch) =>
      attempt(() => {
        log?.beforeCommit()
        return writer.commit(batch)
      }),
    addKeyset: (row) => attempt(() => writer.addKeyset(row)),
    putAccount: (row) => attempt(() => writer.putAccount(row)),
    checkpoint: (sign) => attempt(() => writer.checkpoint(sign)),
    melt: (id) => attempt(() => reads.melt(id)),
    pendingMelts: () => attempt(() => reads.pendingMelts()),
    nextEpoch: () => attempt(() => writer.nextEpoch()),
    answer: (hash) => attempt(() => reads.answer(hash)),
    blocked: (coins) => attempt(() => reads.blocked(coins)),
    coinStates: (ys) => attempt(() => reads.coinStates(ys)),
    promised: (bs) => attempt(() => reads.promised(bs)),
    quote: (id) => attempt(() => reads.quote(id)),
    keysets: () => attempt(() => reads.keysets()),
    account: (id) => attempt(() => reads.account(id)),
    accounts: () => attempt(() => reads.accounts()),
    balances: (account) => attempt(() => reads.balances(account)),
    depositCount: (account) => attempt(() => reads.depositCount(account)),
    movements: (account, unit, visit) => readMovements(prepare, attempt, { account, unit, visit }),
    hasDeposit: (account, reference) => attempt(() => reads.hasDeposit(account, reference)),
    totals: () => attempt(() => reads.totals()),
    isBackup: () => attempt(() => reads.isBackup()),
    position: () => attempt(() => reads.position()),
    close: async () => {
      await log?.stop()
      if (!db.isOpen) return
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}

function configure(db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  const { application_id: found } = db.prepare('PRAGMA application_id').get() as { application_id: number }
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (found !== applicationId && (found !== 0 || version !== 0))
    throw new Error('ledger: the file is not a mint ledger')
  db.exec(`
    PRAGMA application_id = ${applicationId};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${walFramesMax};
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -65536;
  `)
}

/** SQLite's constraints (primary result code 19) say that what was asked is wrong, not that the store is down. */
const constraintCode = 19

/** node:sqlite answers at once; the port is asynchronous, so its failures become rejections with our code. */
async function attempt<T>(work: () => T): Promise<T> {
  try {
    return work()
  } catch (cause) {
    const { errcode } = cause as { errcode?: number }
    const own = errcode === undefined || (errcode & 0xff) === constraintCode
    throw new TuppenceError(own ? 'internal' : 'storage-unavailable', { cause })
  }
}
