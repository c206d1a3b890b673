/** The texts that a locked top-up quote's key signs (NUT-20, NUT-29): wallets sign them, mints check them. */
import * as v from 'valibot'
import { blindedMessageSchema, hexSchema, type BlindedMessage } from './coin.ts'

/** What a quote signature covers. */
export type QuoteClaim = { quote: string; outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[] }

const batchMax = 100
const quoteIdSchema = /* @__PURE__ */ v.pipe(v.string(), v.nonEmpty(), v.maxLength(128))
const quoteIdsSchema = /* @__PURE__ */ v.pipe(
  v.array(quoteIdSchema),
  v.minLength(1),
  v.maxLength(batchMax),
  v.check((quotes) => new Set(quotes).size === quotes.length, 'duplicate quotes'),
)

/** `POST /v1/mint/quote/{method}/check` (NUT-29). */
export const quoteBatchCheckSchema = /* @__PURE__ */ v.object({ quotes: quoteIdsSchema })

/** `POST /v1/mint/{method}/batch` (NUT-29). */
export const mintBatchSchema = /* @__PURE__ */ v.pipe(
  v.object({
    quotes: quoteIdsSchema,
    quote_amounts: v.nullish(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))),
    outputs: v.pipe(v.array(blindedMessageSchema), v.minLength(1)),
    signatures: v.nullish(v.array(v.nullable(hexSchema(64)))),
  }),
  v.check((batch) => !batch.signatures || batch.signatures.length === batch.quotes.length, 'one signature a quote'),
  v.check((batch) => !batch.quote_amounts || batch.quote_amounts.length === batch.quotes.length, 'one amount a quote'),
)

/**
 * Builds the message of a quote signature as amended in 2026: a tag, then each part with its length before it.
 *
 * @returns Bytes to hash with SHA-256 and sign.
 * @see NUT-20 as amended by cashubtc/nuts#375
 */
export function quoteMessage(claim: QuoteClaim): Uint8Array<ArrayBuffer> {
  throw new Error('not built yet')
}

/**
 * Builds the message of a quote signature as first written: quote and points joined as text.
 *
 * @returns Bytes to hash with SHA-256 and sign.
 * @see NUT-20 "Message aggregation"
 */
export function quoteMessageLegacy(claim: QuoteClaim): Uint8Array<ArrayBuffer> {
  throw new Error('not built yet')
}
