// What a publisher asks its mint about being paid: a month's statement, and where it is paid to; till and mint use it. Apart from
// mint-api.ts, so that no wallet loads it.

import * as v from 'valibot'
import { unitSchema } from './keyset-schemas.ts'
import { accountIdSchema, type Route } from './mint-api.ts'

const integer = v.pipe(v.number(), v.safeInteger())
const text = v.pipe(v.string(), v.maxLength(300))

/** What a line of a statement is. `payout` and `commission` come as a pair, and so do `payout-returned` and `commission-returned`. */
export const statementKinds = [
  'deposit',
  'refund',
  'payout',
  'commission',
  'payout-arrived',
  'payout-returned',
  'commission-returned',
] as const

/** One line: minor units, signed as it moved the account. `tax` is contained in `amount`. `balance` is what is owed after it. */
export const statementLineSchema = /* @__PURE__ */ v.object({
  at: text,
  kind: v.picklist(statementKinds),
  reference: text,
  count: integer,
  amount: integer,
  tax: integer,
  balance: integer,
})

/**
 * A month of an account in one unit, UTC. Everything in minor units; `exponent` is how many decimals the unit has.
 * `opening` and the lines' amounts sum up to `closing`; `closing` of the month that is not over is what is owed now.
 */
export const statementSchema = /* @__PURE__ */ v.object({
  account: v.object({ id: accountIdSchema, name: text }),
  mint: v.object({ name: text, url: text }),
  unit: unitSchema,
  exponent: integer,
  month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)),
  from: text,
  to: text,
  made: text,
  isOver: v.boolean(),
  tax: v.object({ name: text, basisPoints: integer, operatorNumber: text, isIncluded: v.literal(true) }),
  opening: integer,
  closing: integer,
  totals: v.object({
    deposits: integer,
    refunds: integer,
    payouts: integer,
    commission: integer,
    tax: integer,
    lines: integer,
  }),
  lines: v.array(statementLineSchema),
})

/**
 * `GET /v1/accounts/{account}/statement?month=2026-11&unit=usd&format=json|csv&detail=all|day`, signed by the account's key over
 * statementComponents. With `csv` the answer is that; `day` adds deposits and refunds up by day.
 */
export const statementRoute = {
  method: 'GET',
  path: '/v1/accounts/{account}/statement',
  response: statementSchema,
  signed: true,
} as const satisfies Route

/** What a request for a statement covers: what is asked for, too. */
export const statementComponents = ['@method', '@path', '@query'] as const

/** Where to be paid: `{account}` at Stripe Connect; `{name, iban, bic?}` at a bank. */
export const destinationSchema = /* @__PURE__ */ v.strictObject({
  method: v.picklist(['stripe-connect', 'bank-file']),
  details: v.record(v.pipe(v.string(), v.maxLength(20)), v.pipe(v.string(), v.maxLength(100))),
})

/** What is known of a destination: a label without most of it. */
export const destinationAnswerSchema = /* @__PURE__ */ v.object({ method: text, label: text, changed: text })

/** `POST /v1/accounts/{account}/destination`, signed by the account's key over depositComponents. What is changed holds payouts. */
export const destinationRoute = {
  method: 'POST',
  path: '/v1/accounts/{account}/destination',
  request: destinationSchema,
  response: destinationAnswerSchema,
  signed: true,
} as const satisfies Route

/** A statement as it travels. */
export type Statement = v.InferOutput<typeof statementSchema>

/** A line of it. */
export type StatementLine = v.InferOutput<typeof statementLineSchema>
