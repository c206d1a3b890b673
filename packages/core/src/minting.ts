/** The half of the wallet that paying does not need, as one lazy chunk: all that talks to a mint, and recovery. */
import { TuppenceError } from '@tuppence/protocol'
import type { ChangeRequest } from './api.ts'
import { recall, type Recalled } from './actions/recall.ts'
import { recover } from './actions/recover.ts'
import { seedOf } from './actions/outputs.ts'
import { makeChange as makeChangeAt } from './actions/swap.ts'
import { lapse } from './actions/top-up.ts'
import type { Context } from './context.ts'

export { acceptAllowance, callHome, reportAllowance, settleLoan } from './actions/allowance.ts'
export { acknowledgeLoan, lend } from './actions/lend.ts'
export { recover } from './actions/recover.ts'
export { restore } from './actions/restore.ts'
export { receive, send } from './actions/token.ts'
export { topUp } from './actions/top-up.ts'

/** Makes change at every mint and in every unit that there are coins of, or where it is asked for. @throws {TuppenceError} `seed-required` */
export async function makeChange(context: Context, input: ChangeRequest = {}): Promise<boolean> {
  await seedOf(context)
  const coins = (await context.db.transact(['coins'], 'read', (tx) => tx.list('coins'))).map(({ value }) => value)
  const places = new Map(coins.map(({ mint, unit }) => [JSON.stringify([mint, unit]), { mint, unit }]))
  let changed = false
  for (const { mint, unit } of places.values()) {
    if (!context.mints.includes(mint) || (input.mint ?? mint) !== mint || (input.unit ?? unit) !== unit) continue
    const { amount } = input
    if (await makeChangeAt(context, { mint, unit, ...(amount !== undefined && { amount }) })) changed = true
    if (changed && amount !== undefined) break
  }
  return changed
}

/** What is done in the background after paying: what is open is finished, then change is made. */
export async function tidy(context: Context): Promise<void> {
  await recover(context)
  if (context.seed) await makeChange(context)
}

/** Undoes an open payment if it can be undone; else tries to finish it. A quote that can still be paid stays open until it has run out. */
export async function cancel(context: Context, id: string): Promise<Recalled> {
  const payment = await context.db.transact(['payments'], 'read', (tx) => tx.get('payments', id))
  if (!payment) throw new TuppenceError('not-found')
  if (payment.state === 'quoting') {
    await lapse(context, { id, state: 'quoting' }, 'cancelled')
    return 'undone'
  }
  if (payment.coins.length > 0 && payment.kind !== 'swap') {
    const recalled = await recall(context, id)
    if (recalled !== 'open') return recalled
  }
  await recover(context)
  const still = await context.db.transact(
    ['payments', 'history'],
    'read',
    async (tx) => (await tx.get('payments', id)) ?? (await tx.get('history', id)),
  )
  if (still && 'end' in still) return still.end === 'undone' ? 'undone' : 'finished'
  return still ? 'open' : 'finished'
}
