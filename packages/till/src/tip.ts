/** The body of a tip: reads it from a request and checks the amount; called for every POST to a tip jar. */
import {
  concatBytes,
  isTuppenceError,
  limits,
  parseJsonAs,
  tipBodySchema,
  TuppenceError,
  utf8Decode,
} from '@tuppence/protocol'
import type { Bytes } from '@tuppence/protocol'
import type { TipOffer } from './offers.ts'

/**
 * Reads a request's body, bounded.
 *
 * @throws {TuppenceError} `body-too-large`, before more than the limit was read. `bad-request`: the sender broke off.
 */
export async function readBody(request: Request, bytesMax: number = limits.bodyBytesMax): Promise<Bytes> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > bytesMax) throw tooLarge(bytesMax)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength
      if (length > bytesMax) throw tooLarge(bytesMax)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw isTuppenceError(cause) ? cause : new TuppenceError('bad-request', { cause })
  }
  return concatBytes(...chunks)
}

/**
 * Reads `{"amount": 25}`: whole minor units of the jar's unit, between its bounds.
 *
 * @throws {TuppenceError} `bad-request` (not that JSON), `amount-out-of-range` (with the bounds).
 */
export function tipAmount(body: Uint8Array, offer: TipOffer): number {
  const { amount } = parseJsonAs(tipBodySchema, text(body), 'bad-request')
  if (amount < offer.min || amount > offer.max)
    throw new TuppenceError('amount-out-of-range', { details: { min: offer.min, max: offer.max, unit: offer.unit } })
  return amount
}

function text(body: Uint8Array): string {
  try {
    return utf8Decode(body)
  } catch (cause) {
    throw new TuppenceError('bad-request', { cause })
  }
}

// Errors

function tooLarge(bytesMax: number): TuppenceError {
  return new TuppenceError('body-too-large', { details: { bytesMax } })
}
