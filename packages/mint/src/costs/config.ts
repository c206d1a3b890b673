// What an operator pays to move money, and keeps for it: part of the configuration; costs.ts computes with it.

import * as v from 'valibot'

const basisPoints = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000))
const minorUnits = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000_000))
const name = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,32}$/))

/** What moving money once costs: basis points (1/100 %) of the amount, and a fixed sum in minor units of the mint's first unit. */
const moveSchema = v.strictObject({
  basisPoints: v.optional(basisPoints, 0),
  fixed: v.optional(minorUnits, 0),
})

/**
 * The operator's fees. The defaults are list prices of November 2026 or an assumption: put your own contract's here.
 *
 * - `topUp.card`: Stripe, cards of the country, United States: 2.9 % + 30¢ (https://stripe.com/pricing).
 * - `payout.stripe-connect`: 0.25 % + 25¢ a payout, $2 a month for each account that is paid out
 *   (https://stripe.com/connect/pricing).
 * - `payout.bank-file`: what a bank takes for one credit transfer of a file; 35¢ is an assumption.
 */
export const feesSchema = v.strictObject({
  /** By funding method. */
  topUp: v.optional(v.record(name, moveSchema), { card: { basisPoints: 290, fixed: 30 } }),
  /** By payout adapter. `monthly`: what each publisher that is paid out costs in a month, beside the payouts. */
  payout: v.optional(v.record(name, v.strictObject({ ...moveSchema.entries, monthly: v.optional(minorUnits, 0) })), {
    'bank-file': { fixed: 35 },
    'stripe-connect': { basisPoints: 25, fixed: 25, monthly: 200 },
  }),
  /** What the operator keeps of publishers' income. */
  commissionBasisPoints: v.optional(basisPoints, 0),
})

/** The operator's fees, defaults filled in. */
export type Fees = v.InferOutput<typeof feesSchema>

/** What one way to move money costs. */
export type MoveFee = v.InferOutput<typeof moveSchema>
