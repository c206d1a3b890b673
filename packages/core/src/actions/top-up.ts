/** Money in (NUT-04, NUT-20): a quote, the reader's payment of it, coins; each step journaled before it is sent. */
import { TuppenceError, type ResponseOf } from '@tuppence/protocol'
import type { TopUpInput, TopUpOutcome } from '../api.ts'
import { planOutputs } from '../coins.ts'
import type { Context } from '../context.ts'
import { advance, firstState, type TopUpPayment } from '../payment.ts'
import { ended } from './history.ts'
import { newId } from './ids.ts'
import { openMint } from './mints.ts'
import { attemptsMax, draftOutputs, seedOf, takeIndices } from './outputs.ts'
import { sendToMint, type SigningPayment } from './signed.ts'
import { spendable } from './spendable.ts'

/** How often the mint is asked whether the money has come, and how long in all. */
const pollMs = 2_000
const pollsMax = 300

type Quote = ResponseOf<'quote'>
/** One whose quote is there. */
export type Quoted = TopUpPayment & Required<Pick<TopUpPayment, 'quote'>>

/**
 * Tops up. Once the mint has the money, whatever happens, `recover` turns it into coins.
 *
 * @returns `waiting` when the reader has not paid yet and there is no timer, or time is up; the quote stays open.
 * @throws {TuppenceError} `funding-unsupported`, `unit-unsupported`, `amount-out-of-range` before anything happened;
 *   `mint-unavailable`, `mint-timeout`, `after-recover`, later.
 */
export async function topUp(context: Context, input: TopUpInput): Promise<TopUpOutcome> {
  input.onState?.('quoting')
  return follow(context, await startQuote(context, input), input)
}

/** Waits for the money of a quote, and makes coins of it. `funding.ts` calls it again for one that was begun before. */
export async function follow(
  context: Context,
  payment: Quoted,
  { onState, signal }: Pick<TopUpInput, 'onState' | 'signal'>,
): Promise<TopUpOutcome> {
  const { method } = payment
  const { id, request, expirySeconds } = payment.quote
  onState?.('waiting', {
    id,
    request,
    amount: payment.amount,
    unit: payment.unit,
    ...(expirySeconds !== undefined && { expirySeconds }),
  })
  const client = await context.mint()
  let quote = method === 'test' ? await client.testPay(payment.mint, id) : undefined
  for (let poll = 0; poll < pollsMax && quote?.state !== 'PAID'; poll++) {
    quote = await client.quoteState(payment.mint, { method, quote: id })
    if (quote.state !== 'UNPAID') break
    // After a card that was declined there may be another one. A refusal is said, and recovery looks on: a person may change it.
    if (quote.reason && quote.reason !== 'card-declined') return { status: 'refused', reason: quote.reason }
    if (!(await wait(context, signal))) return { status: 'waiting', paymentId: payment.id }
  }
  if (!quote || quote.state === 'UNPAID') return { status: 'waiting', paymentId: payment.id }
  onState?.('minting')
  const outcome = await claimQuote(context, payment)
  if (outcome.status === 'topped-up') onState?.('done')
  return outcome
}

/** Asks for a quote, once what is asked is journaled. */
export async function startQuote(
  context: Context,
  { amount, unit, method, mint = context.mints[0] ?? '' }: TopUpInput,
): Promise<Quoted> {
  await openMint(context, mint, unit)
  const seed = await seedOf(context)
  const started = await context.db.transact(['payments', 'counters'], 'write', async (tx) => {
    const keyIndex = (await tx.get('counters', 'quote')) ?? 0
    await tx.put('counters', 'quote', keyIndex + 1)
    const payment: TopUpPayment = {
      id: newId(context),
      kind: 'top-up',
      state: firstState['top-up'],
      mint,
      unit,
      amount,
      method,
      keyIndex,
      coins: [],
      atMs: context.clock.nowMs(),
    }
    await tx.put('payments', payment.id, payment)
    return payment
  })
  try {
    const [curve, client] = await Promise.all([context.curve(), context.mint()])
    const pubkey = await curve.quoteKey({ seed, index: started.keyIndex })
    const quote = await client.quote(mint, { method, amount, unit, pubkey })
    // One that names another key or sum is not ours to pay.
    if (quote.amount !== amount || quote.unit !== unit || (quote.pubkey ?? pubkey) !== pubkey)
      throw new TuppenceError('mint-response-invalid')
    return await keepQuote(context, started, quote)
  } catch (error) {
    // Nobody has paid anything yet.
    await lapse(context, started, 'quote-unknown')
    throw error
  }
}

