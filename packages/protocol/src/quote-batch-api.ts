// The routes for several top-up quotes at once (NUT-29); mints serve them. Apart from mint-api.ts, as our wallet has no use for them.

import * as v from 'valibot'
import { blindSignatureSchema } from './coin.ts'
import { quoteSchema, type Route } from './mint-api.ts'
import { mintBatchSchema, quoteBatchCheckSchema } from './quote-batch.ts'

/** Answers with the quotes in the order asked; with none if one is not known. */
export const checkQuotesRoute = {
  method: 'POST',
  path: '/v1/mint/quote/{method}/check',
  request: quoteBatchCheckSchema,
  response: /* @__PURE__ */ v.array(quoteSchema),
  nut: true,
} as const satisfies Route

/** Turns several paid quotes into coins, all or none. */
export const issueBatchRoute = {
  method: 'POST',
  path: '/v1/mint/{method}/batch',
  request: mintBatchSchema,
  response: /* @__PURE__ */ v.object({ signatures: v.array(blindSignatureSchema) }),
  nut: true,
} as const satisfies Route
