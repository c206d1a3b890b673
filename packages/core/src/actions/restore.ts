/** Finds every signed, unspent coin of the seed again (NUT-13, NUT-09, NUT-07); called when a wallet is set up from its words. */
import { TuppenceError, type Coin, type Keyset } from '@tuppence/protocol'
import type { RestoreOptions } from '../api.ts'
import type { Context } from '../context.ts'
import { coinStates } from './coin-states.ts'
import { newId } from './ids.ts'
import type { HeldCoin } from '../coins.ts'
import { heldSecrets, type PlannedOutputs } from '../payment.ts'
import type { Tx } from '../tables.ts'
import { keysetOf, refreshMint } from './mints.ts'
import { seedOf } from './outputs.ts'

/** Outputs a request, and empty batches in a row after which a keyset is done (NUT-13 "Restoring batches"). */
const batchSize = 100
const emptyBatchesMax = 3

/**
 * Restores from all mints of this wallet. Safe beside everything else: coins that are there already stay as they are.
 *
 * @returns What was found and is good, by unit.
 * @throws {TuppenceError} `seed-required`, `cancelled`, `mint-unavailable` ...; what was found before is kept.
 */
export async function restore(context: Context, options: RestoreOptions = {}): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const url of context.mints) {
    const { keysets } = await refreshMint(context, url)
    await dropSpentAt(context, url)
    for (const keyset of keysets) {
      const amount = await restoreKeyset(context, { url, keyset, options })
      if (amount > 0) found[keyset.unit] = (found[keyset.unit] ?? 0) + amount
    }
  }
  await context.changed()
  return found
}

/** A coin and its place in its keyset's sequence. */
type Indexed = { readonly index: number; readonly coin: Coin }

type Scan = { readonly url: string; readonly keyset: Keyset; readonly options: RestoreOptions }

async function restoreKeyset(context: Context, scan: Scan): Promise<number> {
  const { url, keyset, options } = scan
  let found = 0
  let empty = 0
  for (let from = 0; empty < emptyBatchesMax; from += batchSize) {
    if (options.signal?.aborted) throw new TuppenceError('cancelled')
    const { coins, next } = await restoreBatch(context, scan, batchFrom(from))
    empty = next === undefined ? empty + 1 : 0
    if (next !== undefined) found += await keep(context, scan, { coins, next })
    options.onProgress?.({ mint: url, keysetId: keyset.id, scanned: from + batchSize, found })
  }
  return found
}

/** `next`: the index after the last one of these that the mint ever signed. */
async function restoreBatch(
  context: Context,
  { url, keyset }: Pick<Scan, 'url' | 'keyset'>,
  indices: readonly number[],
): Promise<{ coins: Indexed[]; next?: number }> {
  const answered = await signedAt(context, { url, keysetId: keyset.id }, indices)
  if (answered.length === 0) return { coins: [] }
  const [seed, curve] = await Promise.all([seedOf(context), context.curve()])
  const coins = await curve.unblind({
    seed,
    keysetId: keyset.id,
    keys: keyset.keys,
    planned: answered.map(({ planned }) => planned),
    signatures: answered.map(({ signature }) => signature),
  })
  const indexed = answered.flatMap(({ planned: { index } }, at) => {
    const coin = coins[at]
    return coin ? [{ index, coin }] : []
  })
  return { coins: indexed, next: Math.max(...indexed.map(({ index }) => index)) + 1 }
}

type Place = { readonly url: string; readonly keysetId: string }

const batchFrom = (from: number) => Array.from({ length: batchSize }, (_, at) => from + at)

/** What the mint has signed of some outputs. */
async function signedAt(context: Context, { url, keysetId }: Place, indices: readonly number[]) {
  const [seed, curve, client] = await Promise.all([seedOf(context), context.curve(), context.mint()])
  const planned = indices.map((index) => ({ index, amount: 0 }))
  const asked = await curve.makeOutputs({ seed, keysetId, planned })
  const { outputs, signatures } = await client.restore(url, asked)
  const indexOf = new Map(asked.map(({ B_ }, at) => [B_, indices[at]]))
  return outputs.flatMap(({ B_ }, at) => {
    const [index, signature] = [indexOf.get(B_), signatures[at]]
    return index === undefined || !signature ? [] : [{ planned: { index, amount: signature.amount }, signature }]
  })
}

/**
 * Moves on beyond every index that the mint has signed already: another device of this seed was there, or another life of
 * this storage. Its coins are that device's to hold; `restore` would bring them.
 */
export async function skipAhead(context: Context, url: string, { keysetId, planned }: PlannedOutputs): Promise<void> {
  let next = planned[0]?.index ?? 0
  for (let from = next; ; from += batchSize) {
    const signed = await signedAt(context, { url, keysetId }, batchFrom(from))
    if (signed.length === 0) break
    next = Math.max(...signed.map(({ planned: { index } }) => index)) + 1
  }
  await context.db.transact(['counters'], 'write', async (tx) =>
    tx.put('counters', keysetId, Math.max(next, (await tx.get('counters', keysetId)) ?? 0)),
  )
}

