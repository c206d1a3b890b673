// `POST /v1/deposit/batch`: several deposits of one account in one signed request; till and mint use it. Apart from
// mint-api.ts, so that no wallet loads it.

import * as v from 'valibot'
import { accountIdSchema, type Route } from './mint-api.ts'

/** Most deposits of one batch. */
export const depositsPerBatchMax = 32

/**
 * Body of a batch, signed by the account's key over depositComponents. `deposits`: each as it would be sent alone, of this
 * account; each is checked by itself (depositSchema), so that a bad one takes no other with it.
 */
export const depositBatchSchema = /* @__PURE__ */ v.strictObject({
  account: accountIdSchema,
  deposits: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(depositsPerBatchMax)),
})

/**
 * Answer of a batch. `answers`: for each deposit, in order, the body that it would get alone: depositedSchema, or a problem,
 * whose `status` says the rest.
 */
export const depositAnswersSchema = /* @__PURE__ */ v.object({
  answers: v.pipe(v.array(v.record(v.string(), v.unknown())), v.maxLength(depositsPerBatchMax)),
})

/**
 * The route. Each deposit is done or refused for itself, and is the same one, with the same answer, as when it is sent alone.
 *
 * Refusals of the whole, which did nothing: what a deposit's signature is refused for, `batch-too-large`, `body-too-large`.
 */
export const depositBatchRoute = {
  method: 'POST',
  path: '/v1/deposit/batch',
  request: depositBatchSchema,
  response: depositAnswersSchema,
  signed: true,
} as const satisfies Route
