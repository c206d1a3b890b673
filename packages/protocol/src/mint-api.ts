// What a mint says and reads over HTTP: schemas of each message and the table of routes; mint, till and wallet use both.

import * as v from 'valibot'
import {
  amountSchema,
  blankMessageSchema,
  blindedMessageSchema,
  blindSignatureSchema,
  hexSchema,
  pointSchema,
  proofSchema,
  wireObject,
} from './coin.ts'
import { keysetKeysSchema, keysetListSchema, unitSchema } from './keyset-schemas.ts'
import { limits } from './limits.ts'
import { quoteIdSchema } from './quote-batch.ts'
import { readSignedReceipt } from './receipt.ts'
import type { SignedReceipt } from './receipt.ts'

const countSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const shortSchema = /* @__PURE__ */ v.pipe(v.string(), v.maxLength(512))
const inputsSchema = /* @__PURE__ */ v.pipe(v.array(proofSchema), v.minLength(1), v.maxLength(limits.itemsReadMax))
const outputsSchema = /* @__PURE__ */ v.pipe(
  v.array(blindedMessageSchema),
  v.minLength(1),
  v.maxLength(limits.itemsReadMax),
)
const signaturesSchema = /* @__PURE__ */ v.object({ signatures: v.array(blindSignatureSchema) })

/** Name of an account of a publisher: chosen by the operator, part of a path. */
export const accountIdSchema = /* @__PURE__ */ v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/))

/** A public Ed25519 key. @see PublicJwk */
export const publicJwkSchema = /* @__PURE__ */ v.object({
  kty: v.literal('OKP'),
  crv: v.literal('Ed25519'),
  x: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
  kid: v.exactOptional(shortSchema),
})

/** `GET /v1/receipt-keys`: every key that signed receipts which are still around, the newest first. */
export const receiptKeysSchema = /* @__PURE__ */ v.object({ keys: v.array(publicJwkSchema) })

/** `GET /v1/info` (NUT-06), as far as anyone here reads it; `tuppence` is ours. Unknown members are kept. */
export const mintInfoSchema = /* @__PURE__ */ wireObject(
  v.looseObject({
    name: v.exactOptional(shortSchema),
    pubkey: v.exactOptional(pointSchema),
    version: v.exactOptional(shortSchema),
    time: v.exactOptional(countSchema),
    nuts: v.exactOptional(v.record(v.string(), v.unknown())),
    tuppence: v.exactOptional(v.looseObject({ keys: v.array(publicJwkSchema) })),
  }),
)

/** One entry of `nuts["4"].methods` (NUT-04). */
export const fundingMethodSchema = /* @__PURE__ */ wireObject(
  v.object({
    method: v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,32}$/)),
    unit: unitSchema,
    method_name: v.exactOptional(shortSchema),
    min_amount: v.exactOptional(countSchema),
    max_amount: v.exactOptional(countSchema),
  }),
)

/** A way to put money in. `min_amount`, `max_amount`: minor units. */
export type FundingMethod = v.InferOutput<typeof fundingMethodSchema>

/** `POST /v1/swap` (NUT-03). */
export const swapSchema = /* @__PURE__ */ wireObject(v.object({ inputs: inputsSchema, outputs: outputsSchema }))

/** `POST /v1/mint/quote/{method}` (NUT-04, NUT-20). `amount`: minor units; `pubkey`: compressed point. */
export const quoteRequestSchema = /* @__PURE__ */ wireObject(
  v.object({
    amount: amountSchema,
    unit: unitSchema,
    description: v.exactOptional(shortSchema),
    pubkey: v.exactOptional(pointSchema),
  }),
)

/** State of a top-up quote. */
export const quoteStateSchema = /* @__PURE__ */ v.picklist(['UNPAID', 'PAID', 'ISSUED'])

/**
 * A top-up quote. `expiry` and `updated_at`: Unix seconds; amounts: minor units. `reason`: the error code of why an unpaid one
 * can't be paid any more.
 */
export const quoteSchema = /* @__PURE__ */ wireObject(
  v.object({
    quote: quoteIdSchema,
    request: v.pipe(v.string(), v.maxLength(4096)),
    unit: unitSchema,
    amount: amountSchema,
    state: quoteStateSchema,
    expiry: v.exactOptional(countSchema),
    pubkey: v.exactOptional(pointSchema),
    amount_paid: v.exactOptional(countSchema),
    amount_issued: v.exactOptional(countSchema),
    updated_at: v.exactOptional(countSchema),
    reason: v.exactOptional(shortSchema),
  }),
)

