// Forgets a site on this device: its money comes home, then purchases, history and notes of it are deleted. sites.tsx offers it.
import type { Db, Wallet } from '@tuppence/core'
import type { SiteFacts } from './site-facts.ts'

/**
 * The site itself forgets nothing, and its key is derived anew when the reader comes back.
 *
 * @throws {TuppenceError} The money could not be called home; nothing is forgotten then.
 */
export async function forgetSite(wallet: Wallet, db: Db, { tillOrigin, sites, loans }: SiteFacts): Promise<void> {
  if (loans.length > 0) for (const site of sites) await wallet.callHome(site)
  await db.transact(['purchases', 'history', 'settings'], 'write', async (tx) => {
    for (const { key, value } of await tx.list('purchases')) {
      if (value.tillOrigin === tillOrigin) await tx.delete('purchases', key)
    }
    for (const { key, value } of await tx.list('history')) {
      if (value.url !== undefined && URL.canParse(value.url) && new URL(value.url).origin === tillOrigin)
        await tx.delete('history', key)
    }
    // What tills said of this reader is noted by their origins.
    for (const { key } of await tx.list('settings')) if (key.includes(tillOrigin)) await tx.delete('settings', key)
  })
  // Reads it all again.
  await wallet.start()
}
