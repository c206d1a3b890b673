// What is known of this wallet's backup: which way back there is, and when purchases were last saved at the mint.
import type { Db, Wallet } from '@tuppence/core'
import { keepSeed } from '@tuppence/core/seed'

/** Times in milliseconds. */
export type BackupState = {
  readonly wordsMs?: number
  readonly passkeyMs?: number
  readonly savedMs?: number
  /** The newest history entry that was saved. */
  readonly savedUpTo?: string
}

const key = 'backup-state'

/** From this balance on a wallet without a backup is worth a word. Minor units. */
export const nudgeFrom = 100

/** Reads it. */
export async function backupState(db: Db): Promise<BackupState> {
  const kept = await db.transact(['settings'], 'read', (tx) => tx.get('settings', key))
  return (kept as BackupState | undefined) ?? {}
}

/** Whether something but this browser can bring the wallet back. */
export const hasBackup = ({ wordsMs, passkeyMs }: BackupState): boolean => (wordsMs ?? passkeyMs) !== undefined

/** Notes a way back. */
export async function backedUp(db: Db, how: 'words' | 'passkey'): Promise<void> {
  await note(db, how === 'words' ? { wordsMs: Date.now() } : { passkeyMs: Date.now() })
}

/** Saves purchases and receipts at the mint if there are any that are not there yet. */
export async function saveNews(wallet: Wallet, db: Db, mint: string | undefined): Promise<void> {
  const newest = wallet.$history.get()[0]?.id
  const { savedUpTo } = await backupState(db)
  if (mint === undefined || newest === undefined || newest === savedUpTo) return
  const { pushBackup } = await import('@tuppence/core/backup')
  await pushBackup({ db, seed: keepSeed(db) }, { mint })
  await note(db, { savedMs: Date.now(), savedUpTo: newest })
}

function note(db: Db, news: BackupState): Promise<void> {
  return db.transact(['settings'], 'write', async (tx) => {
    const kept = (await tx.get('settings', key)) as BackupState | undefined
    await tx.put('settings', key, { ...kept, ...news })
  })
}