/** `POST /v1/mint/{method}` (NUT-04, NUT-20). */
export const issueSchema = /* @__PURE__ */ wireObject(
  v.object({ quote: quoteIdSchema, outputs: outputsSchema, signature: v.exactOptional(hexSchema(64)) }),
)

/** State of a melt quote (NUT-05). */
export const meltStateSchema = /* @__PURE__ */ v.picklist(['UNPAID', 'PENDING', 'PAID'])

/** `POST /v1/melt/quote/{method}` (NUT-05). `amount`: minor units, where the request names none. */
export const meltQuoteRequestSchema = /* @__PURE__ */ wireObject(
  v.object({
    request: v.pipe(v.string(), v.nonEmpty(), v.maxLength(4096)),
    unit: unitSchema,
    amount: v.exactOptional(amountSchema),
    options: v.exactOptional(v.object({ amountless: v.exactOptional(v.object({ amount_msat: amountSchema })) })),
  }),
)

/** A melt quote (NUT-05, NUT-08). `expiry`: Unix seconds; amounts: minor units; `change`: signatures on blank outputs. */
export const meltQuoteSchema = /* @__PURE__ */ wireObject(
  v.object({
    quote: quoteIdSchema,
    amount: amountSchema,
    unit: unitSchema,
    state: meltStateSchema,
    request: v.exactOptional(v.pipe(v.string(), v.maxLength(4096))),
    fee_reserve: v.exactOptional(countSchema),
    expiry: v.exactOptional(countSchema),
    payment_preimage: v.exactOptional(shortSchema),
    change: v.exactOptional(v.array(blindSignatureSchema)),
  }),
)

/**
 * `POST /v1/melt/{method}` (NUT-05). `outputs`: blank ones for change (NUT-08), whose amounts the mint chooses;
 * `prefer_async`: answer PENDING at once.
 */
export const meltSchema = /* @__PURE__ */ wireObject(
  v.object({
    quote: quoteIdSchema,
    inputs: inputsSchema,
    outputs: v.exactOptional(v.pipe(v.array(blankMessageSchema), v.maxLength(limits.itemsReadMax))),
    prefer_async: v.exactOptional(v.boolean()),
  }),
)

/** `POST /v1/test/pay`: says that a test quote is paid. */
export const testPaySchema = /* @__PURE__ */ v.object({ quote: quoteIdSchema })

/** `POST /v1/checkstate` (NUT-07). */
export const checkStateSchema = /* @__PURE__ */ v.object({
  Ys: v.pipe(v.array(pointSchema), v.minLength(1), v.maxLength(limits.itemsReadMax)),
})

/** Answer of `POST /v1/checkstate`, in the order of the request. */
export const coinStatesSchema = /* @__PURE__ */ v.object({
  states: v.array(
    wireObject(
      v.object({
        Y: pointSchema,
        state: v.picklist(['UNSPENT', 'PENDING', 'SPENT']),
        witness: v.exactOptional(v.string()),
      }),
    ),
  ),
})

/** `POST /v1/restore` (NUT-09). */
export const restoreSchema = /* @__PURE__ */ v.object({
  outputs: v.pipe(v.array(blankMessageSchema), v.minLength(1), v.maxLength(limits.itemsReadMax)),
})

/** Answer of `POST /v1/restore`: two lists of one length. */
export const restoredSchema = /* @__PURE__ */ v.pipe(
  v.object({ outputs: v.array(blankMessageSchema), signatures: v.array(blindSignatureSchema) }),
  v.check(({ outputs, signatures }) => outputs.length === signatures.length, 'a signature for each output'),
)

/**
 * `POST /v1/deposit`, signed by the account's key. `reference`: hex SHA-256 of the token's text; `offer`: hex commitment.
 * What is credited is the worth of the inputs less their fees.
 */
export const depositSchema = /* @__PURE__ */ v.strictObject({
  reference: hexSchema(32),
  account: accountIdSchema,
  unit: unitSchema,
  offer: hexSchema(32),
  inputs: inputsSchema,
})

/** @see SignedReceipt. Members that no signature covers are left out. */
export const signedReceiptSchema = /* @__PURE__ */ v.pipe(
  v.unknown(),
  v.transform(readSignedReceipt),
  v.custom<SignedReceipt>((receipt) => receipt !== undefined),
)

/** Answer of `POST /v1/deposit`: the same bytes each time that the same deposit is sent. */
export const depositedSchema = /* @__PURE__ */ v.object({ receipt: signedReceiptSchema })

