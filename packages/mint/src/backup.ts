// Copies a ledger while a mint serves it, and puts a copy back; command.ts runs both (S9).

import { existsSync, renameSync, rmSync, copyFileSync, openSync, fsyncSync, closeSync, chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from './config.ts'
import { readMark } from './epoch.ts'
import { openSqliteLedger } from './ledger/sqlite.ts'
import { officeFile } from './office/office.ts'
import { freezeRestored } from './payout/restored.ts'
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

/** The office's copy, beside the ledger's. */
const officeOf = (file: string) => `${file}.office`
const ledgerOf = (config: MintConfig) => join(config.dataDir, 'ledger.db')
const markOf = (config: MintConfig) => config.epochFile ?? join(config.dataDir, 'ledger.epoch')

/**
 * Writes a copy of the ledger as it is at one moment, and one of the office beside it (`<file>.office`). Safe while a mint serves:
 * readers do not stop the writer. The office's is made first: a ledger that is ahead of its office is found out and followed.
 *
 * The copy says that it is one, so that no mint starts on it by accident; its keys (`master.key`) are not in it.
 *
 * @throws {TuppenceError} `storage-conflict` The file exists. `storage-corrupt` The copy does not pass SQLite's own check.
 */
export function backupLedger(config: MintConfig, file: string): Position {
  for (const each of [file, officeOf(file)])
    if (existsSync(each)) throw new TuppenceError('storage-conflict', { message: `${each} exists` })
  const office = join(config.dataDir, officeFile)
  if (existsSync(office)) {
    const officeDraft = copyDatabase(office, officeOf(file))
    sync(officeDraft)
    renameSync(officeDraft, officeOf(file))
  }
  const draft = copyDatabase(ledgerOf(config), file)
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

/** @returns Where the copy is until it is whole. */
function copyDatabase(from: string, to: string): string {
  const draft = `${to}.partial`
  rmSync(draft, { force: true })
  const db = new DatabaseSync(from, { readOnly: true })
  try {
    db.prepare('VACUUM INTO ?').run(draft)
  } finally {
    db.close()
  }
  chmodSync(draft, 0o600)
  return draft
}

/**
 * Puts a backup in the place of the ledger. No mint may be serving.
 *
 * What was acknowledged after the backup is lost: coins spent since are good again, credits since are gone. The ledger that
 * was there is kept beside it, since its rows can still settle who is owed what. The office goes back with it, where the backup
 * has one; payouts are held then, until a person has compared what was paid since.
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
    const office = restoreOffice(config, file, nowMs)
    const replaced = existsSync(target) ? await setAside(target, nowMs) : undefined
    renameSync(draft, target)
    sync(dirname(target))
    // Before the mark, without which no mint starts on these books. A whole backup of a mint that had stopped is what was there:
    // nothing was paid since; but only a mark can tell that it is one.
    const behind = { sequence: backup.sequence, lost: mark === undefined ? undefined : lost, nowMs }
    if (mark === undefined || lost > 0 || !office) await freezeRestored(config, behind)
    writePrivate(markOf(config), `${JSON.stringify({ epoch, sequence: backup.sequence })}\n`)
    return { epoch, sequence: backup.sequence, lost, ...(replaced === undefined ? {} : { replaced }) }
  } finally {
    lock.release()
  }
}

/** Puts the office's copy back, if there is one. @returns Whether there was. */
function restoreOffice(config: MintConfig, file: string, nowMs: number): boolean {
  if (!existsSync(officeOf(file))) return false
  const target = join(config.dataDir, officeFile)
  const draft = `${target}.restoring`
  copyFileSync(officeOf(file), draft)
  chmodSync(draft, 0o600)
  sync(draft)
  moveAside(target, nowMs)
  renameSync(draft, target)
  return true
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
  return moveAside(target, nowMs)
}

function moveAside(target: string, nowMs: number): string {
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
