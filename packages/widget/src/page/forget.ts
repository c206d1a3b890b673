// Forgets a site on this device: its money comes home, its rule ends, then purchases and history of it are deleted. sites.tsx offers it.
import type { Db, Wallet } from '@tuppence/core'
import type { SiteFacts } from './site-facts.ts'

/**
 * The site itself forgets nothing, and its key is derived anew when the reader comes back. What its till said of the reader
 * (a pass, a cap) stays, under that key's name, so that nothing is paid twice; and so does a "never here".
 *
 * @throws {TuppenceError} The money could not be called home; nothing is forgotten then.
 */
export async function forgetSite(wallet: Wallet, db: Db, { tillOrigin, sites, loans }: SiteFacts): Promise<void> {
  if (loans.length > 0) for (const site of sites) await wallet.callHome(site)
  await endRules(wallet, sites)
  await db.transact(['purchases', 'history'], 'write', async (tx) => {
    for (const { key, value } of await tx.list('purchases')) {
      if (value.tillOrigin === tillOrigin) await tx.delete('purchases', key)
    }
    for (const { key, value } of await tx.list('history')) {
      if (value.url !== undefined && URL.canParse(value.url) && new URL(value.url).origin === tillOrigin)
        await tx.delete('history', key)
    }
  })
  // Reads it all again.
  await wallet.start()
}

/** A site that was forgotten pays nothing by a rule of its own. One that allows less than all others do is kept. */
async function endRules(wallet: Wallet, sites: readonly string[]): Promise<void> {
  const rules = wallet.$rules.get()
  const own = Object.entries(rules.sites)
  const kept = own.filter(([site, { autoMax }]) => !sites.includes(site) || autoMax < rules.autoMax)
  if (kept.length < own.length) await wallet.setRules({ ...rules, sites: Object.fromEntries(kept) })
}
