// Payment requests (NUT-18 `creqA`): a till's challenge carries one (also as NUT-24 header), wallets read it.
// The other form, `creqB`, is in payment-request-bech32.ts, which the pay path does not load.

import { type CborInput, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { base64UrlDecode, base64UrlEncode } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'
import { limits } from './limits.ts'
import { type Check, isCount, isText, optional, pick, pickOr, type Shape } from './shape.ts'

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

const isShort: Check = (value) => typeof value === 'string' && value.length <= textMax
const isTags: Check = isListOf(isListOf(isShort, 1))
const isTransport: Check = (value) =>
  pick<Transport>({ type: isShort, target: isText(limits.urlMax), tags: optional(isTags) }, value) !== undefined
const isLock: Check = (value) =>
  pick<RequestedLock>({ kind: isShort, data: isShort, tags: optional(isTags) }, value) !== undefined

const requestShape: Shape<PaymentRequest> = {
  id: optional(isShort),
  amount: optional((value) => isCount(value) && value !== 0),
  unit: optional(isText(32)),
  singleUse: optional((value) => typeof value === 'boolean'),
  mints: optional(isListOf(isText(limits.urlMax))),
  description: optional(isShort),
  transports: optional(isListOf(isTransport)),
  lock: optional(isLock),
}

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
  const [lock, transports] = [members(fields['nut10']), fields['t']]
  return checkPaymentRequest({
    id: fields['i'] ?? undefined,
    amount: fields['a'] ?? undefined,
    unit: fields['u'] ?? undefined,
    singleUse: fields['s'] ?? undefined,
    mints: fields['m'] ?? undefined,
    description: fields['d'] ?? undefined,
    transports: Array.isArray(transports) ? transports.map(readTransport) : (transports ?? undefined),
    lock: lock ? given({ kind: lock['k'], data: lock['d'], tags: lock['t'] }) : (fields['nut10'] ?? undefined),
  })
}

/** Checks a request that was put together. @throws {TuppenceError} `bad-payment-request`. */
export function checkPaymentRequest(request: unknown): PaymentRequest {
  const checked = pickOr('bad-payment-request', requestShape, request)
  if (checked.amount !== undefined && checked.unit === undefined) throw new TuppenceError('bad-payment-request')
  return checked
}

/** A list of at least `min` and at most 64 entries. */
function isListOf(check: Check, min = 0): Check {
  return (value) => Array.isArray(value) && value.length >= min && value.length <= listMax && value.every(check)
}

function readTransport(value: CborValue): unknown {
  const fields = members(value)
  return fields && given({ type: fields['t'], target: fields['a'], tags: fields['g'] })
}

/** The members that say something. */
function given(fields: { readonly [key: string]: CborValue }): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
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
