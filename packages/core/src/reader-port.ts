/** What `@tuppence/core/reader` gives a wallet: types that wallet, look and pay compile against without loading it. */
import type { Standing } from '@tuppence/protocol'
import type { AllowanceReport, Bound, Look, Offer, Outcome, UnlockOptions } from './api.ts'
import type { RefundPayment, TopUpPayment, WithdrawPayment } from './payment.ts'
import type { Rules } from './rules.ts'
import type { Tx } from './tables.ts'

/** A look that names a price, and one that something covers already. */
export type Priced = Extract<Look, { readonly status: 'priced' }>
export type Covered = Extract<Look, { readonly status: 'covered' }>

/** Whose standing: the reader's key for one till and realm, as a page at `site` uses it. */
export type Stander = Pick<Offer, 'tillOrigin' | 'realm' | 'site'>

/** What stopped a payment, and what it allows in all, minor units. */
export type Stopped = { readonly by: Bound; readonly max: number }

/** What only the reader's half can finish. A top-up is one whose voucher may have been sent. */
export type RecoveredByReader = RefundPayment | WithdrawPayment | TopUpPayment

/** What the wallet's own steps ask of it. What a caller asks of it is exported beside it, by the names of the wallet's methods. */
export type Reader = {
  /** Reads the terms of what was looked at, beside the last known standing. */
  readonly withTerms: (look: Priced, terms: string) => Promise<Look>
  /** Asks by the reader's key. */
  readonly personal: (look: Look, signal?: AbortSignal) => Promise<Look>
  /** A gesture that is not simply paying: a free article, what is covered, a personal price, nobody pressing. */
  readonly unlock: (look: Priced | Covered, options?: UnlockOptions) => Promise<Outcome>
  /** Keeps what a till said of the reader's standing. */
  readonly learn: (stander: Stander, text: string) => Promise<Standing>
  /** Inside the transaction that reserves: counts a payment, or says what it would go beyond. */
  readonly charge: (tx: Tx, offer: Offer, options: UnlockOptions) => Promise<Stopped | undefined>
  /** Inside the transaction that lends: the rules that go along, and how much of a day's sum. `undefined`: none. */
  readonly lendRules: (tx: Tx, site: string) => Promise<{ readonly rules: Rules; readonly share: number } | undefined>
  /** Finishes or undoes an open refund, withdrawal or voucher. */
  readonly recover: (payment: RecoveredByReader) => Promise<unknown>
  /** What a frame gave back, and what it set as rules. */
  readonly settleReport: (report: AllowanceReport) => Promise<void>
}
