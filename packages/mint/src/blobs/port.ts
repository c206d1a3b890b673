// Where wallets' encrypted blobs are kept: apart from the ledger, in no transaction with it; blobs.ts works through it.

import type { StoredBlob } from '@tuppence/protocol'

/** What became of a write. `version`: the stored one, 0 for none. */
export type BlobOutcome =
  | { readonly status: 'stored' }
  | { readonly status: 'conflict'; readonly version: number }
  | { readonly status: 'full' }

/**
 * Blobs by key. One that has expired is as good as none.
 *
 * @throws {TuppenceError} `storage-unavailable`.
 */
export interface Blobs {
  read(key: string, nowSeconds: number): Promise<StoredBlob | undefined>
  /** Writes version n + 1 over n, durably, as long as all blobs together stay under so many characters. */
  write(key: string, blob: StoredBlob, bounds: { nowSeconds: number; charsMax: number }): Promise<BlobOutcome>
  /** Forgets what has expired. */
  sweep(nowSeconds: number): Promise<void>
  close(): Promise<void>
}

/** What a write does, given what is stored; each store asks inside its transaction. */
export function judgeWrite(
  stored: StoredBlob | undefined,
  blob: StoredBlob,
  { nowSeconds, charsMax, charsNow }: { nowSeconds: number; charsMax: number; charsNow: number },
): BlobOutcome | { readonly status: 'write'; readonly growth: number } {
  const live = stored !== undefined && stored.expires > nowSeconds ? stored : undefined
  // Sent again because its answer was lost: it is there.
  if (live?.version === blob.version && live.data === blob.data && live.expires === blob.expires)
    return { status: 'stored' }
  if (blob.version !== (live?.version ?? 0) + 1) return { status: 'conflict', version: live?.version ?? 0 }
  const growth = blob.data.length - (stored?.data.length ?? 0)
  return charsNow + growth > charsMax && growth > 0 ? { status: 'full' } : { status: 'write', growth }
}