/** `GET /v1/accounts/{account}`, signed by the account's key. `balance`: minor units. */
export const accountSchema = /* @__PURE__ */ v.object({
  id: accountIdSchema,
  name: v.exactOptional(shortSchema),
  balances: v.array(v.object({ unit: unitSchema, balance: countSchema })),
  deposits: countSchema,
})

/** `GET /health`. */
export const healthSchema = /* @__PURE__ */ v.object({ status: v.picklist(['ok', 'stopping']) })

/** A route: what is sent where, and what comes back. `signed`: by RFC 9421, with the key of an account. */
export type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly request?: v.GenericSchema
  readonly response: v.GenericSchema
  readonly signed?: true
  /** Errors are NUT errors (`{code, detail}`, 400) and not problems. */
  readonly nut?: true
}

/** Every route of a mint. Names in braces are parts of the path: see routePath. */
export const mintRoutes = /* @__PURE__ */ {
  info: { method: 'GET', path: '/v1/info', response: mintInfoSchema, nut: true },
  keys: { method: 'GET', path: '/v1/keys', response: keysetKeysSchema, nut: true },
  keysOf: { method: 'GET', path: '/v1/keys/{keyset}', response: keysetKeysSchema, nut: true },
  keysets: { method: 'GET', path: '/v1/keysets', response: keysetListSchema, nut: true },
  swap: { method: 'POST', path: '/v1/swap', request: swapSchema, response: signaturesSchema, nut: true },
  quote: {
    method: 'POST',
    path: '/v1/mint/quote/{method}',
    request: quoteRequestSchema,
    response: quoteSchema,
    nut: true,
  },
  quoteState: { method: 'GET', path: '/v1/mint/quote/{method}/{quote}', response: quoteSchema, nut: true },
  issue: { method: 'POST', path: '/v1/mint/{method}', request: issueSchema, response: signaturesSchema, nut: true },
  meltQuote: {
    method: 'POST',
    path: '/v1/melt/quote/{method}',
    request: meltQuoteRequestSchema,
    response: meltQuoteSchema,
    nut: true,
  },
  meltQuoteState: { method: 'GET', path: '/v1/melt/quote/{method}/{quote}', response: meltQuoteSchema, nut: true },
  melt: { method: 'POST', path: '/v1/melt/{method}', request: meltSchema, response: meltQuoteSchema, nut: true },
  checkState: {
    method: 'POST',
    path: '/v1/checkstate',
    request: checkStateSchema,
    response: coinStatesSchema,
    nut: true,
  },
  restore: { method: 'POST', path: '/v1/restore', request: restoreSchema, response: restoredSchema, nut: true },
  testPay: { method: 'POST', path: '/v1/test/pay', request: testPaySchema, response: quoteSchema, nut: true },
  deposit: { method: 'POST', path: '/v1/deposit', request: depositSchema, response: depositedSchema, signed: true },
  account: { method: 'GET', path: '/v1/accounts/{account}', response: accountSchema, signed: true },
  receiptKeys: { method: 'GET', path: '/v1/receipt-keys', response: receiptKeysSchema },
  health: { method: 'GET', path: '/health', response: healthSchema },
} as const satisfies Record<string, Route>

/**
 * What a till signs towards a mint. Not the authority: a till may reach its mint by an internal name, and what it signs is
 * of use to no other mint.
 */
export const depositComponents = ['@method', '@path', 'content-digest'] as const

/** As depositComponents, for a request without a body. */
export const accountComponents = ['@method', '@path'] as const

/** What is sent on a route, before it is checked. */
export type RequestOf<N extends keyof typeof mintRoutes> = (typeof mintRoutes)[N] extends {
  readonly request: infer S extends v.GenericSchema
}
  ? v.InferOutput<S>
  : undefined

/** What comes back on a route, checked. */
export type ResponseOf<N extends keyof typeof mintRoutes> = v.InferOutput<(typeof mintRoutes)[N]['response']>

/** A top-up quote as it travels. */
export type Quote = ResponseOf<'quote'>

/** A deposit as it travels. */
export type Deposit = RequestOf<'deposit'>

/** What a mint says of itself. */
export type MintInfo = ResponseOf<'info'>

/**
 * The path of a route.
 *
 * @param parts - For each name in braces; escaped here.
 * @example routePath(mintRoutes.quoteState, { method: 'test', quote: id }) // '/v1/mint/quote/test/...'
 */
export function routePath(route: { readonly path: string }, parts: Readonly<Record<string, string>> = {}): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''))
}
