// Requests about several top-up quotes at once (NUT-29); mints that offer it check requests with these.
// Apart from quote.ts, which the lazily loaded curve code needs without valibot.

import * as v from 'valibot'
import { blindedMessageSchema, hexSchema } from './coin.ts'
import { limits } from './limits.ts'

/** Most quotes of one batch. */
export const batchMax = 100

/** The longest quote id. */
const quoteIdMax = 128

/** A mint's name for a quote. */
export const quoteIdSchema = /* @__PURE__ */ v.pipe(v.string(), v.nonEmpty(), v.maxLength(quoteIdMax))

const quoteIdsSchema = /* @__PURE__ */ v.pipe(
  v.array(quoteIdSchema),
  v.minLength(1),
  v.maxLength(batchMax),
  v.check((quotes) => new Set(quotes).size === quotes.length, 'duplicate quotes'),
)

/** `POST /v1/mint/quote/{method}/check`. @see NUT-29 "Batch Checking Quote State" */
export const quoteBatchCheckSchema = /* @__PURE__ */ v.object({ quotes: quoteIdsSchema })

/** `POST /v1/mint/{method}/batch`. @see NUT-29 "Executing the Batched Mint" */
export const mintBatchSchema = /* @__PURE__ */ v.pipe(
  v.object({
    quotes: quoteIdsSchema,
    quote_amounts: v.nullish(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))),
    outputs: v.pipe(v.array(blindedMessageSchema), v.minLength(1), v.maxLength(limits.itemsReadMax)),
    signatures: v.nullish(v.array(v.nullable(hexSchema(64)))),
  }),
  v.check((batch) => !batch.signatures || batch.signatures.length === batch.quotes.length, 'one signature a quote'),
  v.check((batch) => !batch.quote_amounts || batch.quote_amounts.length === batch.quotes.length, 'one amount a quote'),
)

/** A batch as it travels. */
export type MintBatch = v.InferOutput<typeof mintBatchSchema>
