/** Any Cashu mint and wallet: mints that the reader adds, locked coins, payment requests, money from mint to mint; `@tuppence/core/cashu`. */
import {
  decodeAnyPaymentRequest,
  encodePaymentRequest,
  encodePaymentRequestBech32,
  encodeToken,
  mintInfoSchema,
  parseAs,
  parseJsonAs,
  proofSchema,
  randomId,
  TuppenceError,
  type PaymentRequest,
} from '@tuppence/protocol'
import * as v from 'valibot'
import type { ReceiveOutcome, Wallet, WithdrawOutcome } from './api.ts'
import { refreshMint } from './actions/mints.ts'
import { receive, send } from './actions/token.ts'
import { topUp } from './actions/top-up.ts'
import { addedMintsRow, dropMint, useMints } from './actions/use-mints.ts'
import { withdraw } from './actions/withdraw.ts'
import { contextOf } from './context-of.ts'
import { netWorth } from './fees.ts'
import { spendable } from './actions/spendable.ts'

const locks = () => import('./actions/locks.ts')

/** What a mint says of itself, for a reader to say yes to. `feePpk`: thousandths of a minor unit for spending a coin. */
export type MintSummary = {
  readonly url: string
  readonly name?: string | undefined
  readonly units: readonly { readonly unit: string; readonly feePpk: number }[]
}

/** The mints that a wallet uses. */
export function mintsOf(wallet: Wallet): readonly string[] {
  return contextOf(wallet).mints
}

/**
 * Asks a mint who it is, and keeps nothing.
 *
 * @param url - With or without a trailing slash.
 * @throws {TuppenceError} `url-refused`; `mint-unavailable`, `mint-response-invalid` ...
 */
export async function lookAtMint(wallet: Wallet, url: string): Promise<MintSummary> {
  const context = contextOf(wallet)
  const mint = mintUrl(url)
  const client = await context.mint()
  const [text, keysets] = await Promise.all([client.ask(mint, '/v1/info'), client.keysets(mint)])
  const { name } = parseJsonAs(mintInfoSchema, text, 'mint-response-invalid')
  const active = keysets.filter(({ active: isActive }) => isActive)
  const units = [...new Set(active.map(({ unit }) => unit))].map((unit) => ({
    unit,
    feePpk: Math.min(...active.filter((one) => one.unit === unit).map((one) => one.input_fee_ppk)),
  }))
  return { url: mint, units, ...(name !== undefined && { name }) }
}

/**
 * Uses a mint from now on, here and in other tabs, once the reader has said yes to it. Its keys are pinned.
 *
 * @throws {TuppenceError} As `lookAtMint`; `keyset-mismatch`: its keys are not what their ids say.
 */
export async function addMint(wallet: Wallet, url: string): Promise<MintSummary> {
  const context = contextOf(wallet)
  const summary = await lookAtMint(wallet, url)
  const wasKnown = context.mints.includes(summary.url)
  useMints(context, [summary.url])
  if (wasKnown) return summary
  try {
    await refreshMint(context, summary.url)
  } catch (error) {
    dropMint(context, summary.url)
    throw error
  }
  await context.db.transact(['settings'], 'write', async (tx) => {
    const added = ((await tx.get('settings', addedMintsRow)) ?? []) as readonly string[]
    await tx.put('settings', addedMintsRow, [...new Set([...added, summary.url])])
  })
  return summary
}

/** Coins go over HTTPS, or to this very machine. */
const safeOrigin = /^(https:|http:\/\/((.+\.)?localhost|127(\.\d+){3}|\[::1\])(:\d+)?$)/

function mintUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash && safeOrigin.test(url.origin)
  if (!isPlain) throw new TuppenceError('url-refused')
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** The key that others lock coins to for this wallet (NUT-11, NUT-28): 33 bytes in hex. */
export async function receiveKey(wallet: Wallet): Promise<string> {
  return (await locks()).receiveKey(contextOf(wallet))
}

/**
 * Takes a token, also one that is locked to `receiveKey`, plainly or blindly.
 *
 * @returns `declined`: `unknown-mint` (see `addMint`), `locked` to others, `spent`.
 * @throws {TuppenceError} As `wallet.receive`.
 */
