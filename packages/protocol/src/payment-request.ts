// Payment requests (NUT-18 `creqA`): a till's challenge carries one (also as NUT-24 header), wallets read it.
// The other form, `creqB`, is in payment-request-bech32.ts, which the pay path does not load.

import * as v from 'valibot'
import { type CborInput, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { amountSchema, wireObject } from './coin.ts'
import { base64UrlDecode, base64UrlEncode } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'
import { limits } from './limits.ts'
import { parseAs } from './parse.ts'

/** A way to hand over the coins. `type` is `nostr`, `post` or a later one; `target` an nprofile or URL. */
export type Transport = { type: string; target: string; tags?: string[][] }

/** The lock that the payee asks for: NUT-10 kind, data and tags. */
export type RequestedLock = { kind: string; data: string; tags?: string[][] }

/** A payment request. `amount` is in minor units of `unit`; no `transports` means in-band. */
export type PaymentRequest = {
  id?: string
  amount?: number
  unit?: string
  singleUse?: boolean
  mints?: string[]
  description?: string
  transports?: Transport[]
  lock?: RequestedLock
}

/** Most entries of any list in a request, and the longest text apart from URLs. */
const listMax = 64
const textMax = 1_024

const textSchema = /* @__PURE__ */ v.pipe(v.string(), v.maxLength(textMax))
const targetSchema = /* @__PURE__ */ v.pipe(v.string(), v.maxLength(limits.urlMax))
const tagsSchema = /* @__PURE__ */ v.pipe(
  v.array(v.pipe(v.array(textSchema), v.minLength(1), v.maxLength(listMax))),
  v.maxLength(listMax),
)

/** Checks what either form of a request says. @see PaymentRequest */
export const paymentRequestSchema = /* @__PURE__ */ v.pipe(
  wireObject(
    v.object({
      id: v.exactOptional(textSchema),
      amount: v.exactOptional(amountSchema),
      unit: v.exactOptional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(32))),
      singleUse: v.exactOptional(v.boolean()),
      mints: v.exactOptional(v.pipe(v.array(targetSchema), v.maxLength(listMax))),
      description: v.exactOptional(textSchema),
      transports: v.exactOptional(
        v.pipe(
          v.array(wireObject(v.object({ type: textSchema, target: targetSchema, tags: v.exactOptional(tagsSchema) }))),
          v.maxLength(listMax),
        ),
      ),
      lock: v.exactOptional(
        wireObject(v.object({ kind: textSchema, data: textSchema, tags: v.exactOptional(tagsSchema) })),
      ),
    }),
  ),
  v.check(({ amount, unit }) => amount === undefined || unit !== undefined, 'an amount needs a unit'),
)

/**
 * Writes a payment request.
 *
 * @returns `creqA...`, base64url without padding.
 * @throws {TuppenceError} `bad-payment-request` when an amount has no unit, or a field is over its limit.
 * @see NUT-18 "Encoded Request"
 */
export function encodePaymentRequest(request: PaymentRequest): string {
  const { id, amount, unit, singleUse, mints, description, transports, lock } = checkPaymentRequest(request)
  const fields: CborInput = {
    t: transports?.map(({ type, target, tags }) => ({ t: type, a: target, g: tags })),
    i: id,
    a: amount,
    u: unit,
    m: mints,
    d: description,
    s: singleUse,
    nut10: lock && { k: lock.kind, d: lock.data, t: lock.tags },
  }
  return `creqA${base64UrlEncode(encodeCbor(fields))}`
}

/**
 * Reads a payment request of the form `creqA`.
 *
 * @param text - base64url or base64, with or without padding.
 * @throws {TuppenceError} `bad-payment-request`.
 * @see NUT-18 "Encoded Request"
 */
export function decodePaymentRequest(text: string): PaymentRequest {
  const [, body] = (text.length <= limits.challengeBytesMax && /^creqA([\w+/-]+)={0,2}$/i.exec(text)) || []
  if (body === undefined) throw new TuppenceError('bad-payment-request')
  const fields = members(readCbor(body.replace(/[+/]/g, (c) => (c === '+' ? '-' : '_'))))
  if (!fields) throw new TuppenceError('bad-payment-request')
  const lock = members(fields['nut10'])
  return checkPaymentRequest({
    id: fields['i'],
    amount: fields['a'],
    unit: fields['u'],
    singleUse: fields['s'],
    mints: fields['m'],
    description: fields['d'],
    transports: Array.isArray(fields['t']) ? fields['t'].map(readTransport) : fields['t'],
    lock: lock ? { kind: lock['k'], data: lock['d'], tags: lock['t'] } : fields['nut10'],
  })
}

/** Checks a request that was put together. @throws {TuppenceError} `bad-payment-request`. */
export function checkPaymentRequest(request: unknown): PaymentRequest {
  return parseAs(paymentRequestSchema, request, 'bad-payment-request')
}

function readTransport(value: CborValue): unknown {
  const fields = members(value)
  return fields && { type: fields['t'], target: fields['a'], tags: fields['g'] }
}

/** The members of a map; undefined for anything else. */
function members(value: CborValue): { readonly [key: string]: CborValue } | undefined {
  return value instanceof Map ? Object.fromEntries(value) : undefined
}

function readCbor(text: string): CborValue {
  try {
    return decodeCbor(base64UrlDecode(text))
  } catch (cause) {
    throw isTuppenceError(cause, 'bad-encoding') ? new TuppenceError('bad-payment-request', { cause }) : cause
  }
}
