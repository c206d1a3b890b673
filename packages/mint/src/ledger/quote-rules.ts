// When a change of a top-up quote is refused, the same on every store; sqlite-quote.ts and postgres-quote.ts ask.

import type { QuoteChange, Refusal } from './port.ts'

/** A quote as it is held while an operation changes it. Amounts: minor units. */
export interface HeldQuote {
  readonly unit: string
  readonly paid: number
  readonly issued: number
  readonly revoked: number
}

/** Why a change is refused, if it is. An operation is of one unit, and its quote with it (S4). */
export function refusalOf(
  quote: HeldQuote | undefined,
  change: Exclude<QuoteChange, { type: 'open' }>,
  unit: string,
): Refusal | undefined {
  if (quote === undefined) return 'quote-unknown'
  if (quote.unit !== unit) return 'units-differ'
  const { paid, issued, revoked } = quote
  const left = paid - issued - revoked
  if (change.type === 'pay') return undefined
  if (change.type === 'restore') return change.amount > revoked ? 'quote-amount-mismatch' : undefined
  if (change.type === 'revoke') return change.amount > left ? 'quote-amount-mismatch' : undefined
  if (paid === 0) return 'quote-unpaid'
  if (left === 0) return revoked > 0 ? 'funding-reversed' : 'quote-issued'
  return change.amount > left ? 'quote-amount-mismatch' : undefined
}

/** A quote after a change that was not refused. */
export function after<Q extends HeldQuote>(quote: Q, { type, amount }: Exclude<QuoteChange, { type: 'open' }>): Q {
  if (type === 'pay') return { ...quote, paid: quote.paid + amount }
  if (type === 'issue') return { ...quote, issued: quote.issued + amount }
  return { ...quote, revoked: quote.revoked + (type === 'revoke' ? amount : -amount) }
}
