// The mint's routes as a table: method, path, shape of the body, form of its errors; app.ts mounts it.

import * as v from 'valibot'
import { amountSchema, blankMessageSchema, blindedMessageSchema, hexSchema, pointSchema, proofSchema } from '@tuppence/protocol'

const idSchema = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128))
const hashSchema = hexSchema(32)
const outputsSchema = v.array(blindedMessageSchema)
const inputsSchema = v.array(proofSchema)

/** Table of routes. `errors: 'nut'` answers `{code, detail}` with status 400, `'problem'` answers RFC 9457. */
export const routes = {
  health: { method: 'GET', path: '/health', errors: 'problem' },
  info: { method: 'GET', path: '/v1/info', errors: 'nut' },
  keys: { method: 'GET', path: '/v1/keys', errors: 'nut' },
  keysOf: { method: 'GET', path: '/v1/keys/:keyset', errors: 'nut' },
  keysets: { method: 'GET', path: '/v1/keysets', errors: 'nut' },
  receiptKeys: { method: 'GET', path: '/v1/receipt-keys', errors: 'problem' },
  openQuote: {
    method: 'POST',
    path: '/v1/mint/quote/:method',
    errors: 'nut',
    request: v.object({
      amount: amountSchema,
      unit: v.pipe(v.string(), v.maxLength(16)),
      description: v.nullish(v.pipe(v.string(), v.maxLength(500))),
      pubkey: v.nullish(pointSchema),
    }),
  },
  readQuote: { method: 'GET', path: '/v1/mint/quote/:method/:quote', errors: 'nut' },
  mint: {
    method: 'POST',
    path: '/v1/mint/:method',
    errors: 'nut',
    request: v.object({
      quote: idSchema,
      outputs: outputsSchema,
      signature: v.nullish(v.pipe(v.string(), v.maxLength(256))),
    }),
  },
  payTest: { method: 'POST', path: '/v1/test/pay', errors: 'nut', request: v.object({ quote: idSchema }) },
  swap: {
    method: 'POST',
    path: '/v1/swap',
    errors: 'nut',
    request: v.object({ inputs: inputsSchema, outputs: outputsSchema }),
  },
  checkStates: {
    method: 'POST',
    path: '/v1/checkstate',
    errors: 'nut',
    request: v.object({ Ys: v.pipe(v.array(pointSchema), v.minLength(1)) }),
  },
  restore: {
    method: 'POST',
    path: '/v1/restore',
    errors: 'nut',
    request: v.object({ outputs: v.pipe(v.array(blankMessageSchema), v.minLength(1)) }),
  },
  deposit: {
    method: 'POST',
    path: '/v1/deposit',
    errors: 'problem',
    request: v.object({ reference: hashSchema, account: idSchema, unit: idSchema, offer: hashSchema, inputs: inputsSchema }),
  },
  account: { method: 'GET', path: '/v1/accounts/:account', errors: 'problem' },
} as const satisfies Record<string, Route>

/** One row of the table. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly errors: 'nut' | 'problem'
  readonly request?: v.GenericSchema
}

/** Name of a route. */
export type RouteName = keyof typeof routes
