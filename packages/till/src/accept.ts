/** The money path: a payment is written down, deposited at the mint and kept with its receipt; nothing is done twice. */
import {
  base64UrlEncode,
  bytesToHex,
  encodeReceipt,
  hexToBytes,
  isTuppenceError,
  TuppenceError,
  verifyReceiptBy,
} from '@tuppence/protocol'
import type { Deposit, SignedReceipt } from '@tuppence/protocol'
import type { CheckedCoins } from './coins.ts'
import type { TillSettings } from './config.ts'
import type { Journal, JournaledPayment, Received } from './journal/port.ts'
import type { Log } from './log.ts'
import type { MintClient } from './mint-client.ts'
import type { MintFacts } from './mint-facts.ts'
import { sha256Hex } from './native.ts'
import { offerUrl, type Offer } from './offers.ts'

/** What the money path works with. `settling` holds the deposits under way, so that one reference is sent once at a time. */
export type AcceptDeps = Readonly<{
  settings: TillSettings
  journal: Journal
  mint: MintClient
  facts: MintFacts
  nowMs: () => number
  random: (bytes: number) => Uint8Array
  log: Log
  settling: Map<string, Promise<DepositedPayment>>
}>

/** A payment whose coins are the publisher's. */
export type DepositedPayment = JournaledPayment & Readonly<{ receipt: string }>

/** A payment about to be accepted: everything has been checked but what only the mint can know. */
export type Candidate = Pick<Received, 'reference' | 'target' | 'challengeId' | 'price'> &
  Partial<Pick<Received, 'digest' | 'idempotencyKey' | 'reader'>> &
  Readonly<{ offer: Offer; coins: CheckedCoins }>

const saltBytes = 16

/**
 * Writes a candidate down; from then on its outcome is decided by the mint alone.
 *
 * @returns The payment in the journal: this one, or the one that was there with its reference.
 * @throws {TuppenceError} `idempotency-conflict`, `overloaded`: nothing was written.
 */
export async function receive(deps: AcceptDeps, candidate: Candidate): Promise<JournaledPayment> {
  const { settings, journal, random, nowMs } = deps
  const { offer, coins, ...payment } = candidate
  const salt = random(saltBytes)
  const deposit: Deposit = {
    reference: payment.reference,
    account: settings.account,
    unit: offer.unit,
    // As offerCommitment() of the protocol.
    offer: sha256Hex(salt, offerUrl(settings.origin, offer)),
    inputs: [...coins.inputs],
  }
  const received = await journal.receive({
    ...payment,
    offerId: offer.id,
    kind: offer.kind,
    amount: coins.amount,
    unit: offer.unit,
    salt: bytesToHex(salt),
    deposit: JSON.stringify(deposit),
    receivedAtMs: nowMs(),
  })
  if (received.status === 'full') throw new TuppenceError('overloaded')
  if (received.status === 'conflict') throw new TuppenceError('idempotency-conflict')
  return received.payment
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
    const kept = await journal.deposited(payment.reference, { receipt: receiptHeader(payment, receipt), atMs: nowMs() })
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
function receiptHeader(payment: JournaledPayment, receipt: SignedReceipt): string {
  return encodeReceipt({
    method: 'cashu',
    status: 'success',
    timestamp: new Date(receipt.timeMs).toISOString(),
    reference: payment.reference,
    challengeId: payment.challengeId,
    receipt,
    salt: base64UrlEncode(hexToBytes(payment.salt)),
  })
}

function isDeposited(payment: JournaledPayment): payment is DepositedPayment {
  return payment.receipt !== undefined
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