async function keepQuote(
  context: Context,
  started: TopUpPayment,
  { quote: id, request, expiry }: Quote,
): Promise<Quoted> {
  const payment = {
    ...advance(started, 'quote'),
    quote: { id, request, ...(expiry !== undefined && { expirySeconds: expiry }) },
  }
  await context.db.transact(['payments'], 'write', (tx) => tx.put('payments', payment.id, payment))
  await context.changed()
  return payment
}

/** Ends a top-up that nobody paid, if it still stands where the caller saw it: another tab may have got its quote meanwhile. */
export async function lapse(
  context: Context,
  { id, state }: Pick<TopUpPayment, 'id' | 'state'>,
  reason: string,
): Promise<void> {
  await context.db.transact(['payments', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    if (current?.state !== state) return
    advance(current, 'lapse')
    await tx.delete('payments', id)
    const { tried: outputs } = current as TopUpPayment
    await tx.put('history', id, ended(current, { end: 'undone', reason, outputs }))
  })
  await context.changed()
}

/** Turns a paid quote into coins: outputs planned beside what is held, the signed request journaled, then sent. */
export async function claimQuote(context: Context, payment: TopUpPayment): Promise<TopUpOutcome> {
  const { mint, unit, amount, quote } = payment
  if (!quote) throw new TuppenceError('quote-unknown')
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const request = await journalClaim(context, { ...payment, quote })
    if (request === 'ended') return { status: 'topped-up', amount, unit }
    if (request === undefined) continue
    const signed = await sendToMint(context, request)
    if (signed.status === 'done') return { status: 'topped-up', amount, unit }
    // The quote is open again, unless it has run out: with a keyset that was just retired, new outputs will do.
    const still = await context.db.transact(['payments'], 'read', (tx) => tx.get('payments', payment.id))
    if (!still) return { status: 'expired' }
  }
  throw new TuppenceError('mint-unavailable', { details: { paymentId: payment.id, mint } })
}

async function journalClaim(context: Context, payment: Quoted): Promise<SigningPayment | 'ended' | undefined> {
  const { id, mint, unit, amount, method, keyIndex, quote } = payment
  const { keyset, sizes } = await openMint(context, mint, unit)
  const held = (await spendable(context, { unit })).filter((coin) => coin.mint === mint).map((coin) => coin.amount)
  const { outputs, blinded } = await draftOutputs(context, keyset, planOutputs(held, amount, sizes))
  const [seed, curve] = await Promise.all([seedOf(context), context.curve()])
  const signature = await curve.signQuote({ seed, index: keyIndex, quote: quote.id, outputs: blinded })
  const request = {
    path: `/v1/mint/${method}`,
    body: JSON.stringify({ quote: quote.id, outputs: blinded, signature }),
  }
  return context.db.transact(['payments', 'counters', 'history'], 'write', async (tx) => {
    // Paid after it was given up, here or in another tab: then it is taken up again. Money that came in is never let go.
    const givenUp = (await tx.get('history', id))?.end === 'undone'
    const current = (await tx.get('payments', id)) ?? (givenUp ? payment : undefined)
    if (current?.kind !== 'top-up') return 'ended'
    // Another tab has written its own request: that one is sent again.
    if (current.state !== 'quoted') return current.request && current.outputs ? (current as SigningPayment) : undefined
    if (!(await takeIndices(tx, outputs))) return undefined
    const sent = { ...advance(current, 'request'), request, outputs }
    await tx.put('payments', id, sent)
    return sent
  })
}

/** `false` when there is nobody to wake us, or the caller has had enough. */
export async function wait({ timer }: Context, signal: AbortSignal | undefined): Promise<boolean> {
  if (!timer || signal?.aborted) return false
  await new Promise<void>((resolve) => {
    const stop = timer.after(pollMs, resolve)
    signal?.addEventListener('abort', () => (stop(), resolve()), { once: true })
  })
  return !signal?.aborted
}
