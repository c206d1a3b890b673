// A funding method: how money for a top-up comes in, and how it goes out again; issue.ts and melt.ts work through it.

import type { ErrorCode } from '@tuppence/protocol'
import type { Parts } from '../parts.ts'
import type { MeltRow, QuoteRow } from '../ledger/port.ts'

/** Who asks for a quote. `address`: where the request came from, if known; it is never stored as it is. */
export interface Asker {
  readonly deps: Parts
  readonly address?: string | undefined
}

/** What a processor sends by itself: its bytes as they came, and the headers that sign them. */
export interface Notice {
  readonly body: Uint8Array
  readonly headers: Headers
}

/** One way to pay for a quote. */
export interface Funding {
  /** Name in paths and /v1/info: [a-z0-9_-]+ (NUT-04). */
  readonly method: string
  /** Name that a person reads. */
  readonly name: string
  readonly units: readonly string[]
  /** Bounds of one top-up or payout, in minor units. */
  readonly minAmount: number
  readonly maxAmount: number
  /** `options` of the method in /v1/info, for minting and melting. */
  readonly mintOptions?: Readonly<Record<string, boolean>>
  readonly meltOptions?: Readonly<Record<string, boolean>>
  /** Whether a quote needs a key (NUT-20): where its request or its processor's papers could give the quote away. */
  readonly needsKey?: true
  /** What the payer is asked to pay; must not give the quote's id away unless paying is free. */
  request(quote: Omit<QuoteRow, 'request' | 'method'>, asker: Asker): Promise<string>
  /**
   * What has come in for a quote, each payment by a name of its own, so that it counts once; asked whenever somebody wants to
   * know, until there is something. Absent when money comes in by itself.
   */
  received?(quote: QuoteRow): Promise<readonly { readonly event: string; readonly amount: number }[]>
  /**
   * Asks the processor how a quote stands, and books what there is to book; for methods that have more to do than to credit.
   * Called whenever somebody looks at a quote that is not paid: it is up to the method how often it really asks.
   */
  follow?(deps: Parts, quote: QuoteRow): Promise<void>
  /** Why a quote is not paid and will not be, or was taken back. */
  reason?(deps: Parts, quote: QuoteRow): Promise<ErrorCode | undefined>
  /**
   * Takes what the processor sends to `POST /v1/funding/{method}/webhook`.
   *
   * @throws {TuppenceError} It is not the processor's, or could not be dealt with now: the processor sends it again.
   */
  notify?(deps: Parts, notice: Notice): Promise<void>
  /** Finishes what was begun, and finds what was never told of: at the start, and now and then. */
  resume?(deps: Parts): Promise<void>
  /** Money out; absent when the method only takes money in. */
  readonly payout?: Payout
}

/**
 * What became of money on its way out. `feePaid`: minor units, at most the quote's reserve; `proof`: what the method gives the
 * payer as proof, a preimage with Lightning.
 *
 * `failed` means that it is certain that nothing was paid and never will be: only then are coins released. Whatever is not
 * certain is `unknown`, and is asked after again.
 */
export type PayoutResult =
  | { readonly status: 'paid'; readonly feePaid: number; readonly proof?: string }
  | { readonly status: 'failed' }
  | { readonly status: 'unknown' }

/** How a method pays out (NUT-05). */
export interface Payout {
  /** Least that can go out, where that is not what can come in. */
  readonly minAmount?: number
  /**
   * What a request costs. `payee` names what can be paid once only.
   *
   * @throws {TuppenceError} `invoice-amountless`, `invoice-amount-mismatch`, `bad-payment-request`.
   */
  quote(asked: {
    readonly request: string
    readonly unit: string
    readonly amount: number | undefined
    /** Of an invoice without an amount (NUT-23), in millisatoshi. */
    readonly amountMsat: number | undefined
    readonly deps: Parts
  }): Promise<{ readonly amount: number; readonly feeReserve: number; readonly payee?: string }>
  /**
   * Pays. Called with the same quote and attempt again, it must not pay twice: id and attempt name the payment at the
   * processor. An error thrown counts as `unknown`.
   */
  pay(melt: MeltRow, deps: Parts): Promise<PayoutResult>
  /** Asks after a payment that was begun, without ever beginning one. An error thrown counts as `unknown`. */
  outcome(melt: MeltRow, deps: Parts): Promise<PayoutResult>
}
