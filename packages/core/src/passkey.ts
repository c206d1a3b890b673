/** The seed under a passkey: wrapped by what its PRF gives, and found again at the mint by it; `@tuppence/core/passkey`. */
import {
  base64UrlDecode,
  base64UrlEncode,
  bytesToHex,
  isTuppenceError,
  sha256,
  TuppenceError,
} from '@tuppence/protocol'
import { readBlob, writeBlob, type BlobStore } from './clients/blobs.ts'
import type { KeptSeed } from './sealed-seed.ts'
import { blobKey, keyFor, packSeed, seal, unpackSeed, unseal } from './sealing.ts'

export type { BlobStore } from './clients/blobs.ts'
export type { KeptSeed } from './sealed-seed.ts'

const purpose = 'passkey'
const prfBytes = 32
const attemptsMax = 3

/**
 * What a passkey's PRF is asked for (WebAuthn `extensions.prf.eval.first`): the same for every wallet, so that a device that
 * knows nothing can ask. 32 bytes.
 */
export function prfInput(): Promise<Uint8Array<ArrayBuffer>> {
  return sha256('tuppence/passkey/1')
}

/**
 * Stores the seed at the mint, wrapped. Who has the passkey finds it; the mint sees a random name and ciphertext.
 *
 * @param prf - The PRF's output, 32 bytes.
 * @throws {TuppenceError} `bad-key`: not such an output. `blob-conflict`, `storage-full`, `mint-unavailable` ...
 */
export async function keepUnderPasskey(store: BlobStore, prf: Uint8Array, seed: KeptSeed): Promise<void> {
  const { locator, key } = await keysOf(prf)
  for (let attempt = 1; ; attempt++) {
    const there = await readBlob(store, bytesToHex(locator.publicKey))
    try {
      const data = await seal(key, purpose, packSeed(seed))
      return await writeBlob(store, locator, { version: (there?.version ?? 0) + 1, data })
    } catch (error) {
      if (!isTuppenceError(error, 'blob-conflict') || attempt === attemptsMax) throw error
    }
  }
}

/**
 * Finds it again.
 *
 * @returns `undefined`: nothing is kept under this passkey.
 * @throws {TuppenceError} `backup-invalid`: what is there was not written by `keepUnderPasskey`. `mint-unavailable` ...
 */
export async function findByPasskey(store: BlobStore, prf: Uint8Array): Promise<KeptSeed | undefined> {
  const { locator, key } = await keysOf(prf)
  const there = await readBlob(store, bytesToHex(locator.publicKey))
  return there && unpackSeed(await unseal(key, purpose, there.data))
}

/** Wraps a seed, for storage on this device. */
export async function wrapSeed(prf: Uint8Array, seed: KeptSeed): Promise<string> {
  const { key } = await keysOf(prf)
  return base64UrlEncode(await seal(key, purpose, packSeed(seed)))
}

/** @throws {TuppenceError} `backup-invalid`: another passkey, or not what `wrapSeed` wrote. */
export async function unwrapSeed(prf: Uint8Array, wrapped: string): Promise<KeptSeed> {
  const { key } = await keysOf(prf)
  try {
    return unpackSeed(await unseal(key, purpose, base64UrlDecode(wrapped)))
  } catch {
    throw new TuppenceError('backup-invalid')
  }
}

/** Where a passkey's blob is, and what opens it. Neither tells of the other. */
async function keysOf(prf: Uint8Array) {
  if (prf.length !== prfBytes) throw new TuppenceError('bad-key')
  return { locator: await blobKey(prf, `${purpose}-blob`), key: await keyFor(prf, `${purpose}-key`) }
}
