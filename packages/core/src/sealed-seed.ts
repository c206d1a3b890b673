/** A vault's seed as it lies in storage, sealed; loaded by seed.ts when the seed is first needed. */
import { TuppenceError } from '@tuppence/protocol'
import { systemRandom } from './adapters/system.ts'
import type { Db } from './tables.ts'

/** As it lies in `settings`: AES-256-GCM under a key that cannot be exported, beside it. */
type SealedSeed = { readonly key: CryptoKey; readonly iv: Uint8Array<ArrayBuffer>; readonly sealed: ArrayBuffer }

const settingsKey = 'seed'
const seedBytes = 64
const entropyBytes = 16
const ivBytes = 12

/** A seed and the 128 bits that its twelve words spell. */
export type KeptSeed = { readonly seed: Uint8Array<ArrayBuffer>; readonly entropy: Uint8Array<ArrayBuffer> }

/** The entropy behind a kept seed, to be shown as words. `undefined`: there is none yet. */
export async function keptEntropy(db: Db): Promise<Uint8Array | undefined> {
  const sealed = await read(db)
  return sealed && (await open(sealed)).entropy
}

/**
 * Puts a seed from recovery words in place of none.
 *
 * @throws {TuppenceError} `storage-conflict`: there is another seed, whose coins would be lost to sight.
 */
export async function adoptSeed(db: Db, seed: KeptSeed): Promise<void> {
  const kept = await open(await write(db, await seal(seed)))
  if (!kept.seed.every((byte, at) => byte === seed.seed[at])) throw new TuppenceError('storage-conflict')
}

/**
 * Puts another wallet's seed in the place of one that holds nothing. What was bought under that one can't be opened by
 * the new one, so it goes with it, as do its places in the mints' sequences.
 *
 * @throws {TuppenceError} `storage-conflict`: there are coins, or payments under way.
 */
export async function replaceSeed(db: Db, seed: KeptSeed): Promise<void> {
  const sealed = await seal(seed)
  await db.transact(['settings', 'coins', 'payments', 'counters', 'purchases'], 'write', async (tx) => {
    const held = [...(await tx.list('coins', { limit: 1 })), ...(await tx.list('payments', { limit: 1 }))]
    if (held.length > 0) throw new TuppenceError('storage-conflict')
    for (const store of ['counters', 'purchases'] as const) {
      for (const { key } of await tx.list(store)) await tx.delete(store, key)
    }
    await tx.put('settings', settingsKey, sealed)
  })
}

/** The seed of a storage, made on first use. */
export async function openOrMake(db: Db): Promise<KeptSeed> {
  const sealed = await read(db)
  if (sealed) return open(sealed)
  const { newSeed } = await import('./words.ts')
  return open(await write(db, await seal(await newSeed())))
}

function read(db: Db): Promise<SealedSeed | undefined> {
  return db.transact(['settings'], 'read', (tx) => tx.get('settings', settingsKey)) as Promise<SealedSeed | undefined>
}

/** Writes if there is none; answers what is there afterwards. */
function write(db: Db, sealed: SealedSeed): Promise<SealedSeed> {
  return db.transact(['settings'], 'write', async (tx) => {
    const there = (await tx.get('settings', settingsKey)) as SealedSeed | undefined
    if (!there) await tx.put('settings', settingsKey, sealed)
    return there ?? sealed
  })
}

async function seal({ seed, entropy }: KeptSeed): Promise<SealedSeed> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = systemRandom.bytes(ivBytes)
  return {
    key,
    iv,
    sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array([...seed, ...entropy])),
  }
}

async function open({ key, iv, sealed }: SealedSeed): Promise<KeptSeed> {
  try {
    const bytes = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))
    return { seed: bytes.slice(0, seedBytes), entropy: bytes.slice(seedBytes, seedBytes + entropyBytes) }
  } catch (cause) {
    throw new TuppenceError('storage-corrupt', { cause })
  }
}