export async function receiveToken(wallet: Wallet, text: string): Promise<ReceiveOutcome> {
  const context = contextOf(wallet)
  return receive(context, text.trim().replace(/^cashu:(\/\/)?/i, ''), async (swap) =>
    (await locks()).openLocks(context, swap),
  )
}

const payloadSchema = /* @__PURE__ */ v.looseObject({
  id: v.nullish(v.string()),
  memo: v.nullish(v.string()),
  mint: v.string(),
  unit: v.string(),
  proofs: v.pipe(v.array(proofSchema), v.minLength(1)),
})

/** Takes what a payer sent for a payment request (NUT-18 "Payment payload"), as JSON. @throws {TuppenceError} `bad-token` */
export async function receivePayload(wallet: Wallet, json: unknown): Promise<ReceiveOutcome> {
  const { mint, unit, proofs } = parseAs(payloadSchema, json, 'bad-token')
  return receiveToken(wallet, encodeToken({ mint: mint.replace(/\/+$/, ''), unit, proofs }))
}

/** What to ask for. `post`: where a payer's wallet may send it; else the payer shows a token. */
export type RequestInput = {
  readonly amount?: number | undefined
  readonly unit: string
  readonly description?: string | undefined
  readonly post?: string | undefined
  /** `bech32` (NUT-26) is shorter as a QR code; `cbor` (NUT-18) is read by more wallets. */
  readonly form?: 'cbor' | 'bech32'
}

/** Asks for money: a payment request to be shown or linked. */
export function requestMoney(wallet: Wallet, input: RequestInput): { readonly id: string; readonly text: string } {
  const { amount, unit, description, post, form = 'cbor' } = input
  const request: PaymentRequest = {
    id: randomId(contextOf(wallet).random.bytes(6)),
    unit,
    mints: [...mintsOf(wallet)],
    singleUse: true,
    ...(amount !== undefined && { amount }),
    ...(description !== undefined && { description }),
    ...(post !== undefined && { transports: [{ type: 'post', target: post }] }),
  }
  return {
    id: request.id ?? '',
    text: form === 'cbor' ? encodePaymentRequest(request) : encodePaymentRequestBech32(request),
  }
}

/** Reads a payment request of either form. @throws {TuppenceError} `bad-payment-request` */
export function readRequest(text: string): PaymentRequest {
  return decodeAnyPaymentRequest(text.trim().replace(/^(cashu|bitcoin):(\/\/)?/i, ''))
}

/**
 * `delivered`: the payee has it. `shown`: hand them the token. `undelivered`: nobody knows; `wallet.cancel(paymentId)` takes it
 * back if it was not claimed. `declined`: nothing moved.
 */
export type RequestOutcome =
  | { readonly status: 'delivered'; readonly amount: number; readonly unit: string }
  | { readonly status: 'shown' | 'undelivered'; readonly token: string; readonly paymentId: string }
  | { readonly status: 'insufficient'; readonly missing: number; readonly unit: string }
  | { readonly status: 'declined'; readonly reason: 'locked' | 'unknown-mint' | 'unit' | 'transport' | 'refused' }

/**
 * Pays a payment request: the payee gets the whole amount, what the mint keeps is put on top.
 *
 * @param input.amount - Minor units, where the request names none; what the reader confirmed.
 * @throws {TuppenceError} `bad-payment-request`, `amount-out-of-range`: the amounts differ, or there is none.
 */
export async function payRequest(
  wallet: Wallet,
  input: { readonly request: string; readonly amount?: number | undefined },
): Promise<RequestOutcome> {
  const context = contextOf(wallet)
  const request = readRequest(input.request)
  const { unit, transports = [] } = request
  const amount = request.amount ?? input.amount
  if (amount === undefined || (input.amount ?? amount) !== amount) throw new TuppenceError('amount-out-of-range')
  if (request.lock) return { status: 'declined', reason: 'locked' }
  if (unit === undefined) return { status: 'declined', reason: 'unit' }
  const post = transports.find(({ type, target }) => type === 'post' && isSafe(target))
  if (transports.length > 0 && !post) return { status: 'declined', reason: 'transport' }
  const accepted = request.mints?.map((mint) => mint.replace(/\/+$/, '')) ?? context.mints
  const mint = await richest(wallet, unit, accepted)
  if (mint === undefined) return { status: 'declined', reason: 'unknown-mint' }
  const sent = await send(context, { amount, unit, mint, fees: 'paid' })
  if (sent.status === 'insufficient') return sent
  const { token, paymentId } = sent
  if (!post) return { status: 'shown', token, paymentId }
  const body = JSON.stringify({ id: request.id, mint, unit, proofs: await proofsOf(wallet, paymentId) })
  const answer = await context.till({ method: 'POST', url: post.target, body })
  if (answer.status === 'content') return { status: 'delivered', amount, unit }
  if (answer.status === 'unknown') return { status: 'undelivered', token, paymentId }
  // A definite no; whoever swaps the coins first has them.
  const undone = await wallet.cancel(paymentId)
  return undone === 'undone' ? { status: 'declined', reason: 'refused' } : { status: 'undelivered', token, paymentId }
}

