// Brings money and purchases of a seed that has just come to this device. main calls it at every start, so that it goes on where it stopped.
import type { Db, Wallet } from '@tuppence/core'
import type { KeptSeed } from '@tuppence/core/pairing'
import { keepSeed, replaceSeed } from '@tuppence/core/seed'
import { atom } from 'nanostores'
import { backedUp } from './backup-state.ts'

/** How far it is. `later`: not everything could be reached. */
export type Restoring =
  | { readonly status: 'none' | 'running' | 'later' }
  | { readonly status: 'done'; readonly found: Readonly<Record<string, number>>; readonly purchases: number }

export const $restoring = atom<Restoring>({ status: 'none' })

const key = 'restoring'

/**
 * Puts another wallet's seed here and starts over with it: this page's wallet has the old one in its memory. The mark goes
 * first, since looking for coins in vain does no harm.
 *
 * @param how - What can bring that wallet back again: the words, a passkey, or neither.
 * @throws {TuppenceError} `storage-conflict`: there is money under the seed that is here.
 */
export async function bringSeed(db: Db, seed: KeptSeed, how?: 'words' | 'passkey'): Promise<void> {
  await db.transact(['settings'], 'write', (tx) => tx.put('settings', key, true))
  await replaceSeed(db, seed)
  if (how) await backedUp(db, how)
  location.reload()
}

/** Restores if a seed was brought and not everything of it found yet. */
export async function finishRestore(wallet: Wallet, db: Db, mints: readonly string[]): Promise<void> {
  if (!(await db.transact(['settings'], 'read', (tx) => tx.get('settings', key)))) return
  $restoring.set({ status: 'running' })
  try {
    const { pullBackup } = await import('@tuppence/core/backup')
    const found = await wallet.restore()
    const vault = { db, seed: keepSeed(db) }
    const pulled = await Promise.all(mints.map((mint) => pullBackup(vault, { mint })))
    await wallet.start()
    await db.transact(['settings'], 'write', (tx) => tx.delete('settings', key))
    const purchases = pulled.reduce((sum, one) => sum + (one?.purchases ?? 0), 0)
    $restoring.set({ status: 'done', found, purchases })
  } catch {
    $restoring.set({ status: 'later' })
  }
}
