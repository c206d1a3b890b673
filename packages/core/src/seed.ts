/** Keeps a vault's seed in its own storage; `@tuppence/core/seed`. */
import type { KeptSeed } from './sealed-seed.ts'
import type { Db } from './tables.ts'

export type { KeptSeed } from './sealed-seed.ts'

/** Opening the seal needs more code than asking whether it is open; the word list is loaded only to make a new seed. */
const sealed = () => import('./sealed-seed.ts')

/**
 * Gives the seed of a storage, making one on first use. Two tabs that start at once get the same one.
 *
 * What the wrapping is worth: nothing that copies the database's files gets the seed, and no script can export the key;
 * code that runs at the wallet's own origin can still ask for the seed. IndexedDB only: no other storage keeps a key.
 *
 * @example createWallet({ db, seed: keepSeed(db), mints })
 */
export function keepSeed(db: Db): () => Promise<Uint8Array> {
  let kept: Promise<KeptSeed> | undefined
  return async () => {
    kept ??= sealed()
      .then(({ openOrMake }) => openOrMake(db))
      .catch((error: unknown) => {
        kept = undefined
        throw error
      })
    return (await kept).seed
  }
}

/** The entropy behind a kept seed, to be shown as words. `undefined`: there is none yet. */
export async function keptEntropy(db: Db): Promise<Uint8Array | undefined> {
  return (await sealed()).keptEntropy(db)
}

/**
 * Puts a seed from recovery words in place of none.
 *
 * @throws {TuppenceError} `storage-conflict`: there is another seed, whose coins would be lost to sight.
 */
export async function adoptSeed(db: Db, seed: KeptSeed): Promise<void> {
  await (await sealed()).adoptSeed(db, seed)
}

/**
 * Puts another wallet's seed here, unless there is money under the one that is here.
 *
 * @throws {TuppenceError} `storage-conflict`: there are coins, or payments under way.
 */
export async function replaceSeed(db: Db, seed: KeptSeed): Promise<void> {
  await (await sealed()).replaceSeed(db, seed)
}
