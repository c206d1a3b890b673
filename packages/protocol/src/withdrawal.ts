// What a reader says to have unspent money sent back to where a top-up came from: the claim on a quote, and what its key signs.

import * as v from 'valibot'
import { amountSchema, hexSchema, wireObject } from './coin.ts'
import { unitSchema } from './keyset-schemas.ts'
import { parseJsonAs } from './parse.ts'
import { quoteIdSchema } from './quote-batch.ts'
import type { QuoteClaim } from './quote.ts'

const withdrawalSchema = /* @__PURE__ */ wireObject(
  v.strictObject({ quote: quoteIdSchema, amount: amountSchema, unit: unitSchema, signature: hexSchema(64) }),
)

/** A claim: `quote` is the top-up's, `amount` in minor units, `signature` by the key that the quote was made for (NUT-20). */
export type Withdrawal = v.InferOutput<typeof withdrawalSchema>

/**
 * What the quote's key signs, in the form of a NUT-20 claim without outputs: no mint gives a quote such a name, so it claims
 * no coins anywhere.
 */
export function withdrawalClaim({ quote, amount, unit }: Omit<Withdrawal, 'signature'>): QuoteClaim {
  return { quote: `tuppence-withdraw:${quote}:${unit}:${amount}`, outputs: [] }
}

/** A claim as the `request` of a melt quote. */
export function encodeWithdrawal({ quote, amount, unit, signature }: Withdrawal): string {
  return JSON.stringify({ quote, amount, unit, signature })
}

/** Reads the `request` of a melt quote. @throws {TuppenceError} `bad-payment-request` */
export function readWithdrawal(request: string): Withdrawal {
  return parseJsonAs(withdrawalSchema, request, 'bad-payment-request')
}
