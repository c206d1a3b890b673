// The texts that a locked top-up quote's key signs (NUT-20), and batches of quotes (NUT-29): wallets and mints.

import * as v from 'valibot'
import { blindedMessageSchema, hexSchema, type BlindedMessage } from './coin.ts'
import { type Bytes, concatBytes, hexToBytes, utf8 } from './encoding.ts'
import { limits } from './limits.ts'

/** What a quote signature covers. */
export type QuoteClaim = { quote: string; outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[] }

/** Most quotes of one batch, and the longest quote id. */
const batchMax = 100
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
    outputs: v.pipe(v.array(blindedMessageSchema), v.minLength(1), v.maxLength(limits.outputsMax)),
    signatures: v.nullish(v.array(v.nullable(hexSchema(64)))),
  }),
  v.check((batch) => !batch.signatures || batch.signatures.length === batch.quotes.length, 'one signature a quote'),
  v.check((batch) => !batch.quote_amounts || batch.quote_amounts.length === batch.quotes.length, 'one amount a quote'),
)

const domain = 'Cashu_MintQuoteSig_v1'

/**
 * Builds the message of a quote signature as amended in 2026: a tag, then quote, amounts and points, each with its
 * length before it, so that no two claims have the same message.
 *
 * @returns Bytes to hash with SHA-256 and sign.
 * @throws {TuppenceError} `bad-encoding` when a point is not hex.
 * @see NUT-20 as amended by cashubtc/nuts#375
 */
export function quoteMessage({ quote, outputs }: QuoteClaim): Bytes {
  const parts = [utf8(quote), ...outputs.flatMap(({ amount, B_ }) => [shortestBytes(amount), hexToBytes(B_)])]
  return concatBytes(utf8(domain), ...parts.flatMap((part) => [lengthBytes(part.length), part]))
}

/**
 * Builds the message of a quote signature as first written: quote and points joined as text.
 *
 * @returns Bytes to hash with SHA-256 and sign.
 * @see NUT-20 "Message aggregation"
 */
export function quoteMessageLegacy({ quote, outputs }: QuoteClaim): Bytes {
  return utf8(quote + outputs.map(({ B_ }) => B_).join(''))
}

/** A length as 4 bytes, big-endian. */
function lengthBytes(length: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

/** An amount big-endian in as few bytes as it needs; 0 in none. */
function shortestBytes(amount: number): Bytes {
  const hex = amount === 0 ? '' : amount.toString(16)
  return hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`)
}
