/** A wallet's blobs at its mint: read and written by the key that names them; backup, pairing and passkey call it. */
import type { Clock, Fetch } from './ports.ts'

/** Where blobs are, and with what to reach it. `mint`: URL without a trailing slash. */
export type BlobStore = {
  readonly mint: string
  readonly fetch?: Fetch | undefined
  readonly clock?: Clock | undefined
}
