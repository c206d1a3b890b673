/** Mints as this wallet first met them, from memory or storage, never from the network; the pay path reads receipt keys here. */
import type { Context } from '../context.ts'
import type { PinnedMint } from '../tables.ts'

/** What is known of a mint. `undefined`: it was never asked. */
export async function pinnedMint({ db, pinned }: Context, url: string): Promise<PinnedMint | undefined> {
  const known = pinned.get(url) ?? (await db.transact(['mints'], 'read', (tx) => tx.get('mints', url)))
  if (known) pinned.set(url, known)
  return known
}
