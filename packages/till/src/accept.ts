/** The money path: a payment is written down, deposited at the mint and kept with its receipt; nothing is done twice. */
import {
  base64UrlEncode,
  bytesToHex,
  encodeReceipt,
  hexToBytes,
  isTuppenceError,
  limits,
  periodOf,
  TuppenceError,
  verifyReceiptBy,
} from '@tuppence/protocol'
import type { Deposit, PaymentReceipt, SignedReceipt } from '@tuppence/protocol'
import type { CheckedCoins } from './coins.ts'
import type { TillSettings } from './config.ts'
import { depositedEvent, isTold } from './events.ts'
import type { Journal, JournaledPayment, ReaderState, Received, Refund } from './journal/port.ts'
import type { Log } from './log.ts'
import type { MintClient } from './mint-client.ts'
import type { MintFacts } from './mint-facts.ts'
import { hmac, sha256Hex } from './native.ts'
import { offerUrl, passLengthMs, type Offer } from './offers.ts'
import { lowestPrice, questionOf, refusalOf, type Refusal } from './standing.ts'
import { taxFields, type Tax } from './tax.ts'

/**
 * What the money path works with. `settling` and `refunding` hold the deposits and refunds under way, so that one reference
 * is sent once at a time.
 */
export type AcceptDeps = Readonly<{
  settings: TillSettings
  journal: Journal
  mint: MintClient
  facts: MintFacts
  nowMs: () => number
  /** @see AccountKey */
  saltSecret: Uint8Array
  log: Log
  /** Asks for events to be sent soon. */
  notify: () => void
  settling: Map<string, Promise<DepositedPayment>>
  refunding: Map<string, Promise<AnsweredRefund>>
}>

/** A payment whose coins are the publisher's. */
export type DepositedPayment = JournaledPayment & Readonly<{ receipt: string }>

/** A refund that the mint has signed. */
export type AnsweredRefund = Refund & Readonly<{ answer: string }>

/**
 * A payment about to be accepted: everything has been checked but what only the mint can know, and how its reader stands.
 * `priceOf`: whom the challenge named its price to.
 */
export type Candidate = Pick<Received, 'reference' | 'target' | 'challengeId' | 'price'> &
  Partial<Pick<Received, 'digest' | 'idempotencyKey' | 'reader'>> &
  Readonly<{ offer: Offer; coins: CheckedCoins; priceOf: 'everybody' | 'reader' }>

const saltBytes = 16

/**
 * Writes a candidate down; from then on its outcome is decided by the mint alone.
 *
 * @returns The payment in the journal: this one, or the one that was there with its reference.
 * @throws {TuppenceError} `idempotency-conflict`, `overloaded`, `invalid-challenge` (details.reason: `covered`: the key need
 *   not pay; `personal`: it owes another amount), `payment-in-progress`, `too-many-requests`: nothing was written.
 */
export async function receive(deps: AcceptDeps, candidate: Candidate): Promise<JournaledPayment> {
  const { settings, journal } = deps
  const { offer, coins, priceOf: _for, ...payment } = candidate
  const nowMs = deps.nowMs()
  // Everything in a deposit follows from the credential and the account's key: a till that has forgotten it sends it again.
  const salt = hmac(deps.saltSecret, `${payment.reference}|${payment.challengeId}`).subarray(0, saltBytes)
  const deposit: Deposit = {
    reference: payment.reference,
    account: settings.account,
    unit: offer.unit,
    // As offerCommitment() of the protocol.
    offer: sha256Hex(salt, offerUrl(settings.origin, offer)),
    inputs: [...coins.inputs],
  }
  const written: Received = {
    ...payment,
    offerId: offer.id,
    kind: offer.kind,
    amount: coins.amount,
    unit: offer.unit,
    salt: bytesToHex(salt),
    deposit: JSON.stringify(deposit),
    receivedAtMs: nowMs,
    ...(offer.kind === 'pass' && { passMs: passLengthMs(offer) }),
  }
  const received = await journal.receive(written, termsFor(deps, { candidate, nowMs }))
  if (received.status === 'refused') throw refused(received.refusal, nowMs)
  if (received.status === 'full') throw new TuppenceError('overloaded')
  if (received.status === 'conflict') throw new TuppenceError('idempotency-conflict')
  return received.payment
}

/** How the reader must stand; nobody's key has no terms. */
function termsFor({ settings }: AcceptDeps, { candidate, nowMs }: Readonly<{ candidate: Candidate; nowMs: number }>) {
  const { reader, offer, coins, price, priceOf } = candidate
  if (!reader || offer.kind === 'tip') return undefined
  const { terms } = settings
  const list = lowestPrice(offer, nowMs, limits.challengeLifetimeSeconds * 1_000)
  const bid = { offer, list, nowMs, amount: coins.amount, price: { amount: price, of: priceOf } }
  return {
    question: questionOf(terms, { thumbprint: reader.thumbprint, offer, nowMs }),
    admit: (state: ReaderState) => refusalOf(terms, { ...bid, state }),
  }
}

/**
 * Brings a received payment to its receipt: sends the deposit, as often as it is called and never twice at once.
 *
 * @returns The payment as the journal now holds it, with the receipt that every repeat gets.
 * @throws {TuppenceError} `coins-refused`: the mint took nothing, and the payment is forgotten. `mint-unavailable`: the
 *   outcome is unknown; the payment stays and is settled by recovery or by a repeat.
 */
