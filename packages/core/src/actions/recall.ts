/** Takes back coins that a payment, a token or a loan holds; called by cancel, callHome and recover. */
import { total, type HeldCoin } from '../coins.ts'
import { feeOf } from '../fees.ts'
import type { Context } from '../context.ts'
import { advance, transitions, type Payment, type SwapPayment } from '../payment.ts'
import { coinStates } from './coin-states.ts'
import { ended } from './history.ts'
import { sendToMint } from './signed.ts'
import { swapHeld } from './swap.ts'

/** `undone`: all that was left came home. `finished`: it had all been spent. `open`: the other side has to be asked first. */
export type Recalled = 'undone' | 'finished' | 'open'

/** Coins may be spent between the question and the swap; then the question is asked again. */
const roundsMax = 3

/**
 * Swaps the coins that are still good; those that the mint says are spent are let go.
 *
 * @throws {TuppenceError} `mint-unavailable` and the like: nothing is lost, try again.
 */
export async function recall(context: Context, id: string): Promise<Recalled> {
  for (let round = 0; round < roundsMax; round++) {
    const payment = await paymentOf(context, id)
    if (!payment) return round === 0 ? 'finished' : endOf(context, id)
    if (payment.coins.length === 0 || !transitions[payment.state].recall) return 'open'
    // A swap of an earlier call is finished first: what it spent came home, and was not spent by anyone else.
    const running = await homeSwapOf(context, id)
    if (running) {
      await sendToMint(context, running)
      continue
    }
    const states = await coinStates(context, payment.mint, payment.coins)
    const spent = payment.coins.filter((secret) => states.get(secret) === 'SPENT')
    if (spent.length === payment.coins.length && !transitions[payment.state].spend) return 'open'
    if (spent.length > 0 && (await letGo(context, { id, spent })) === 'ended') return 'finished'
    const good = await coinsOf(
      context,
      payment.coins.filter((secret) => states.get(secret) === 'UNSPENT'),
    )
    // Coins that cost more to swap than they are worth stay where they are.
    if (total(good) - feeOf(good) < 1) return 'open'
    const signed = await swapHeld(context, payment, good)
    if (signed.status === 'done') return (await paymentOf(context, id)) ? 'open' : 'undone'
  }
  return 'open'
}

/** Deletes coins that the mint says are spent. A payment that has no others is over; what was bought is its history's. */
export async function letGo(
  context: Context,
  { id, spent }: { readonly id: string; readonly spent: readonly string[] },
): Promise<'ended' | 'open'> {
  const result = await context.db.transact(['payments', 'coins', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    if (!current) return 'ended'
    for (const secret of spent) if (current.coins.includes(secret)) await tx.delete('coins', secret)
    const coins = current.coins.filter((secret) => !spent.includes(secret))
    if (coins.length > 0) {
      await tx.put('payments', id, { ...current, coins })
      return 'open'
    }
    advance(current, 'spend')
    await tx.delete('payments', id)
    await tx.put('history', id, ended(current, { end: 'done' }))
    return 'ended'
  })
  await context.changed()
  return result
}

/** The open swap that brings a payment's coins home, if there is one. */
export function homeSwapOf({ db }: Context, id: string): Promise<SwapPayment | undefined> {
  return db.transact(['payments'], 'read', async (tx) => {
    const open = (await tx.list('payments')).map(({ value }) => value)
    return open.find((payment): payment is SwapPayment => payment.kind === 'swap' && payment.of === id)
  })
}

async function endOf({ db }: Context, id: string): Promise<Recalled> {
  const entry = await db.transact(['history'], 'read', (tx) => tx.get('history', id))
  return entry?.end === 'undone' ? 'undone' : 'finished'
}

function paymentOf({ db }: Context, id: string): Promise<Payment | undefined> {
  return db.transact(['payments'], 'read', (tx) => tx.get('payments', id))
}

async function coinsOf({ db }: Context, secrets: readonly string[]): Promise<HeldCoin[]> {
  const coins = await db.transact(['coins'], 'read', (tx) =>
    Promise.all(secrets.map((secret) => tx.get('coins', secret))),
  )
  return coins.filter((coin) => coin !== undefined)
}
