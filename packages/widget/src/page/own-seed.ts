// This wallet's seed, for the ways to back it up and to hand it on.
import type { Db } from '@tuppence/core'
import type { KeptSeed } from '@tuppence/core/pairing'
import { keepSeed, keptEntropy } from '@tuppence/core/seed'

/** Reads it; one is made if there is none yet. */
export async function seedOf(db: Db): Promise<KeptSeed> {
  const seed = Uint8Array.from(await keepSeed(db)())
  return { seed, entropy: Uint8Array.from((await keptEntropy(db)) ?? []) }
}
