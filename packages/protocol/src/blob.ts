// What a wallet keeps at its mint, encrypted: backups, and what two of its devices tell each other; mint and core use it.
// Apart from mint-api.ts, so that only who backs up loads it.

import * as v from 'valibot'
import { hexSchema } from './coin.ts'
import { limits } from './limits.ts'
import type { Route } from './mint-api.ts'

const versionSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const secondsSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** Name of a blob: its Ed25519 public key, 32 bytes of lower-case hex. Who knows it may read, who has the private key may write. */
export const blobKeySchema = /* @__PURE__ */ hexSchema(32)

/**
 * A blob. `version`: exactly one more than the stored one, 1 where there is none (or it has expired); `data`: base64url, of
 * ciphertext; `expires`: Unix seconds, at most blobSecondsMax ahead, after which the mint forgets it.
 */
export const blobSchema = /* @__PURE__ */ v.strictObject({
  version: versionSchema,
  data: v.pipe(v.string(), v.maxLength(limits.blobCharsMax), v.regex(/^[\w-]*$/, 'base64url expected')),
  expires: secondsSchema,
})

/** Answer to a write: what is stored now. */
export const blobStoredSchema = /* @__PURE__ */ v.object({ version: versionSchema, expires: secondsSchema })

/** `GET /v1/blobs/{key}`: 404 `not-found` where there is none. */
export const readBlobRoute = { method: 'GET', path: '/v1/blobs/{key}', response: blobSchema } as const satisfies Route

/**
 * `POST /v1/blobs/{key}`, signed by that key over blobComponents, `keyid` its JWK thumbprint.
 *
 * Refusals: `blob-conflict` (409, `details.version` is the stored version, 0 for none), `storage-full` (507), `too-many-requests`.
 * The same body again is answered like the first time.
 */
export const writeBlobRoute = {
  method: 'POST',
  path: '/v1/blobs/{key}',
  request: blobSchema,
  response: blobStoredSchema,
  signed: true,
} as const satisfies Route

/** What the signature of a write covers at least. */
export const blobComponents = ['@method', '@path', 'content-digest'] as const

/** A blob as it travels. */
export type StoredBlob = v.InferOutput<typeof blobSchema>
