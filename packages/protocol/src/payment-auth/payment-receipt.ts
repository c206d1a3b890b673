// The Payment-Receipt header: a till sends it with what was bought, a wallet keeps it.

import * as v from 'valibot'
import { base64UrlDecode, base64UrlEncode, utf8, utf8Decode } from '../encoding.ts'
import { isTuppenceError, TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'
import { parseJsonAs } from '../parse.ts'
import { signedReceiptSchema } from '../receipt.ts'
import type { SignedReceipt } from '../receipt.ts'

/**
 * What a till says of a payment. Our tills send all of it; other servers need not send what is optional.
 *
 * `timestamp`: RFC 3339; `reference`: hex SHA-256 of the token's text; `receipt`: the mint's word; `salt`: base64url, 16
 * bytes, with which the offer's commitment in that receipt can be opened.
 */
export type PaymentReceipt = {
  method: string
  status: 'success'
  timestamp: string
  reference: string
  challengeId?: string
  receipt?: SignedReceipt
  salt?: string
}

const short = /* @__PURE__ */ v.pipe(v.string(), v.maxLength(256))

/** @see PaymentReceipt */
export const paymentReceiptSchema = /* @__PURE__ */ v.object({
  method: short,
  status: v.literal('success'),
  timestamp: short,
  reference: short,
  challengeId: v.exactOptional(short),
  receipt: v.exactOptional(signedReceiptSchema),
  salt: v.exactOptional(short),
})

/** A receipt as a `Payment-Receipt` value. */
export function encodeReceipt(receipt: PaymentReceipt): string {
  return base64UrlEncode(utf8(JSON.stringify(receipt)))
}

/**
 * Reads a `Payment-Receipt` value; its signature is verifyReceipt's to check.
 *
 * @throws {TuppenceError} `malformed-receipt`: something was paid all the same, so keep the payment's record.
 */
export function decodeReceipt(header: string): PaymentReceipt {
  if (header.length > limits.receiptBytesMax) throw new TuppenceError('malformed-receipt')
  let json: string
  try {
    json = utf8Decode(base64UrlDecode(header))
  } catch (error) {
    throw isTuppenceError(error) ? new TuppenceError('malformed-receipt', { cause: error }) : error
  }
  return parseJsonAs(paymentReceiptSchema, json, 'malformed-receipt')
}
