/** Coins of an allowance of which a frame does not know whether the vault took them back; recover.ts asks. */
import { isTuppenceError } from '@tuppence/protocol'
import { heldSecrets } from '../held-secrets.ts'
import type { Context } from '../context.ts'
import { coinStates } from './coin-states.ts'

/**
 * A vault that was cut off before it heard that an allowance had arrived takes its coins home. Until the frame has been told
 * that the vault knows, it asks the mint, and lets go of what is spent: money is not shown twice.
 */
export async function dropRecalled(context: Context): Promise<void> {
  const { coins, sites } = await context.db.transact(['allowances', 'coins', 'payments'], 'read', async (tx) => {
    const sites = (await tx.list('allowances')).flatMap(({ value }) => (value.unsure ? value.site : []))
    if (sites.length === 0) return { sites, coins: [] }
    const held = heldSecrets((await tx.list('payments')).map(({ value }) => value))
    const coins = (await tx.list('coins')).map(({ value }) => value)
    return { sites, coins: coins.filter(({ site, secret }) => site && sites.includes(site) && !held.has(secret)) }
  })
  if (sites.length === 0) return
  for (const mint of new Set(coins.map((coin) => coin.mint))) {
    const secrets = coins.filter((coin) => coin.mint === mint).map(({ secret }) => secret)
    try {
      const states = await coinStates(context, mint, secrets)
      const spent = secrets.filter((secret) => states.get(secret) === 'SPENT')
      await context.db.transact(['coins', 'payments'], 'write', async (tx) => {
        // What a payment took meanwhile is that payment's to settle.
        const held = heldSecrets((await tx.list('payments')).map(({ value }) => value))
        for (const secret of spent) if (!held.has(secret)) await tx.delete('coins', secret)
      })
    } catch (error) {
      if (!isTuppenceError(error)) throw error
    }
  }
}
