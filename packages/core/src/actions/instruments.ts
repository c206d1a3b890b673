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
  /** Withdrawals of which it was not known whether they would come to anything. */
  readonly out?: readonly Returned[] | undefined
}

/** What went back, minor units. `paymentId`: the withdrawal, where it may still come to nothing. */
type Returned = { readonly amount: number; readonly paymentId?: string | undefined }

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

/** Counts what went back, or may have. */
export async function noteReturned(context: Context, { quote }: Instrument, returned: Returned): Promise<void> {
  const less = (one: Instrument): Instrument => ({
    ...one,
    left: Math.max(0, one.left - returned.amount),
    ...(returned.paymentId !== undefined && { out: [...(one.out ?? []), returned] }),
  })
  await context.db.transact(['settings', 'payments', 'history'], 'write', async (tx) => {
    // What failed may have been the change for it.
    if (returned.paymentId !== undefined && !(await isWithdrawal(tx, returned.paymentId))) return
    const known = await all(tx)
    const rest = known.map((one) => (one.quote === quote ? less(one) : one))
    await tx.put('settings', row, rest)
  })
}

async function isWithdrawal(tx: Tx, id: string): Promise<boolean> {
  const found = (await tx.get('payments', id)) ?? (await tx.get('history', id))
  return found?.kind === 'withdraw'
}

/** Those that money came from and can go back to, the newest first. */
export async function instrumentsOf(wallet: Wallet): Promise<Instrument[]> {
  return contextOf(wallet).db.transact(['settings', 'history'], 'read', async (tx) => {
    const paid: Instrument[] = []
    for (const known of await all(tx)) {
      const one = { ...known, left: known.left + (await cameToNothing(tx, known)) }
      if (one.left > 0 && (await tx.get('history', one.paymentId))?.end === 'done') paid.unshift(one)
    }
    return paid
  })
}

/** Of what had left for it, minor units. */
async function cameToNothing(tx: Tx, { out = [] }: Instrument): Promise<number> {
  let sum = 0
  for (const { amount, paymentId = '' } of out)
    if ((await tx.get('history', paymentId))?.end === 'undone') sum += amount
  return sum
}

async function all(tx: Tx): Promise<readonly Instrument[]> {
  return ((await tx.get('settings', row)) ?? []) as readonly Instrument[]
}
