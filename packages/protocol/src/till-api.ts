// What a till says and reads over HTTP besides the Payment scheme: CORS, the well-known document, the body of a tip.

import * as v from 'valibot'
import { amountSchema } from './coin.ts'

/** What our wallet sends in `Accept-Payment`. */
export const acceptPaymentValue = 'cashu/charge'

/** CORS of every answer of a till, the 402 too. */
export const tillCors = {
  allowOrigin: '*',
  allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
  allowHeaders: [
    'Authorization',
    'Accept-Payment',
    'Signature',
    'Signature-Input',
    'Content-Digest',
    'Content-Type',
    'Idempotency-Key',
    'X-Cashu',
  ],
  exposeHeaders: ['WWW-Authenticate', 'Payment-Receipt', 'X-Cashu', 'Retry-After', 'Date'],
  /** Chromium keeps a preflight no longer than this. */
  maxAgeSeconds: 7_200,
} as const

/** Path of the well-known document. */
export const wellKnownPath = '/.well-known/tuppence'

/** Who a till is. `time`: its clock, Unix milliseconds; `mints`: whose coins it takes. */
export type TillDescription = { realm: string; mints: string[]; account: string; time: number }

const short = /* @__PURE__ */ v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))

/** @see TillDescription */
export const tillDescriptionSchema = /* @__PURE__ */ v.object({
  realm: short,
  mints: v.pipe(v.array(short), v.maxLength(16)),
  account: short,
  time: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

/** Body of a tip: minor units of the till's unit. */
export type TipBody = { amount: number }

/** @see TipBody */
export const tipBodySchema = /* @__PURE__ */ v.strictObject({ amount: amountSchema })