function isSafe(target: string): boolean {
  return URL.canParse(target) && safeOrigin.test(new URL(target).origin)
}

/** Of the mints that are accepted and used here, the one with the most money. */
async function richest(wallet: Wallet, unit: string, accepted: readonly string[]): Promise<string | undefined> {
  const context = contextOf(wallet)
  const coins = await spendable(context, { unit })
  const worth = (mint: string) => netWorth(coins.filter((coin) => coin.mint === mint))
  return context.mints.filter((mint) => accepted.includes(mint)).toSorted((a, b) => worth(b) - worth(a))[0]
}

/** The coins of a token as a payload carries them: with full keyset ids, and the proofs that they are the mint's. */
async function proofsOf(wallet: Wallet, paymentId: string) {
  return contextOf(wallet).db.transact(['payments', 'coins'], 'read', async (tx) => {
    const { coins = [] } = (await tx.get('payments', paymentId)) ?? {}
    const held = await Promise.all(coins.map((secret) => tx.get('coins', secret)))
    return held.flatMap((coin) => {
      if (!coin) return []
      const { amount, id, secret, C, dleq } = coin
      return [{ amount, id, secret, C, ...(dleq && { dleq }) }]
    })
  })
}

/** From where to where; `amount` is what arrives, minor units. Both mints must know the method, `bolt11` by default. */
export type MoveInput = {
  readonly from: string
  readonly to: string
  readonly amount: number
  readonly unit: string
  readonly method?: string | undefined
}

/** `moving`: paid out at one mint and not in yet at the other; recovery ends both. */
export type MoveOutcome =
  | { readonly status: 'moved'; readonly amount: number; readonly fee: number; readonly unit: string }
  | { readonly status: 'moving' }
  | Exclude<WithdrawOutcome, { readonly status: 'withdrawn' | 'pending' }>

/**
 * Moves money from one mint to another: one pays the invoice of the other. Each half is journaled by itself, so that a crash
 * between them loses nothing.
 *
 * @throws {TuppenceError} As `wallet.topUp` and `wallet.withdraw`; `after-recover` once money may be on its way.
 */
export async function moveMoney(wallet: Wallet, input: MoveInput): Promise<MoveOutcome> {
  const context = contextOf(wallet)
  const { from, to, amount, unit, method = 'bolt11' } = input
  const worth = netWorth((await spendable(context, { unit })).filter(({ mint }) => mint === from))
  // Without a reserve for the way there; what that takes, the quote says.
  if (worth < amount) return { status: 'insufficient', missing: amount - worth, unit }
  const stop = new AbortController()
  let out: Promise<WithdrawOutcome> | undefined
  const arriving = topUp(context, {
    amount,
    unit,
    method,
    mint: to,
    signal: stop.signal,
    onState: (state, quote) => {
      if (state !== 'waiting' || !quote) return
      out = withdraw(context, { amount, unit, method, mint: from, request: quote.request })
      // What can't be paid need not be waited for.
      out.then(
        ({ status }) => void (status === 'insufficient' || status === 'declined' ? stop.abort() : undefined),
        () => stop.abort(),
      )
    },
  })
  const arrived = await arriving
  const left = await out
  if (left && (left.status === 'insufficient' || left.status === 'declined')) return left
  if (arrived.status !== 'topped-up' || left?.status !== 'withdrawn') return { status: 'moving' }
  return { status: 'moved', amount, fee: left.fee, unit }
}
