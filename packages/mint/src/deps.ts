// What every operation of the mint works with; mint.ts puts it together, issue, redeem and deposit take it first.

import { isTuppenceError, TuppenceError, type ErrorCode } from '@tuppence/protocol'
import type { FindAccount } from './accounts.ts'
import type { Blobs } from './blobs/port.ts'
import type { Closing } from './closing/closing.ts'
import type { Funding } from './funding/port.ts'
import type { Keyring } from './keys.ts'
import type { Operation, Outcome } from './ledger/port.ts'
import type { Metrics } from './metrics.ts'
import type { Parts } from './parts.ts'
import type { PayoutMethod } from './office/tables/payout.ts'
import type { PayoutAdapter } from './payout/port.ts'
import type { Ports } from './ports.ts'
import type { RateLimit } from './rate.ts'
import type { ReceiptSigner } from './receipts.ts'

/** The mint's parts. */
export interface Deps extends Parts {
  /** Public URL, without a slash at the end. */
  readonly url: string
  /** The mint's long-lived public key, 33 bytes: /v1/info names it. */
  readonly identity: Uint8Array
  readonly blobs: Blobs
  /** Whether the mint is winding down. */
  readonly closing: Closing
  readonly keyring: Keyring
  readonly receipts: ReceiptSigner
  readonly metrics: Metrics
  readonly findAccount: FindAccount
  /** How often a publisher may deposit. */
  readonly depositRate: RateLimit
  /** Checks signatures by accounts' keys (base64url). */
  readonly verifyEd25519: (key: string, signature: Uint8Array, message: Uint8Array) => boolean
  readonly funding: ReadonlyMap<string, Funding>
  /** Ways to pay publishers. */
  readonly payouts: ReadonlyMap<PayoutMethod, PayoutAdapter>
}

/** Ports that are given, the real thing for whatever is left out; and what only tests and simulations give. */
export interface GivenPorts extends Partial<Ports> {
  /** Funding methods beside those that the configuration names, by method. */
  readonly funding?: ReadonlyMap<string, Funding>
  /** Ways to pay publishers beside those that the configuration names. */
  readonly payouts?: ReadonlyMap<PayoutMethod, PayoutAdapter>
  /** How requests to payment processors leave, in the place of fetch: for simulations without sockets. */
  readonly send?: typeof fetch
}

/** What an operation left out does nothing of. */
export type Change = Pick<Operation, 'hash' | 'kind' | 'unit' | 'answer'> & Partial<Operation>

/**
 * Does an operation, durably, and gives its answer: the stored one if the same request was answered before.
 *
 * @throws {TuppenceError} The refusal's code; nothing has changed then.
 */
export async function perform(deps: Parts, change: Change): Promise<string> {
  const operation: Operation = { atMs: deps.clock.nowMs(), spends: [], promises: [], entries: [], ...change }
  const outcome: Outcome = await deps.submit(operation)
  if (outcome.status === 'committed') deps.changed(operation)
  if (outcome.status !== 'refused') return outcome.answer
  if (outcome.code !== 'over-redeemed') throw new TuppenceError(outcome.code)
  // More coins than were ever promised, all with valid signatures: someone has the keyset's private key.
  deps.log('error', 'over-redeemed', { unit: change.unit, kind: change.kind })
  throw new TuppenceError('coin-invalid')
}

/** What a request may run into because the same one was just answered. */
const overtaken: readonly ErrorCode[] = [
  'coins-spent',
  'coins-pending',
  'outputs-signed',
  'deposit-conflict',
  'refund-conflict',
  'quote-issued',
  'funding-reversed',
  'quote-amount-mismatch',
]

/**
 * Gives the stored answer of a request, or does the work for it.
 *
 * The same request may be answered while this one is looked at, here or by another process. Then that answer holds, and not
 * what this one ran into.
 *
 * @throws {TuppenceError} As the work does.
 */
export async function once(deps: Pick<Deps, 'ledger'>, hash: string, work: () => Promise<string>): Promise<string> {
  const known = await deps.ledger.answer(hash)
  if (known !== undefined) return known
  try {
    return await work()
  } catch (error) {
    const answered = isTuppenceError(error, ...overtaken) ? await deps.ledger.answer(hash) : undefined
    if (answered === undefined) throw error
    return answered
  }
}
