// What mints say of their keysets (NUT-01, NUT-02), checked; clients and mint-api use these.
// Apart from keyset.ts, which the pay path needs without valibot.

import * as v from 'valibot'
import { keysetIdSchema, pointSchema, wireObject } from './coin.ts'

/** Powers of two below 2^64. */
const keysMax = 64

const countSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** A currency unit as NUT-01 names it: lower-case letters and digits. */
export const unitSchema = /* @__PURE__ */ v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,15}$/, 'unit expected'))

/** @see Keys */
export const keysSchema = /* @__PURE__ */ v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,19}$/, 'decimal amount expected')), pointSchema),
  v.check((keys) => {
    const count = Object.keys(keys).length
    return count >= 1 && count <= keysMax
  }, '1 to 64 keys expected'),
)

/** @see KeysetInfo */
export const keysetInfoSchema = /* @__PURE__ */ wireObject(
  v.object({
    id: keysetIdSchema,
    unit: unitSchema,
    active: v.optional(v.boolean(), true),
    input_fee_ppk: v.optional(countSchema, 0),
    final_expiry: v.exactOptional(countSchema),
  }),
)

/** @see Keyset */
export const keysetSchema = /* @__PURE__ */ v.intersect([keysetInfoSchema, wireObject(v.object({ keys: keysSchema }))])

/** `GET /v1/keysets`: keysets of other versions (00, 02 ...) are left out, since nothing here can use them. */
export const keysetListSchema = /* @__PURE__ */ v.object({
  keysets: v.pipe(v.array(v.unknown()), v.transform(onlyKnownVersions), v.array(keysetInfoSchema)),
})

/** `GET /v1/keys` and `GET /v1/keys/{id}`: as `keysetListSchema`, with keys. */
export const keysetKeysSchema = /* @__PURE__ */ v.object({
  keysets: v.pipe(v.array(v.unknown()), v.transform(onlyKnownVersions), v.array(keysetSchema)),
})

function onlyKnownVersions(keysets: unknown[]): unknown[] {
  return keysets.filter((keyset) => {
    const id = (keyset as { id?: unknown } | null)?.id
    return typeof id !== 'string' || id.startsWith('01')
  })
}
