/** Money out (NUT-05, NUT-08): a quote, coins and blank outputs journaled, then the mint pays. Called by wallet and recover. */
import {
  fundingMethodSchema,
  limits,
  meltQuoteSchema,
  mintInfoSchema,
  parseAs,
  parseJsonAs,
  TuppenceError,
  type FundingMethod,
} from '@tuppence/protocol'
import type { WithdrawInput, WithdrawOutcome } from '../api.ts'
import { total, type HeldCoin } from '../coins.ts'
import { feeOf, netWorth } from '../fees.ts'
import { selectNet } from '../select-net.ts'
import type { Context } from '../context.ts'
import { advance, firstState, transitions, type WithdrawPayment } from '../payment.ts'
import type { MintReply } from '../ports.ts'
import { coinStates } from './coin-states.ts'
import { ended } from './history.ts'
import { newId } from './ids.ts'
import { joined } from './join.ts'
import { keysetOf, openMint, type OpenMint } from './mints.ts'
import { attemptsMax, draftOutputs, seedOf, takeIndices } from './outputs.ts'
import { skipAhead } from './restore.ts'
import { recall } from './recall.ts'
import { isTaken } from './signed.ts'
import { spendable, spendableIn } from './spendable.ts'
import { changeFor, toProof } from './swap.ts'
import { richestMint } from './token.ts'

/** Where test money goes: nowhere. */
const testRequest = 'test-money:out'

/** Ways to take money out of a mint. @throws {TuppenceError} `mint-unavailable`, `mint-response-invalid` ... */
export async function withdrawMethods(
  context: Context,
  mint: string = context.mints[0] ?? '',
): Promise<readonly FundingMethod[]> {
  const info = parseJsonAs(mintInfoSchema, await (await context.mint()).ask(mint, '/v1/info'), 'mint-response-invalid')
  const { methods = [] } = (info.nuts?.['5'] ?? {}) as { methods?: unknown[] }
  return methods.map((method) => parseAs(fundingMethodSchema, method, 'mint-response-invalid'))
}

/**
 * Takes money out. Once the request has left, whatever happens, `recover` ends it: paid out, or the coins are free again.
 *
 * @throws {TuppenceError} `amount-out-of-range`, `seed-required`, `unit-unsupported`, `funding-unsupported` with nothing
 *   changed; `mint-unavailable`, `mint-timeout`, `after-recover`, later.
 */
export async function withdraw(context: Context, input: WithdrawInput): Promise<WithdrawOutcome> {
  return withdrawQuoted(context, input, await quoteWithdrawal(context, input))
}

/** What the way out costs at most, before anybody agreed to it. `fee`: minor units; the mint's, and its for spending coins. */
export type WithdrawalQuote = { readonly mint: string; readonly quote: MeltQuote; readonly fee: number }

/** Asks what a withdrawal would cost. Nothing changes. @throws As `withdraw`. */
export async function quoteWithdrawal(context: Context, input: WithdrawInput): Promise<WithdrawalQuote> {
  const { amount, unit } = input
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > limits.amountMax)
    throw new TuppenceError('amount-out-of-range')
  await seedOf(context)
  const mint = input.mint ?? (await richestMint(context, unit))
  const { keyset } = await openMint(context, mint, unit)
  const quote = await quoteOf(context, { ...input, mint })
  const reserve = quote.fee_reserve ?? 0
  const coins = await coinsAt(context, mint, unit)
  const inputs = selectNet(coins, amount + reserve, limits.inputsMax)
  // Where change has to be made first, that costs as much as all these coins, and the new ones again.
  const spending = inputs
    ? feeOf(inputs)
    : feeOf(coins) + Math.ceil((Math.ceil(Math.log2(amount + reserve) + 1) * keyset.input_fee_ppk) / 1_000)
  return { mint, quote, fee: reserve + spending }
}

