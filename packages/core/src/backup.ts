/** What the seed alone does not bring back (purchases, receipts, rules), encrypted under a key of the seed; `@tuppence/core/backup`. */
import { TuppenceError } from '@tuppence/protocol'
import type { BlobStore } from './blobs.ts'
import type { Db } from './tables.ts'

export type { BlobStore } from './blobs.ts'

/** The vault whose purchases and rules are backed up. */
export type BackedUp = { readonly db: Db; readonly seed: () => Promise<Uint8Array> }

/** What a backup brought that was not here before. Call the wallet's `start` afterwards, so that it shows them. */
export type Imported = { readonly purchases: number; readonly history: number }

/** A backup as text, to be kept as a file. Only the same seed opens it. */
export async function exportBackup(_vault: BackedUp): Promise<string> {
  throw new TuppenceError('internal')
}

/** Adds what a text of `exportBackup` has and this wallet has not. @throws {TuppenceError} `backup-invalid` */
export async function importBackup(_vault: BackedUp, _text: string): Promise<Imported> {
  throw new TuppenceError('internal')
}

/** Stores the backup at the mint, merged with what is there. @throws {TuppenceError} `mint-unavailable`, `blob-conflict` ... */
export async function pushBackup(_vault: BackedUp, _store: BlobStore): Promise<void> {
  throw new TuppenceError('internal')
}

/** Adds what is stored at the mint. `undefined`: nothing is. */
export async function pullBackup(_vault: BackedUp, _store: BlobStore): Promise<Imported | undefined> {
  throw new TuppenceError('internal')
}
