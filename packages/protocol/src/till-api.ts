// What a till says and reads over HTTP besides the Payment scheme: CORS, the well-known document, bodies of tips, refunds, claims.

import * as v from 'valibot'
import { amountSchema, blindedMessageSchema, blindSignatureSchema, hexSchema } from './coin.ts'
import { limits } from './limits.ts'

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
    'Tuppence-Ask',
    'Tuppence-Site',
  ],
  exposeHeaders: ['WWW-Authenticate', 'Payment-Receipt', 'X-Cashu', 'Retry-After', 'Date', 'Tuppence-Standing'],
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

/**
 * Body of a refund, posted to the offer's URL and signed by the reader's key. `reference`: hex SHA-256 of the token that
 * paid; `outputs`: in ascending order of amount, worth exactly what was paid.
 */
export const refundBodySchema = /* @__PURE__ */ v.strictObject({
  refund: v.strictObject({
    reference: hexSchema(32),
    outputs: v.pipe(v.array(blindedMessageSchema), v.minLength(1), v.maxLength(limits.refundOutputsMax)),
  }),
})

/** @see refundBodySchema */
export type RefundBody = v.InferOutput<typeof refundBodySchema>

/** Answer to a refund; the same for the same request, always. `amount`: minor units; `signatures`: in the order of the outputs. */
export const refundAnswerSchema = /* @__PURE__ */ v.object({
  refunded: v.object({ amount: amountSchema, signatures: v.pipe(v.array(blindSignatureSchema), v.minLength(1)) }),
})

/** @see refundAnswerSchema */
export type RefundAnswer = v.InferOutput<typeof refundAnswerSchema>

/** Why a till gives nothing back: `details.reason` of `refund-refused`. */
export type RefundRefusal = 'window' | 'allowance' | 'foreign' | 'twice' | 'not-paid' | 'not-offered' | 'used' | 'mint'

/**
 * Body of a claim, posted to an offer's URL and signed by the reader's key that owns it: lets one page show it once.
 * `site`: that page's exact origin.
 */
export const claimBodySchema = /* @__PURE__ */ v.strictObject({
  claim: v.strictObject({ site: v.pipe(v.string(), v.maxLength(512)) }),
})

/** @see claimBodySchema */
export type ClaimBody = v.InferOutput<typeof claimBodySchema>

/** Answer to a claim. `code`: base64url, 128 bits, good once; `expires`: Unix seconds. */
export const claimAnswerSchema = /* @__PURE__ */ v.object({
  claim: v.object({
    code: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)),
    expires: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
})

/** @see claimAnswerSchema */
export type ClaimAnswer = v.InferOutput<typeof claimAnswerSchema>

/** Scheme of the `Authorization` with which a claim's code is redeemed. */
export const claimScheme = 'Tuppence-Claim'

/** The request header that names the page's exact origin where a claim is redeemed: the request's own is the wallet's. */
export const siteHeader = 'tuppence-site'
