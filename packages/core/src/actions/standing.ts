/** How the reader stands with each till, as the tills last said; kept by the reader's key, so that no two are mixed up. */
import {
  formatStanding,
  isTuppenceError,
  parseStanding,
  periodOf,
  type Period,
  type Standing,
} from '@tuppence/protocol'
import type { Context } from '../context.ts'
import type { Stander } from '../reader-port.ts'
import { siteKey, type KeyOwner } from './site-keys.ts'
import { tillNowMs } from './till-time.ts'

/** A standing and when it was said, by the till's clock. */
export type Stood = { readonly standing: Standing; readonly atMs: number }

/** Whose key there is for a till: lent or derived, else the frame's own. `undefined`: none yet, and none is made here. */
export async function keyHolder(context: Context, { tillOrigin, realm, site }: Stander): Promise<KeyOwner | undefined> {
  for (const owner of [
    { tillOrigin, realm, site },
    { tillOrigin, realm, site, guest: true },
  ]) {
    try {
      await siteKey(context, owner)
      return owner
    } catch (error) {
      if (!isTuppenceError(error, 'not-owned')) throw error
    }
  }
  return undefined
}

/** What was said last. */
export async function standingOf(context: Context, stander: Stander): Promise<Stood | undefined> {
  const owner = await keyHolder(context, stander)
  if (!owner) return undefined
  const row = await rowOf(context, owner)
  return context.db.transact(['settings'], 'read', (tx) => tx.get('settings', row)) as Promise<Stood | undefined>
}

/** Keeps what a till says. */
export async function learn(context: Context, stander: Stander, text: string): Promise<Standing> {
  const standing = parseStanding(text)
  const owner = await keyHolder(context, stander)
  if (!owner) return standing
  const row = await rowOf(context, owner)
  const stood: Stood = { standing, atMs: tillNowMs(context, owner.tillOrigin) }
  await context.db.transact(['settings'], 'write', (tx) => tx.put('settings', row, stood))
  return standing
}

/** What was given back is not spent, and covers nothing more; the till says the rest when it is next asked. */
export async function unspend(context: Context, stander: Stander, amount: number): Promise<void> {
  const stood = await standingOf(context, stander)
  if (!stood) return
  const { spent = 0, until: _, ...rest } = stood.standing
  await learn(context, stander, formatStanding({ ...rest, spent: Math.max(0, spent - amount) }))
}

/** Forgets it: the till has just shown that it is no longer so. */
export async function forget(context: Context, stander: Stander): Promise<void> {
  const owner = await keyHolder(context, stander)
  if (!owner) return
  const row = await rowOf(context, owner)
  await context.db.transact(['settings'], 'write', (tx) => tx.delete('settings', row))
}

async function rowOf(context: Context, owner: KeyOwner): Promise<string> {
  return `standing ${(await siteKey(context, owner)).keyId}`
}

/** Whether something that was said of a period still counts. */
export function isSamePeriod(aMs: number, bMs: number, per: Period): boolean {
  return periodOf(aMs, per).startMs === periodOf(bMs, per).startMs
}
