/** What top-ups were paid with, as far as a wallet knows: enough to have unspent money sent back there. funding.ts keeps it. */
import type { Wallet } from '../api.ts'
import { contextOf } from '../context-of.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../tables.ts'
import type { Quoted } from './top-up.ts'

/** A top-up, by its quote. `left`: what has not gone back yet, as far as is known here; minor units. */
export type Instrument = {
  readonly paymentId: string
  readonly mint: string
  readonly method: string
  readonly unit: string
  readonly amount: number
  readonly left: number
  readonly quote: string
  /** Of the quote's key, by which it is claimed. */
  readonly keyIndex: number
  readonly atMs: number
}

const row = 'instruments'

/** Longer ago than this no processor sends anything back. */
const kept = 200

/** Keeps what a quote is made for. Whether it is ever paid, the history says. */
export async function keepInstrument(context: Context, payment: Quoted): Promise<void> {
  const { id: paymentId, mint, method, unit, amount, keyIndex, atMs } = payment
  const quote = payment.quote.id
  await context.db.transact(['settings'], 'write', async (tx) => {
    const known = await all(tx)
    const one: Instrument = { paymentId, mint, method, unit, amount, left: amount, quote, keyIndex, atMs }
    await tx.put('settings', row, [...known, one].slice(-kept))
  })
}

/** Counts what went back. */
export async function noteReturned(context: Context, { quote }: Instrument, amount: number): Promise<void> {
  await context.db.transact(['settings'], 'write', async (tx) => {
    const known = await all(tx)
    const rest = known.map((one) => (one.quote === quote ? { ...one, left: Math.max(0, one.left - amount) } : one))
    await tx.put('settings', row, rest)
  })
}

/** Those that money came from and can go back to, the newest first. */
export async function instrumentsOf(wallet: Wallet): Promise<Instrument[]> {
  return contextOf(wallet).db.transact(['settings', 'history'], 'read', async (tx) => {
    const paid: Instrument[] = []
    for (const one of await all(tx))
      if (one.left > 0 && (await tx.get('history', one.paymentId))?.end === 'done') paid.unshift(one)
    return paid
  })
}

async function all(tx: Tx): Promise<readonly Instrument[]> {
  return ((await tx.get('settings', row)) ?? []) as readonly Instrument[]
}
