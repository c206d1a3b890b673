/** Finishes or undoes every open payment: same bytes again, then the mint's word; runs at start and whenever asked. */
import { isTuppenceError } from '@tuppence/protocol'
import type { Recovered } from '../api.ts'
import type { Context } from '../context.ts'
import {
  isEnd,
  type LoanPayment,
  type Payment,
  type SentPayment,
  type SwapPayment,
  type TillPayment,
  type TopUpPayment,
} from '../payment.ts'
import type { RecoveredByReader } from '../reader-port.ts'
import { bringLateIfReachable } from './bring-late.ts'
import { coinStates } from './coin-states.ts'
import { homeSwapOf, letGo, recall } from './recall.ts'
import { concludeAccepted, concludeRefused, settleAccepted } from './refused.ts'
import { sendToMint, type SigningPayment } from './signed.ts'
import { resend } from './resend.ts'
import { claimQuote, lapse } from './top-up.ts'
import { dropRecalled } from './unsure.ts'

const daySeconds = 86_400

/** A loan younger than this may be on its way into a frame right now. */
const handoverMs = 60_000

/**
 * Recovers. Every step is one that may be repeated, so it ends from any prefix of writes (W4), and two recoveries at once
 * do no more than one. What can't be reached stays open.
 */
export async function recover(context: Context): Promise<Recovered> {
  const counts = { finished: 0, undone: 0, open: 0 }
  const bugs: unknown[] = []
  for (const id of await openIds(context)) {
    if (context.busy.has(id)) {
      counts.open++
      continue
    }
    try {
      await recoverIfOpen(context, id)
    } catch (error) {
      // What may happen to anyone leaves it open. A bug of ours must be seen, but not at the cost of the other payments.
      if (!isTuppenceError(error)) bugs.push(error)
    }
    counts[await standing(context, id)]++
  }
  await bringLateIfReachable(context)
  if (!context.seed) await dropRecalled(context)
  await context.changed()
  if (bugs.length > 0) throw bugs[0]
  return counts
}

/** Swaps first: they say where the coins of other payments have gone. */
async function openIds({ db }: Context): Promise<string[]> {
  const rows = await db.transact(['payments'], 'read', (tx) => tx.list('payments'))
  const isSwap = ({ value }: (typeof rows)[number]) => value.kind === 'swap'
  return [...rows.filter(isSwap), ...rows.filter((row) => !isSwap(row))].map(({ key }) => key)
}

/** As it stands now: another may have ended it meanwhile. One whose coins are on their way home waits for them. */
async function recoverIfOpen(context: Context, id: string): Promise<void> {
  const payment = await context.db.transact(['payments'], 'read', (tx) => tx.get('payments', id))
  if (payment && !(await homeSwapOf(context, id))) await recoverOne(context, payment)
}

async function standing({ db }: Context, id: string): Promise<keyof Recovered> {
  const { entry, payment } = await db.transact(['payments', 'history'], 'read', async (tx) => ({
    payment: await tx.get('payments', id),
    entry: await tx.get('history', id),
  }))
  if (payment && !isEnd(payment.state)) return 'open'
  return entry?.end === 'undone' ? 'undone' : 'finished'
}

function recoverOne(context: Context, payment: Payment): Promise<unknown> {
  switch (payment.kind) {
    case 'pay':
    case 'tip':
      return recoverTill(context, payment)
    case 'top-up':
      return recoverTopUp(context, payment)
    case 'swap':
    case 'receive':
      return recoverSwap(context, payment)
    case 'send':
      return recoverSent(context, payment)
    case 'lend':
      return recoverLoan(context, payment)
    case 'refund':
    case 'withdraw':
      return recoverByReader(context, payment)
  }
}

async function recoverTill(context: Context, payment: TillPayment): Promise<void> {
  const accepted = payment.state === 'accepted'
  if (accepted && (await settleAccepted(context, payment.id)) === 'ended') return
  // The same credential gets the same outcome: content and receipt if the till has the coins, a refusal if it has not.
  const outcome = await resend(context, payment)
  if (accepted) await concludeAccepted(context, payment.id)
  else if (outcome.status === 'declined') await concludeRefused(context, payment.id)
}

async function recoverTopUp(context: Context, payment: TopUpPayment): Promise<void> {
  const { mint, method, quote, request, outputs } = payment
  // A voucher is the mint's once it was sent: only the mint can say what became of it.
  if ('voucher' in payment) return recoverByReader(context, payment)
  if (payment.state === 'quoting' || !quote) return lapse(context, payment, 'quote-unknown')
  if (payment.state !== 'quoted') {
    if (request && outputs) await sendToMint(context, payment as SigningPayment)
    return
  }
  const client = await context.mint()
  const { state, expiry, reason } = await client.quoteState(mint, { method, quote: quote.id })
  if (state === 'PAID') {
    await claimQuote(context, payment)
    return
  }
  if (state === 'ISSUED') return lapse(context, payment, 'quote-issued')
  // By the mint's clock, and only after a day: a late payment is still found, a dead quote is not kept for ever. What a person
  // may be looking at takes longer.
  const overSeconds = (expiry ?? quote.expirySeconds ?? Infinity) + (reason ? 90 : 1) * daySeconds
  if (((await client.timeSeconds(mint)) ?? 0) > overSeconds) return lapse(context, payment, 'quote-expired')
}

async function recoverSwap(context: Context, payment: SwapPayment): Promise<void> {
  await sendToMint(context, payment)
}

async function recoverSent(context: Context, payment: SentPayment): Promise<void> {
  const states = await coinStates(context, payment.mint, payment.coins)
  const spent = payment.coins.filter((secret) => states.get(secret) === 'SPENT')
  if (spent.length > 0) await letGo(context, { id: payment.id, spent })
}

async function recoverByReader({ reader }: Context, payment: RecoveredByReader): Promise<void> {
  await (await reader?.())?.recover(payment)
}

async function recoverLoan(context: Context, payment: LoanPayment): Promise<void> {
  if (payment.state === 'offered' && context.clock.nowMs() - payment.atMs > handoverMs)
    await recall(context, payment.id)
}
