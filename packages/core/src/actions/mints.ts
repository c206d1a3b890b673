/** Asks mints for their keysets, recomputes the ids and pins the keys; every action that wants coins made calls it first. */
import { checkKeysetId, denominations, TuppenceError, type Keyset } from '@tuppence/protocol'
import type { Context } from '../context.ts'
import type { PinnedMint } from '../tables.ts'
import { pinnedMint } from './pinned.ts'

/** More keysets than a mint ever needs; beyond it is abuse. */
const keysetsMax = 100

/** A mint whose active keyset makes coins of a unit. `sizes`: its denominations, ascending. */
export type OpenMint = { readonly pinned: PinnedMint; readonly keyset: Keyset; readonly sizes: readonly number[] }

/**
 * Reads a mint's keysets and keeps what is new.
 *
 * @throws {TuppenceError} `mint-unknown`, `keyset-mismatch`, `unit-unsupported`, `mint-unavailable` ...
 */
export async function openMint(context: Context, url: string, unit: string): Promise<OpenMint> {
  const pinned = await refreshMint(context, url)
  const able = pinned.keysets.filter((one) => one.active && one.unit === unit)
  // The one whose coins cost the least to spend.
  const keyset = able.toSorted((a, b) => a.input_fee_ppk - b.input_fee_ppk)[0]
  if (!keyset) throw new TuppenceError('unit-unsupported', { details: { unit } })
  return { pinned, keyset, sizes: powersOfTwo(denominations(keyset)) }
}

/** As `openMint`, for all units. */
export async function refreshMint(context: Context, url: string): Promise<PinnedMint> {
  if (!context.mints.includes(url)) throw new TuppenceError('mint-unknown')
  const client = await context.mint()
  const before = await pinnedMint(context, url)
  const known = new Map(before?.keysets.map((keyset) => [keyset.id, keyset]))
  const infos = await client.keysets(url)
  if (infos.length > keysetsMax) throw new TuppenceError('mint-response-invalid')
  for (const info of infos) {
    // The id follows from the keys, so keys that are known once never change.
    const keys = known.get(info.id)?.keys ?? (await client.keysOf(url, info.id)).find(({ id }) => id === info.id)?.keys
    if (!keys) throw new TuppenceError('mint-response-invalid')
    const keyset = { ...info, keys }
    await checkKeysetId(keyset)
    known.set(info.id, keyset)
  }
  const listed = new Set(infos.map(({ id }) => id))
  const pinned: PinnedMint = {
    url,
    // One that the mint no longer lists makes no more coins, but ours of it may still be good.
    keysets: [...known.values()].map((keyset) => (listed.has(keyset.id) ? keyset : { ...keyset, active: false })),
    receiptKeys: mergeKeys(before?.receiptKeys ?? [], await client.receiptKeys(url)),
    fetchedMs: context.clock.nowMs(),
  }
  await context.db.transact(['mints'], 'write', (tx) => tx.put('mints', url, pinned))
  context.pinned.set(url, pinned)
  return pinned
}

/** A keyset of a mint; asks the mint where only another tab has met it. */
export async function keysetOf(context: Context, url: string, id: string): Promise<Keyset> {
  const named = (mint: PinnedMint | undefined) => mint?.keysets.find((one) => one.id === id)
  const keyset = named(await pinnedMint(context, url)) ?? named(await refreshMint(context, url))
  if (!keyset) throw new TuppenceError('keyset-unknown')
  return keyset
}

/** Keys that signed receipts once are kept: the receipts are. */
function mergeKeys(before: readonly JsonWebKey[], now: readonly JsonWebKey[]): JsonWebKey[] {
  return [...now, ...before.filter((old) => !now.some((key) => key.x === old.x))]
}

/** Planning counts on powers of two; a size that is none is left to others. */
function powersOfTwo(sizes: readonly number[]): number[] {
  const powers = sizes.filter((size) => Number.isInteger(Math.log2(size)))
  if (powers[0] !== 1) throw new TuppenceError('denomination-unknown')
  return powers
}
