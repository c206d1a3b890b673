// A funding method: how money for a top-up comes in; issue.ts opens quotes through it, app.ts mounts its routes.

import type { QuoteRow } from '../ledger/port.ts'

/** One way to pay for a quote. */
export interface Funding {
  /** Name in paths and /v1/info: [a-z0-9_-]+ (NUT-04). */
  readonly method: string
  /** Name that a person reads. */
  readonly name: string
  readonly units: readonly string[]
  /** Bounds of one top-up, in minor units. */
  readonly minAmount: number
  readonly maxAmount: number
  /** What the payer is asked to pay; must not give the quote's id away unless paying is free. */
  request(quote: Pick<QuoteRow, 'id' | 'amount' | 'unit'>): Promise<string>
}
