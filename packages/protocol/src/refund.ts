// `POST /v1/refund`: a publisher gives back what it was credited for a token, as coins that only the reader can make; till and
// mint use it. Apart from mint-api.ts, so that no wallet loads it.

import * as v from 'valibot'
import { amountSchema, blindedMessageSchema, blindSignatureSchema, hexSchema, wireObject } from './coin.ts'
import { unitSchema } from './keyset-schemas.ts'
import { limits } from './limits.ts'
import { accountIdSchema, type Route } from './mint-api.ts'

/**
 * Body of a refund, signed by the account's key over depositComponents. `reference`: of the deposit that is given back;
 * `amount`: minor units, what the outputs sum up to and at most what was credited; `outputs`: the reader's.
 */
export const refundSchema = /* @__PURE__ */ v.strictObject({
  reference: hexSchema(32),
  account: accountIdSchema,
  unit: unitSchema,
  amount: amountSchema,
  outputs: v.pipe(v.array(blindedMessageSchema), v.minLength(1), v.maxLength(limits.outputsMax)),
})

/** Answer: the same bytes each time that the same refund is sent. `signatures` are in the order of the outputs. */
export const refundedSchema = /* @__PURE__ */ wireObject(
  v.object({
    reference: hexSchema(32),
    account: accountIdSchema,
    unit: unitSchema,
    amount: amountSchema,
    signatures: v.array(blindSignatureSchema),
  }),
)

/**
 * The route. A reference is refunded once.
 *
 * Refusals, each of which changed nothing: `deposit-unknown` (404), `refund-conflict` (409, refunded with other content),
 * `refund-too-large`, `account-short` (409), `keyset-inactive`, `outputs-signed`, `unbalanced`, `units-differ`.
 */
export const refundRoute = {
  method: 'POST',
  path: '/v1/refund',
  request: refundSchema,
  response: refundedSchema,
  signed: true,
} as const satisfies Route

/** A refund as it travels. */
export type Refund = v.InferOutput<typeof refundSchema>

/** @see refundedSchema */
export type Refunded = v.InferOutput<typeof refundedSchema>
