/** What a frame did besides paying, taken over by the vault when they meet: things given back, rules that were set there. */
import type { AllowanceReport } from '../api.ts'
import type { Context } from '../context.ts'
import type { HistoryEntry } from '../tables.ts'
import type { Rules } from '../rules.ts'
import { restoreAt } from './restore.ts'
import { rulesOf, setRules } from './spending.ts'

/** Brings the coins of a frame's refunds home, and the rules that the reader set there. */
export async function settleReport(context: Context, { site, history, rules }: AllowanceReport): Promise<void> {
  for (const entry of history) if (entry.kind === 'refund' && entry.end === 'done') await bringHome(context, entry)
  if (rules) await setRules(context, merged(await rulesOf(context), rules, site))
}

/** The mint is believed, not the frame: what it signed for the loan's blank outputs is ours. */
async function bringHome(context: Context, entry: HistoryEntry): Promise<void> {
  const { id, mint, loan, url, of } = entry
  const lent = await context.db.transact(['payments', 'history'], 'read', async (tx) => {
    if (loan === undefined || (await tx.get('history', id))) return undefined
    const open = await tx.get('payments', loan)
    return open?.kind === 'lend' ? open.refund : (await tx.get('history', loan))?.outputs
  })
  if (!lent || mint === undefined || !(await restoreAt(context, mint, lent))) return
  await context.db.transact(['history', 'purchases'], 'write', async (tx) => {
    await tx.put('history', id, entry)
    if (url !== undefined && (await tx.get('purchases', url))?.paymentId === of) await tx.delete('purchases', url)
  })
  await context.changed('all')
}

/** What was set for the page's own origin counts; the sums of a day only where there were none. */
function merged(mine: Rules, theirs: Rules, site: string): Rules {
  const own = theirs.sites[site]
  const off = mine.offSites.filter((one) => one !== site)
  return {
    ...mine,
    perDay: mine.perDay || theirs.perDay,
    perSiteDay: mine.perSiteDay || theirs.perSiteDay,
    offSites: theirs.offSites.includes(site) ? [...off, site] : off,
    sites: own ? { ...mine.sites, [site]: own } : mine.sites,
  }
}
