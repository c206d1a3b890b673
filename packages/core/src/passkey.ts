/** The seed under a passkey: wrapped by what its PRF gives, and found again at the mint by it; `@tuppence/core/passkey`. */
import { TuppenceError } from '@tuppence/protocol'
import type { BlobStore } from './clients/blobs.ts'
import type { KeptSeed } from './sealed-seed.ts'

export type { BlobStore } from './clients/blobs.ts'
export type { KeptSeed } from './sealed-seed.ts'

/** Input of the PRF (WebAuthn `extensions.prf.eval.first`): the same for every wallet, so that a new device can ask. 32 bytes. */
export async function prfInput(): Promise<Uint8Array<ArrayBuffer>> {
  throw new TuppenceError('internal')
}

/** Stores the seed at the mint, wrapped. @param prf - The PRF's output, 32 bytes. */
export async function keepUnderPasskey(_store: BlobStore, _prf: Uint8Array, _seed: KeptSeed): Promise<void> {
  throw new TuppenceError('internal')
}

/** Finds it again. `undefined`: nothing is kept under this passkey. @throws {TuppenceError} `backup-invalid` */
export async function findByPasskey(_store: BlobStore, _prf: Uint8Array): Promise<KeptSeed | undefined> {
  throw new TuppenceError('internal')
}

/** Wraps a seed, for storage on this device. */
export async function wrapSeed(_prf: Uint8Array, _seed: KeptSeed): Promise<string> {
  throw new TuppenceError('internal')
}

/** @throws {TuppenceError} `backup-invalid`: another passkey, or not what `wrapSeed` wrote. */
export async function unwrapSeed(_prf: Uint8Array, _wrapped: string): Promise<KeptSeed> {
  throw new TuppenceError('internal')
}