type Spent = {
  readonly mint: string
  readonly unit: string
  readonly secrets: readonly string[]
  /** What came for them, minor units. */
  readonly came?: number | undefined
}

/** Lets go of coins that the mint says are spent and that nothing here has spent: another device of this seed has. */
export async function dropSpent(context: Context, tx: Tx, { mint, unit, secrets, came = 0 }: Spent): Promise<void> {
  const coins = await Promise.all(secrets.map((secret) => tx.get('coins', secret)))
  const amount = coins.reduce((sum, coin) => sum + (coin?.amount ?? 0), -came)
  for (const secret of secrets) await tx.delete('coins', secret)
  if (amount < 1) return
  const id = newId(context)
  const atMs = context.clock.nowMs()
  await tx.put('history', id, { id, kind: 'send', end: 'taken', amount, unit, atMs, mint, reason: 'taken-elsewhere' })
}

/**
 * As `dropSpent`, for all coins at a mint that are free: for when one of them has turned out so.
 *
 * @param came - What came for them, by unit.
 */
export async function dropSpentAt(
  context: Context,
  mint: string,
  came: Readonly<Record<string, number>> = {},
): Promise<void> {
  const free = () => context.db.transact(['coins', 'payments'], 'read', (tx) => freeAt(tx, mint))
  const states = await coinStates(
    context,
    mint,
    (await free()).map(({ secret }) => secret),
  )
  await context.db.transact(['coins', 'payments', 'history'], 'write', async (tx) => {
    // One that a payment has taken up meanwhile is that payment's.
    const spent = (await freeAt(tx, mint)).filter(({ secret }) => states.get(secret) === 'SPENT')
    for (const unit of new Set(spent.map((coin) => coin.unit))) {
      const secrets = spent.filter((coin) => coin.unit === unit).map(({ secret }) => secret)
      await dropSpent(context, tx, { mint, unit, secrets, came: came[unit] })
    }
  })
  await context.changed()
}

async function freeAt(tx: Tx, mint: string): Promise<HeldCoin[]> {
  const held = heldSecrets((await tx.list('payments')).map(({ value }) => value))
  const coins = (await tx.list('coins')).map(({ value }) => value)
  return coins.filter((coin) => coin.mint === mint && !held.has(coin.secret))
}

/** Finds coins that were signed for outputs handed to somebody else. Answers what came, minor units; `undefined`: none was signed. */
export async function restoreAt(
  context: Context,
  url: string,
  { keysetId, planned }: PlannedOutputs,
): Promise<number | undefined> {
  const keyset = await keysetOf(context, url, keysetId)
  const { coins, next } = await restoreBatch(
    context,
    { url, keyset },
    planned.map(({ index }) => index),
  )
  return next === undefined ? undefined : keep(context, { url, keyset }, { coins, next })
}

async function keep(
  context: Context,
  { url, keyset }: Pick<Scan, 'url' | 'keyset'>,
  { coins, next }: { coins: readonly Indexed[]; next: number },
): Promise<number> {
  const missing = await notHere(context, keyset, coins)
  const states = await coinStates(
    context,
    url,
    missing.map(({ coin }) => coin.secret),
  )
  const good = missing.filter(({ coin }) => states.get(coin.secret) === 'UNSPENT')
  return context.db.transact(['coins', 'counters'], 'write', async (tx) => {
    let sum = 0
    for (const { coin } of good) {
      if (await tx.get('coins', coin.secret)) continue
      const { unit, input_fee_ppk: feePpk } = keyset
      await tx.put('coins', coin.secret, { ...coin, mint: url, unit, ...(feePpk > 0 && { feePpk }) })
      sum += coin.amount
    }
    // Never below what was used: an index is used once.
    await tx.put('counters', keyset.id, Math.max(next, (await tx.get('counters', keyset.id)) ?? 0))
    return sum
  })
}

/**
 * Coins that this wallet neither holds nor waits for, as of before the mint is asked about them: one that was here could be
 * spent between the mint's answer and our write, and one that an open payment brings would come twice.
 */
function notHere({ db }: Context, { id }: Keyset, coins: readonly Indexed[]): Promise<Indexed[]> {
  return db.transact(['coins', 'payments'], 'read', async (tx) => {
    const held = new Set((await tx.list('coins')).map(({ key }) => key))
    const open = (await tx.list('payments')).map(({ value }) => value)
    const outputs = open.map((payment) => ('outputs' in payment ? payment.outputs : undefined))
    const awaited = outputs.flatMap((one) => (one?.keysetId === id ? one.planned : []))
    const taken = new Set(awaited.map(({ index }) => index))
    return coins.filter(({ index, coin }) => !held.has(coin.secret) && !taken.has(index))
  })
}