/** Takes out what was quoted, for no more than `feeMax`. */
export async function withdrawQuoted(
  context: Context,
  input: WithdrawInput,
  { mint, quote }: Pick<WithdrawalQuote, 'mint' | 'quote'>,
): Promise<WithdrawOutcome> {
  const { amount, unit, feeMax = Infinity } = input
  const open = await openMint(context, mint, unit)
  const sum = amount + (quote.fee_reserve ?? 0)
  if (sum - amount > feeMax) return { status: 'dearer', fee: sum - amount, unit }
  const before = total(await coinsAt(context, mint, unit))
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const coins = await coinsAt(context, mint, unit)
    if (netWorth(coins) < sum) return { status: 'insufficient', missing: sum - netWorth(coins), unit }
    const inputs = selectNet(coins, sum, limits.inputsMax)
    // What making change took counts, too.
    const fee = inputs ? before - total(coins) + total(inputs) - amount : 0
    if (fee > feeMax) return { status: 'dearer', fee, unit }
    if (!inputs) {
      if (!(await changeFor(context, { mint, unit, amount: sum })))
        return { status: 'insufficient', missing: sum + 1 - netWorth(coins) + feeOf(coins), unit }
      continue
    }
    const payment = await journal(context, await draft(context, open, { input, quote, inputs }))
    if (!payment) continue
    const outcome = await sendMelt(context, payment)
    if (outcome !== 'taken') return outcome
    await skipAhead(context, mint, payment.outputs)
  }
  throw new TuppenceError('storage-conflict')
}

async function coinsAt(context: Context, mint: string, unit: string): Promise<HeldCoin[]> {
  return (await spendable(context, { unit })).filter((coin) => coin.mint === mint)
}

type MeltQuote = ReturnType<typeof readQuote>

const readQuote = (text: string) => parseJsonAs(meltQuoteSchema, text, 'mint-response-invalid')

async function quoteOf(context: Context, input: WithdrawInput & { readonly mint: string }): Promise<MeltQuote> {
  const { method, amount, unit, mint, request = method === 'test' ? testRequest : '' } = input
  const client = await context.mint()
  const quote = readQuote(await client.ask(mint, `/v1/melt/quote/${method}`, { request, unit, amount }))
  // One for another sum is not what the reader asked for.
  if (quote.amount !== amount || quote.unit !== unit) throw new TuppenceError('mint-response-invalid')
  return quote
}

type Draft = { readonly input: WithdrawInput; readonly quote: MeltQuote; readonly inputs: readonly HeldCoin[] }

async function draft(
  context: Context,
  { pinned, keyset }: OpenMint,
  { input, quote, inputs }: Draft,
): Promise<WithdrawPayment> {
  const { fee_reserve: feeReserve = 0, quote: id } = quote
  // As many as what comes back can need (NUT-08).
  const blanks = feeReserve === 0 ? 0 : Math.max(1, Math.ceil(Math.log2(feeReserve)))
  const { outputs, blinded } = await draftOutputs(context, keyset, Array<number>(blanks).fill(0))
  const body = { quote: id, inputs: inputs.map(toProof), ...(blanks > 0 && { outputs: blinded }) }
  return {
    id: newId(context),
    kind: 'withdraw',
    state: firstState.withdraw,
    mint: pinned.url,
    unit: keyset.unit,
    amount: input.amount,
    atMs: context.clock.nowMs(),
    coins: inputs.map(({ secret }) => secret),
    method: input.method,
    quote: { id, feeReserve, paid: total(inputs) },
    outputs,
    request: { path: `/v1/melt/${input.method}`, body: JSON.stringify(body) },
  }
}

function journal({ db }: Context, payment: WithdrawPayment): Promise<WithdrawPayment | undefined> {
  return db.transact(['coins', 'payments', 'counters'], 'write', async (tx) => {
    const free = new Set((await spendableIn(tx, payment)).map(({ secret }) => secret))
    if (!payment.coins.every((secret) => free.has(secret)) || !(await takeIndices(tx, payment.outputs)))
      return undefined
    await tx.put('payments', payment.id, payment)
    return payment
  })
}

/** The same bytes again, or the quote's own word. */
export async function recoverWithdrawal(context: Context, payment: WithdrawPayment): Promise<void> {
  await sendMelt(context, payment)
}

function sendMelt(context: Context, payment: WithdrawPayment): Promise<WithdrawOutcome | 'taken'> {
  return joined(context, payment.id, () => send(context, payment))
}

