// A Lightning node as the mint needs one; lightning.ts makes a funding method of it, fake.ts is one for tests. A real one (LND,
// Core Lightning, LDK) is an adapter of this, given to createMint as a port.

/** What became of a payment. `failed`: certain that nothing was paid and never will be. */
export type LightningResult =
  | { readonly status: 'paid'; readonly feeMsat: number; readonly preimage: string }
  | { readonly status: 'failed' }
  | { readonly status: 'unknown' }

/** One payment: called with the same `label` again, a node must not pay twice. */
export interface LightningPayment {
  readonly label: string
  readonly invoice: string
  readonly msat: number
  readonly feeMaxMsat: number
}

/** A node. Amounts in millisatoshi. An error thrown means that the node did not answer: the outcome is unknown. */
export interface Lightning {
  /** Makes an invoice. */
  invoice(asked: {
    readonly msat: number
    readonly description: string
    readonly expirySeconds: number
  }): Promise<string>
  /** What came in on an invoice of this node; undefined while nothing has. */
  received(invoice: string): Promise<{ readonly msat: number } | undefined>
  /** The most that a payment may cost beside its amount. */
  feeReserve(asked: { readonly invoice: string; readonly msat: number }): Promise<{ readonly msat: number }>
  pay(payment: LightningPayment): Promise<LightningResult>
  /** Asks after a payment that was begun, without ever beginning one. */
  outcome(payment: LightningPayment): Promise<LightningResult>
}