export function settle(deps: AcceptDeps, payment: JournaledPayment): Promise<DepositedPayment> {
  if (isDeposited(payment)) return Promise.resolve(payment)
  const { settling } = deps
  const { reference } = payment
  const running = settling.get(reference)
  if (running) return running
  const settled = deposit(deps, payment).finally(() => settling.delete(reference))
  settling.set(reference, settled)
  return settled
}

async function deposit(deps: AcceptDeps, { reference }: JournaledPayment): Promise<DepositedPayment> {
  const { journal, mint, nowMs } = deps
  // Read again: what the caller holds may have been settled in between.
  const payment = await journal.find(reference)
  if (!payment) throw new TuppenceError('coins-refused', { details: { reason: 'refused-before' } })
  if (isDeposited(payment)) return payment
  const text = payment.deposit
  if (text === undefined) throw new TuppenceError('storage-corrupt', { details: { field: 'deposit' } })
  try {
    const receipt = await mint.deposit(text)
    // Our own text, checked before it was written down.
    await checkReceipt(deps, { payment, receipt, commitment: (JSON.parse(text) as Deposit).offer })
    const atMs = nowMs()
    const kept = await journal.deposited(payment.reference, {
      receipt: receiptHeader(payment, receipt, deps.settings.terms.tax),
      atMs,
      ...(isTold(deps.settings) && { event: depositedEvent(payment, receipt, deps.settings.terms.tax) }),
    })
    deps.notify()
    say(deps, payment, { outcome: 'credited' })
    if (!isDeposited(kept)) throw new TuppenceError('storage-corrupt', { details: { field: 'receipt' } })
    return kept
  } catch (error) {
    if (isTuppenceError(error, 'coins-refused')) {
      await journal.refused(payment.reference)
      say(deps, payment, { outcome: 'refused', code: error.code, reason: String(error.details['reason']) })
    } else if (isTuppenceError(error, 'mint-unavailable')) {
      say(deps, payment, { outcome: 'unknown', code: error.code, reason: String(error.details['reason']) })
    }
    throw error
  }
}

/** A receipt that is not the mint's word for exactly this payment is no answer at all: ask again later. */
async function checkReceipt(
  deps: AcceptDeps,
  answer: { payment: JournaledPayment; receipt: SignedReceipt; commitment: string },
): Promise<void> {
  const { settings, facts } = deps
  const { payment, receipt, commitment } = answer
  const fits =
    receipt.mint === settings.mint.url &&
    receipt.account === settings.account &&
    receipt.offer === commitment &&
    receipt.amount === payment.amount &&
    receipt.unit === payment.unit &&
    receipt.reference === payment.reference
  if (!fits) throw new TuppenceError('mint-unavailable', { details: { reason: 'receipt-differs' } })
  const names = ({ kid }: Readonly<{ kid: string }>): boolean => kid === receipt.kid
  const key = (await facts.receiptKeys((known) => known.some(names))).find(names)
  // Whatever a receipt fails by: no error of it may look like one of the reader's.
  if (!key || !(await verifyReceiptBy(receipt, key.verifies).catch(() => false)))
    throw new TuppenceError('mint-unavailable', { details: { reason: 'receipt-invalid' } })
}

/** Made once and stored: everything in it comes from the journal or the mint, so that a repeat gets the same bytes. */
function receiptHeader(payment: JournaledPayment, receipt: SignedReceipt, tax: Tax | undefined): string {
  const said: PaymentReceipt = {
    method: 'cashu',
    status: 'success',
    timestamp: new Date(receipt.timeMs).toISOString(),
    reference: payment.reference,
    challengeId: payment.challengeId,
    receipt,
    salt: base64UrlEncode(hexToBytes(payment.salt)),
  }
  // Not of the scheme: who does not know these members passes them over.
  return encodeReceipt({ ...said, ...taxFields(tax, payment) })
}

function isDeposited(payment: JournaledPayment): payment is DepositedPayment {
  return payment.receipt !== undefined
}

// Errors

const reasons: Record<Refusal, (nowMs: number) => TuppenceError> = {
  covered: () => new TuppenceError('invalid-challenge', { details: { reason: 'covered' } }),
  personal: () => new TuppenceError('invalid-challenge', { details: { reason: 'personal' } }),
  wait: () => new TuppenceError('payment-in-progress'),
  'too-many': (nowMs) => tooMany(Math.ceil((periodOf(nowMs, 'day').endMs - nowMs) / 1_000)),
}

function refused(refusal: Refusal, nowMs: number): TuppenceError {
  return reasons[refusal](nowMs)
}

/** Says that a reader or address must wait, and how long. */
export function tooMany(seconds: number): TuppenceError {
  return new TuppenceError('too-many-requests', { details: { seconds } })
}

function say(
  deps: AcceptDeps,
  payment: JournaledPayment,
  outcome:
    | { outcome: 'credited' }
    | { outcome: 'refused' | 'unknown'; code: 'coins-refused' | 'mint-unavailable'; reason: string },
): void {
  deps.log({ event: 'deposit', offer: payment.offerId, amount: payment.amount, unit: payment.unit, ...outcome })
}