async function send(context: Context, payment: WithdrawPayment): Promise<WithdrawOutcome | 'taken'> {
  const { mint, method, quote: asked, id } = payment
  const client = await context.mint()
  const reply = await client.post(mint, payment.request)
  if (reply.status === 'unknown') throw new TuppenceError(reply.code, { details: { paymentId: id } })
  // What the mint says of its own quote is what counts: a refusal may be of a second copy.
  const quote =
    reply.status === 'answered'
      ? readQuote(reply.text)
      : readQuote(await client.ask(mint, `/v1/melt/quote/${method}/${encodeURIComponent(asked.id)}`))
  if (quote.quote !== asked.id) throw new TuppenceError('mint-response-invalid', { details: { paymentId: id } })
  if (quote.state === 'PAID') return paidOut(context, payment, quote)
  if (quote.state === 'PENDING') return { status: 'pending', paymentId: id }
  return refused(context, payment, reply)
}

/** Coins that were spent go, what the way out did not cost comes back, in one write. */
async function paidOut(context: Context, payment: WithdrawPayment, quote: MeltQuote): Promise<WithdrawOutcome> {
  const { mint, unit, amount } = payment
  const change = await changeOf(context, payment, quote)
  await context.db.transact(['payments', 'coins', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (!current) return
    advance(current, 'settle')
    for (const secret of current.coins) await tx.delete('coins', secret)
    for (const coin of change) await tx.put('coins', coin.secret, { ...coin, mint, unit })
    await tx.delete('payments', current.id)
    await tx.put('history', current.id, ended(current, { end: 'done' }))
  })
  await context.changed()
  context.tidyLater()
  return { status: 'withdrawn', amount, fee: payment.quote.paid - amount - total(change), unit }
}

async function changeOf(context: Context, { mint, outputs, quote }: WithdrawPayment, { change = [] }: MeltQuote) {
  if (change.length === 0) return []
  const isTooMuch = change.length > outputs.planned.length || total(change) > quote.feeReserve
  if (isTooMuch) throw new TuppenceError('mint-response-invalid')
  const { keys, input_fee_ppk: feePpk } = await keysetOf(context, mint, outputs.keysetId)
  const [seed, curve] = await Promise.all([seedOf(context), context.curve()])
  const planned = change.map(({ amount }, at) => ({ index: outputs.planned[at]?.index ?? 0, amount }))
  const coins = await curve.unblind({ seed, keysetId: outputs.keysetId, keys, planned, signatures: change })
  return coins.map((coin) => ({ ...coin, ...(feePpk > 0 && { feePpk }) }))
}

/**
 * Nothing was paid out. As a till's refusal: where all coins are good, a copy of the request may still be under way, and only
 * a swap takes them back for certain. While the mint holds them, it is not over.
 */
async function refused(
  context: Context,
  payment: WithdrawPayment,
  reply: Exclude<MintReply, { readonly status: 'unknown' }>,
): Promise<WithdrawOutcome | 'taken'> {
  const reason = reply.status === 'refused' ? reply.reason : 'quote-unpaid'
  const { id, mint, coins } = payment
  const states = await coinStates(context, mint, coins)
  const spent = coins.filter((secret) => states.get(secret) === 'SPENT')
  // All of them: the mint has paid it out meanwhile, and says so when it is asked again.
  if ([...states.values()].includes('PENDING') || spent.length === coins.length)
    return { status: 'pending', paymentId: id }
  await noteRefused(context, id, spent, reason)
  if (spent.length === 0 && (await recall(context, id)) === 'open') return { status: 'pending', paymentId: id }
  await context.changed()
  return isTaken(reason) ? 'taken' : { status: 'declined', reason }
}

/** Some are spent and some are not: then it is over. */
async function noteRefused(context: Context, id: string, spent: readonly string[], reason: string): Promise<void> {
  await context.db.transact(['payments', 'coins', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    if (!current) return
    const told = transitions[current.state].refuse ? advance(current, 'refuse') : current
    if (spent.length === 0) return tx.put('payments', id, told)
    advance(told, 'release')
    for (const secret of spent) await tx.delete('coins', secret)
    await tx.delete('payments', id)
    await tx.put('history', id, ended(current, { end: 'undone', reason }))
  })
}
