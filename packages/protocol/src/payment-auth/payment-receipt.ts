// The Payment-Receipt header: a till sends it with what was bought, a wallet keeps it.

import { base64UrlEncode, utf8 } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'
import { readSignedReceipt } from '../receipt.ts'
import type { SignedReceipt } from '../receipt.ts'
import { decodeJson, isText, optional, pickOr } from '../shape.ts'
import type { Shape } from '../shape.ts'

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

const isShort = isText(256)
const paymentReceipt: Shape<PaymentReceipt> = {
  method: isShort,
  status: (value) => value === 'success',
  timestamp: isShort,
  reference: isShort,
  challengeId: optional(isShort),
  receipt: optional((value) => readSignedReceipt(value) !== undefined),
  salt: optional(isShort),
}

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
  const read = pickOr('malformed-receipt', paymentReceipt, decodeJson('malformed-receipt', header))
  if (read.receipt) read.receipt = readSignedReceipt(read.receipt) as SignedReceipt
  return read
}
