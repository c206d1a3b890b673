// How a publisher's money leaves: the port that stripe-connect/ and bank-file/ are adapters of; pay.ts works through it.

import type { DestinationRow, PayoutMethod, PayoutRow } from '../office/tables/payout.ts'

/**
 * What became of a payout.
 *
 * `failed` means that it is certain that nothing was paid and never will be: only then does the money go back. `waiting`: it is on
 * its way, and somebody will say what became of it. Everything that is not certain is `unknown`; with `needsPerson` nobody is
 * asked again, since what was heard contradicts itself.
 */
export type Sent =
  | { readonly status: 'paid'; readonly external: string }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'waiting'; readonly reason: string }
  | { readonly status: 'unknown'; readonly reason: string; readonly needsPerson?: true }

/** A destination as it is kept. `fingerprint` is what top-ups know the same instrument by; `label` is for eyes, without most of it. */
export interface Described {
  readonly details: Readonly<Record<string, string>>
  readonly fingerprint: string
  readonly label: string
}

/** One way to pay publishers. */
export interface PayoutAdapter {
  readonly method: PayoutMethod
  readonly units: readonly string[]
  /** Checks a destination. @throws {TuppenceError} `bad-request`, `funding-failed` (whoever knows it does not answer). */
  describe(details: Readonly<Record<string, string>>): Promise<Described>
  /**
   * Sends a payout that the ledger has booked, or asks what became of it. Called again with the same payout it must not pay twice:
   * its id names it at the processor. What is thrown counts as `unknown`.
   */
  send(payout: PayoutRow, destination: DestinationRow, nowMs: number): Promise<Sent>
  /** Puts what waits into files, where that is how it goes; called once everything was sent that is sent alone. */
  gather?(nowMs: number): Promise<void>
}
