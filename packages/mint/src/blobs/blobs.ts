// What wallets keep here, encrypted: reads for who knows a key, writes for who can sign with it; handlers.ts calls it.

import {
  base64UrlEncode,
  blobComponents,
  blobKeySchema,
  hexToBytes,
  limits,
  publicJwk,
  thumbprint,
  TuppenceError,
  verifyRequest,
  type SignableRequest,
  type StoredBlob,
} from '@tuppence/protocol'
import * as v from 'valibot'
import type { Deps } from '../deps.ts'
import { bodyDigest } from '../ed25519.ts'

/** Reads a blob. @throws {TuppenceError} `not-found`. */
export async function readBlob(deps: Deps, key: string): Promise<StoredBlob> {
  const blob = await deps.blobs.read(checkKey(key), secondsOf(deps))
  if (blob === undefined) throw new TuppenceError('not-found')
  return blob
}

/**
 * Writes the next version of a blob.
 *
 * @throws {TuppenceError} `signature-*`, `blob-conflict`, `storage-full`, `bad-request` (expires too late or already).
 */
export async function writeBlob(
  deps: Deps,
  key: string,
  { blob, request }: { blob: StoredBlob; request: SignableRequest },
): Promise<{ version: number; expires: number }> {
  const publicKey = base64UrlEncode(hexToBytes(checkKey(key)))
  const ownId = await thumbprint(publicJwk(publicKey))
  await verifyRequest(request, {
    resolve: (keyId) => (keyId === ownId ? publicKey : undefined),
    nowMs: deps.clock.nowMs(),
    required: blobComponents,
    verify: (of, signature, base) => deps.verifyEd25519(of as string, signature, base),
    digest: bodyDigest,
  })
  const nowSeconds = secondsOf(deps)
  if (blob.expires <= nowSeconds || blob.expires > nowSeconds + limits.blobSecondsMax) {
    throw new TuppenceError('bad-request', { details: { field: 'expires' } })
  }
  const outcome = await deps.blobs.write(key, blob, { nowSeconds, charsMax: deps.config.blobs.charsMax })
  if (outcome.status === 'conflict') throw new TuppenceError('blob-conflict', { details: { version: outcome.version } })
  if (outcome.status === 'full') throw new TuppenceError('storage-full')
  return { version: blob.version, expires: blob.expires }
}

function checkKey(key: string): string {
  if (!v.is(blobKeySchema, key)) throw new TuppenceError('bad-request', { details: { field: 'key' } })
  return key
}

function secondsOf({ clock }: Deps): number {
  return Math.floor(clock.nowMs() / 1000)
}
