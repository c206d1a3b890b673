/** Hands the seed from one device to another by link or QR code, through the mint's blob store; `@tuppence/core/pairing`. */
import { TuppenceError } from '@tuppence/protocol'
import type { BlobStore } from './clients/blobs.ts'
import type { KeptSeed } from './sealed-seed.ts'

export type { BlobStore } from './clients/blobs.ts'
export type { KeptSeed } from './sealed-seed.ts'

/** How long a pairing may take, in milliseconds. */
export const pairingMs = 600_000

/** The old device's side. `text` goes into a link's fragment or a QR code; there is no secret in it. */
export type PairingOffer = {
  readonly text: string
  readonly expiresMs: number
  /** Waits for the other device. @throws {TuppenceError} `pairing-expired`, `cancelled`, `mint-unavailable` */
  readonly met: (signal?: AbortSignal) => Promise<PairingMet>
}

/** Both devices show `code` (six digits); the reader compares them and says so on the old one. */
export type PairingMet = {
  readonly code: string
  /** The codes are the same: sends the seed. Good once. */
  readonly confirm: (seed: KeptSeed) => Promise<void>
  /** They are not, or the reader changed their mind. */
  readonly refuse: () => Promise<void>
}

/** The new device's side. */
export type PairingJoined = {
  readonly code: string
  /** Waits for the seed; then `adoptSeed`, `wallet.restore` and `pullBackup`. @throws {TuppenceError} `pairing-expired`, `cancelled` */
  readonly seed: (signal?: AbortSignal) => Promise<KeptSeed>
}

/** Device A: starts a pairing. */
export async function offerPairing(_store: BlobStore): Promise<PairingOffer> {
  throw new TuppenceError('internal')
}

/** Device B: answers one. `text` may be the whole link. @throws {TuppenceError} `pairing-invalid`, `pairing-expired` */
export async function joinPairing(_store: BlobStore, _text: string, _signal?: AbortSignal): Promise<PairingJoined> {
  throw new TuppenceError('internal')
}
