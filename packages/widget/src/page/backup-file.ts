// Purchases, receipts and rules as a file that only this wallet's seed opens. The backup screen saves and reads it.
import type { Db } from '@tuppence/core'
import { exportBackup, importBackup } from '@tuppence/core/backup'
import { keepSeed } from '@tuppence/core/seed'
import { saveFile } from './export.ts'

/** Saves one. */
export async function asBackupFile(db: Db): Promise<undefined> {
  const text = await exportBackup({ db, seed: keepSeed(db) })
  saveFile({ name: 'tuppence-backup.txt', type: 'text/plain', text })
}

/**
 * Reads one.
 *
 * @returns How many purchases were new.
 * @throws {TuppenceError} `backup-invalid`
 */
export async function readBackupFile(db: Db, file: Blob): Promise<number> {
  const { purchases } = await importBackup({ db, seed: keepSeed(db) }, await file.text())
  return purchases
}
