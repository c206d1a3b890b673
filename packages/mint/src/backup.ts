// Copies a ledger while a mint serves it, and puts a copy back; command.ts runs both (S9).

import { existsSync, renameSync, rmSync, copyFileSync, openSync, fsyncSync, closeSync, chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from './config.ts'
import { readMark } from './epoch.ts'
import { openSqliteLedger } from './ledger/sqlite.ts'
import { writePrivate } from './secret-file.ts'
import { takeServeLock } from './serve-lock.ts'

/** How far a copy has come. */
export interface Position {
  readonly epoch: number
  readonly sequence: number
}

/** What restoring did. `lost`: operations that were acknowledged after the backup was made, as far as the mark knows. */
export interface Restored extends Position {
  readonly lost: number
  /** Where the ledger that was there is now. */
  readonly replaced?: string
}

const ledgerOf = (config: MintConfig) => join(config.dataDir, 'ledger.db')
const markOf = (config: MintConfig) => config.epochFile ?? join(config.dataDir, 'ledger.epoch')

/**
 * Writes a copy of the ledger as it is at one moment. Safe while a mint serves: readers do not stop the writer.
 *
 * The copy says that it is one, so that no mint starts on it by accident; its keys (`master.key`) are not in it.
 *
 * @throws {TuppenceError} `storage-conflict` The file exists. `storage-corrupt` The copy does not pass SQLite's own check.
 */
export function backupLedger(config: MintConfig, file: string): Position {
  if (existsSync(file)) throw new TuppenceError('storage-conflict', { message: `${file} exists` })
  const draft = `${file}.partial`
  rmSync(draft, { force: true })
  const db = new DatabaseSync(ledgerOf(config), { readOnly: true })
  try {
    db.prepare('VACUUM INTO ?').run(draft)
  } finally {
    db.close()
  }
  chmodSync(draft, 0o600)
  const copy = new DatabaseSync(draft)
  try {
    copy.exec("PRAGMA journal_mode = DELETE; INSERT OR REPLACE INTO meta VALUES ('backup', 1)")
    const { integrity_check: verdict } = copy.prepare('PRAGMA integrity_check(1)').get() as { integrity_check: string }
    if (verdict !== 'ok') throw new TuppenceError('storage-corrupt', { message: `the copy is damaged: ${verdict}` })
    return positionOf(copy)
  } finally {
    copy.close()
    sync(draft)
    renameSync(draft, file)
    sync(dirname(file))
  }
}

/**
 * Puts a backup in the place of the ledger. No mint may be serving.
 *
 * What was acknowledged after the backup is lost: coins spent since are good again, credits since are gone. The ledger that
 * was there is kept beside it, since its rows can still settle who is owed what.
 *
 * @throws {TuppenceError} `storage-unavailable` A mint is serving. `storage-corrupt` The file is no backup, or something
 *   would be lost and `acceptLoss` is not given.
 */
export async function restoreLedger(
  config: MintConfig,
  file: string,
  { acceptLoss, nowMs }: { acceptLoss: boolean; nowMs: number },
): Promise<Restored> {
  const lock = takeServeLock(config.dataDir)
  try {
    const backup = readBackup(file)
    const mark = readMark(markOf(config))
    const lost = Math.max(0, (mark?.sequence ?? 0) - backup.sequence)
    if (lost > 0 && !acceptLoss) {
      throw new TuppenceError('storage-corrupt', {
        details: { lost },
        message: `${lost} operations came after this backup and would be lost, their coins good again: say --accept-loss`,
      })
    }
    const target = ledgerOf(config)
    const draft = `${target}.restoring`
    copyFileSync(file, draft)
    chmodSync(draft, 0o600)
    // The epoch goes past every one that there was, so that no other old copy passes for this ledger.
    const epoch = Math.max(backup.epoch, mark?.epoch ?? 0)
    const copy = new DatabaseSync(draft)
    copy.exec(`UPDATE meta SET value = ${epoch} WHERE name = 'epoch'; DELETE FROM meta WHERE name = 'backup'`)
    copy.close()
    sync(draft)
    const replaced = existsSync(target) ? await setAside(target, nowMs) : undefined
    renameSync(draft, target)
    sync(dirname(target))
    writePrivate(markOf(config), `${JSON.stringify({ epoch, sequence: backup.sequence })}\n`)
    return { epoch, sequence: backup.sequence, lost, ...(replaced === undefined ? {} : { replaced }) }
  } finally {
    lock.release()
  }
}

function readBackup(file: string): Position {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { readOnly: true })
    if (db.prepare("SELECT 1 FROM meta WHERE name = 'backup'").get() === undefined) throw new Error('not a backup')
    return positionOf(db)
  } catch (cause) {
    throw new TuppenceError('storage-corrupt', { cause, message: `${file} is not a backup of a ledger` })
  } finally {
    db?.close()
  }
}

function positionOf(db: DatabaseSync): Position {
  return db
    .prepare(
      "SELECT (SELECT value FROM meta WHERE name = 'epoch') AS epoch, coalesce((SELECT max(sequence) FROM operations), 0) AS sequence",
    )
    .get() as unknown as Position
}

/** Closes the ledger properly, its WAL folded in where it can be read, and moves it away. */
async function setAside(target: string, nowMs: number): Promise<string> {
  await openAndClose(target, nowMs)
  const replaced = `${target}.replaced-${nowMs}`
  for (const end of ['', '-wal', '-shm']) if (existsSync(target + end)) renameSync(target + end, replaced + end)
  return replaced
}

async function openAndClose(target: string, nowMs: number): Promise<void> {
  try {
    await openSqliteLedger({ path: target, nowMs }).close()
  } catch {
    // It may well be what is broken, or a backup that someone put there.
  }
}

function sync(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
