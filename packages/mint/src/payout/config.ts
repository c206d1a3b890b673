// Who is paid, when and how: part of the configuration; plan.ts and the adapters read it.

import * as v from 'valibot'
import { limits, unitSchema } from '@tuppence/protocol'
import { readBic, readIban } from './bank-file/iban.ts'

const count = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))
const fromText = (read: (text: string) => string, message: string) =>
  v.pipe(
    v.string(),
    v.check((text) => {
      try {
        read(text)
        return true
      } catch {
        return false
      }
    }, message),
    v.transform(read),
  )

/** Payouts. Without `enabled` nothing is planned by itself. */
export const payoutSchema = v.strictObject({
  enabled: v.optional(v.boolean(), false),
  /** Day of the month (UTC) from which on a month's payouts are planned. */
  fromDay: v.optional(count(1, 28), 1),
  /** Least payout by unit, in minor units; what is in a unit that is not here is not paid out. */
  minAmounts: v.optional(v.record(unitSchema, count(1, limits.amountMax)), { usd: 2500, eur: 2500 }),
  holdDays: v.optional(count(0, 365), 7),
  newHoldDays: v.optional(count(0, 365), 30),
  /** How long a publisher is new, from its first income on. */
  newForDays: v.optional(count(0, 3650), 90),
  /** Share of what is owed that stays. */
  reserveBasisPoints: v.optional(count(0, 10_000), 1000),
  /** How long every payout waits after it was planned, so that whoever looks at what was found delays nobody. */
  reviewDays: v.optional(count(0, 60), 3),
  /** How long nothing goes to a destination that was changed. */
  changeHoldDays: v.optional(count(0, 365), 14),
  /** What statements say of tax: of deposits and refunds, as contained in them. Whose it is, is a question for a lawyer. */
  tax: v.optional(
    v.strictObject({
      name: v.optional(v.pipe(v.string(), v.maxLength(30)), 'VAT'),
      basisPoints: v.optional(count(0, 10_000), 0),
      /** The operator's tax number. */
      operatorNumber: v.optional(v.pipe(v.string(), v.maxLength(40)), ''),
    }),
    {},
  ),
  stripeConnect: v.optional(
    v.strictObject({
      enabled: v.boolean(),
      /** File with the secret key; TUPPENCE_MINT_PAYOUT_STRIPE_KEY in the environment goes before it. */
      secretKeyFile: v.optional(v.pipe(v.string(), v.nonEmpty())),
      secretKey: v.optional(v.pipe(v.string(), v.nonEmpty())),
      /** Where Stripe is; for tests. */
      apiHost: v.optional(v.pipe(v.string(), v.url())),
      units: v.optional(v.array(unitSchema), ['usd', 'eur']),
      /** Four times this is less than pay.ts has a payout for itself. */
      timeoutMs: v.optional(count(100, 60_000), 20_000),
    }),
  ),
  bankFile: v.optional(
    v.strictObject({
      enabled: v.boolean(),
      units: v.optional(v.array(unitSchema), ['eur']),
      /** The operator's own account, which the bank debits. */
      debtor: v.strictObject({
        name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(70)),
        iban: fromText(readIban, 'IBAN expected'),
        bic: v.optional(fromText(readBic, 'BIC expected')),
      }),
      /** Most payouts of one file. */
      paymentsMax: v.optional(count(1, 10_000), 1000),
    }),
  ),
})

/** Payouts, defaults filled in. */
export type PayoutConfig = v.InferOutput<typeof payoutSchema>
