// Routes by which money comes in, beside the NUTs': what processors send, and vouchers; the mint serves them. Apart from
// mint-api.ts, so that no wallet loads it.

import * as v from 'valibot'
import { pointSchema, wireObject } from './coin.ts'
import { unitSchema } from './keyset-schemas.ts'
import { quoteSchema, type Route } from './mint-api.ts'

/** Largest body that a processor may send: Stripe's events are a few KiB, with a dispute's papers more. */
export const webhookBytesMax = 262_144

/** What a processor sends by itself. Its method's own signature says that it did; the mint keeps no more than it needs. */
export const webhookRoute = {
  method: 'POST',
  path: '/v1/funding/{method}/webhook',
  request: v.looseObject({}),
  response: v.object({ received: v.literal(true) }),
} as const satisfies Route

/** `POST /v1/mint/quote/voucher`: takes a voucher's money for whoever has the key. `voucher`: its 20 symbols. */
export const redeemVoucherSchema = /* @__PURE__ */ wireObject(
  v.object({ unit: unitSchema, pubkey: pointSchema, voucher: v.pipe(v.string(), v.maxLength(64)) }),
)

/** The quote is paid at once. The same code for the same key is the same quote again; for another it is `voucher-used`. */
export const redeemVoucherRoute = {
  method: 'POST',
  path: '/v1/mint/quote/voucher',
  request: redeemVoucherSchema,
  response: quoteSchema,
  nut: true,
} as const satisfies Route

/** What redeems a voucher, checked. */
export type RedeemVoucher = v.InferOutput<typeof redeemVoucherSchema>
