// The texts that a locked top-up quote's key signs (NUT-20): wallets sign them, mints check them.

import type { BlindedMessage } from './coin.ts'
import { type Bytes, concatBytes, hexToBytes, utf8 } from './encoding.ts'

/** What a quote signature covers. */
export type QuoteClaim = { quote: string; outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[] }

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
