// One round of a batch on PostgreSQL: each table gets one statement for all operations; postgres.ts begins and commits.

import type { PoolClient } from 'pg'
import type { JournalRow } from './journal.ts'
import type { Operation, Refusal } from './port.ts'
import { applyMelts } from './postgres-melt.ts'
import { applyQuotes } from './postgres-quote.ts'
import { applyDeposits, applyRefunds, lockDebited } from './postgres-deposit.ts'
import { bytes, hex, textBytes } from './postgres-read.ts'
import { inOrder, run, type Placed, type RoundContext } from './postgres-round.ts'

/** What a round found out. When anything was refused the transaction must be rolled back, and tried again without it. */
export interface Round {
  readonly refused: Map<Operation, Refusal>
  /** Operations that were done before, and their answers. */
  readonly repeated: Map<Operation, string>
  readonly written: JournalRow[]
}

interface KeysetRow {
  readonly number: number
  readonly id: string
  readonly unit: string
  readonly active: number
}

/** Writes operations none of which touch the same coin, output, quote, melt or deposit. */
export async function writeRound(client: PoolClient, writer: number, operations: readonly Operation[]): Promise<Round> {
  const round: Round = { refused: new Map(), repeated: new Map(), written: [] }
  const placed = await insertOperations(client, writer, operations, round)
  const keysets = await readKeysets(client, operations)
  const refuse = (operation: Operation, code: Refusal) => {
    if (!round.refused.has(operation)) round.refused.set(operation, code)
  }
  const sums = new Map<Placed, Map<string, number>>()
  const context: RoundContext = {
    client,
    writer,
    refuse,
    numberOf: (id) => keysets.get(id)?.number ?? 0,
    post: (each, account, amount) => {
      const own = sums.get(each) ?? new Map<string, number>()
      sums.set(each, own.set(account, (own.get(account) ?? 0) + amount))
    },
  }
  for (const each of placed) checkKeysets(each.operation, keysets, refuse)
  for (const each of placed)
    for (const { account, amount } of each.operation.entries) context.post(each, account, amount)
  await lockDebited(context, placed)
  await applyDeposits(context, placed)
  await applyRefunds(context, placed)
  await applyQuotes(context, placed)
  await applyMelts(context, placed)
  await insertSpends(context, placed)
  await insertPromises(context, placed)
  if (round.refused.size === 0) await postEntries(context, placed, sums)
  return round
}

async function insertOperations(
  client: PoolClient,
  writer: number,
  operations: readonly Operation[],
  round: Round,
): Promise<Placed[]> {
  const sorted = inOrder(operations, ({ hash }) => hash)
  const rows = await run<{ hash: Buffer; sequence: number }>(
    client,
    'insert-operations',
    `INSERT INTO operations (hash, kind, unit, at_ms, answer, writer)
     SELECT w.*, $6::bigint FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::text[]) AS w
     ON CONFLICT (hash) DO NOTHING RETURNING hash, sequence`,
    [
      sorted.map(({ hash }) => bytes(hash)),
      sorted.map(({ kind }) => kind),
      sorted.map(({ unit }) => unit),
      sorted.map(({ atMs }) => atMs),
      sorted.map(({ answer }) => answer),
      writer,
    ],
  )
  const sequences = new Map(rows.map(({ hash, sequence }) => [hex(hash), sequence]))
  const known = sorted.filter(({ hash }) => !sequences.has(hash))
  if (known.length > 0) {
    const answers = await run<{ hash: Buffer; answer: string }>(
      client,
      'known-operations',
      'SELECT hash, answer FROM operations WHERE hash = ANY($1::bytea[])',
      [known.map(({ hash }) => bytes(hash))],
    )
    const byHash = new Map(answers.map(({ hash, answer }) => [hex(hash), answer]))
    for (const operation of known) round.repeated.set(operation, byHash.get(operation.hash) as string)
  }
  const placed = sorted
    .filter(({ hash }) => sequences.has(hash))
    .map((operation) => ({ operation, sequence: sequences.get(operation.hash) as number }))
    .toSorted((a, b) => a.sequence - b.sequence)
  for (const { operation, sequence } of placed) round.written.push({ ...operation, sequence })
  return placed
}

async function readKeysets(client: PoolClient, operations: readonly Operation[]): Promise<Map<string, KeysetRow>> {
  const ids = new Set(
    operations.flatMap(({ spends, promises }) => [...spends, ...promises].map(({ keyset }) => keyset)),
  )
  if (ids.size === 0) return new Map()
  const sql = 'SELECT number, id, unit, active FROM keysets WHERE id = ANY($1::text[])'
  const rows = await run<KeysetRow>(client, 'round-keysets', sql, [[...ids]])
  return new Map(rows.map((row) => [row.id, row]))
}

function checkKeysets(
  operation: Operation,
  keysets: ReadonlyMap<string, KeysetRow>,
  refuse: (operation: Operation, code: Refusal) => void,
): void {
  for (const { keyset } of [...operation.spends, ...operation.promises]) {
    if (keysets.get(keyset)?.unit !== operation.unit) return refuse(operation, 'keyset-unknown')
  }
  for (const { keyset } of operation.promises) {
    if (keysets.get(keyset)?.active !== 1) return refuse(operation, 'keyset-inactive')
  }
}

async function insertSpends(
  { client, refuse, numberOf, post }: RoundContext,
  placed: readonly Placed[],
): Promise<void> {
  const coins = inOrder(
    placed.flatMap((each) => each.operation.spends.map((coin) => ({ each, coin, number: numberOf(coin.keyset) }))),
    ({ number, coin }) => `${String(number).padStart(16, '0')} ${coin.y}`,
  )
  if (coins.length === 0) return
  const rows = await run<{ keyset: number; y: Buffer }>(
    client,
    'insert-spent',
    `INSERT INTO spent (keyset, y, amount, operation, witness)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[]) AS w
     ON CONFLICT (keyset, y) DO NOTHING RETURNING keyset, y`,
    [
      coins.map(({ number }) => number),
      coins.map(({ coin }) => bytes(coin.y)),
      coins.map(({ coin }) => coin.amount),
      coins.map(({ each }) => each.sequence),
      coins.map(({ coin }) => (coin.witness === undefined ? null : textBytes(coin.witness))),
    ],
  )
  const taken = new Set(rows.map(({ keyset, y }) => `${keyset} ${hex(y)}`))
  const lost = coins.filter(({ number, coin }) => !taken.has(`${number} ${coin.y}`))
  const pending = await pendingAmong(client, lost)
  for (const { each, coin, number } of coins) {
    const name = `${number} ${coin.y}`
    if (!taken.has(name)) refuse(each.operation, pending.has(name) ? 'coins-pending' : 'coins-spent')
    post(each, `outstanding:${coin.keyset}`, -coin.amount)
  }
}

/** Which of some coins that others have are in a melt whose outcome is not known. */
async function pendingAmong(
  client: PoolClient,
  coins: readonly { readonly number: number; readonly coin: { readonly y: string } }[],
): Promise<ReadonlySet<string>> {
  if (coins.length === 0) return new Set()
  const rows = await run<{ keyset: number; y: Buffer }>(
    client,
    'pending-spent',
    `SELECT w.keyset, w.y FROM unnest($1::bigint[], $2::bytea[]) AS w (keyset, y)
     CROSS JOIN LATERAL (SELECT s.operation FROM spent s WHERE s.keyset = w.keyset AND s.y = w.y LIMIT 1) AS s
     WHERE EXISTS (SELECT 1 FROM melts m WHERE m.operation = s.operation AND m.state = 'PENDING')`,
    [coins.map(({ number }) => number), coins.map(({ coin }) => bytes(coin.y))],
  )
  return new Set(rows.map(({ keyset, y }) => `${keyset} ${hex(y)}`))
}

async function insertPromises(
  { client, refuse, numberOf, post }: RoundContext,
  placed: readonly Placed[],
): Promise<void> {
  const outputs = inOrder(
    placed.flatMap((each) => each.operation.promises.map((output) => ({ each, output }))),
    ({ output }) => output.b,
  )
  if (outputs.length === 0) return
  const rows = await run<{ b: Buffer }>(
    client,
    'insert-promises',
    `INSERT INTO promises (b, keyset, amount, c, e, s, operation)
     SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bigint[]) AS w
     ON CONFLICT (b) DO NOTHING RETURNING b`,
    [
      outputs.map(({ output }) => bytes(output.b)),
      outputs.map(({ output }) => numberOf(output.keyset)),
      outputs.map(({ output }) => output.amount),
      outputs.map(({ output }) => bytes(output.c)),
      outputs.map(({ output }) => bytes(output.e)),
      outputs.map(({ output }) => bytes(output.s)),
      outputs.map(({ each }) => each.sequence),
    ],
  )
  const taken = new Set(rows.map(({ b }) => hex(b)))
  for (const { each, output } of outputs) {
    if (!taken.has(output.b)) refuse(each.operation, 'outputs-signed')
    post(each, `outstanding:${output.keyset}`, output.amount)
  }
}

/** Writes entries and this writer's balances, and looks whether more coins came back than went out. */
async function postEntries(
  { client, writer, refuse }: RoundContext,
  placed: readonly Placed[],
  sums: ReadonlyMap<Placed, ReadonlyMap<string, number>>,
): Promise<void> {
  const entries: { each: Placed; account: string; amount: number }[] = []
  const totals = new Map<string, { account: string; unit: string; amount: number }>()
  for (const each of placed) {
    let total = 0
    for (const [account, amount] of sums.get(each) ?? []) {
      total += amount
      if (amount === 0) continue
      entries.push({ each, account, amount })
      const key = `${account} ${each.operation.unit}`
      const before = totals.get(key)?.amount ?? 0
      totals.set(key, { account, unit: each.operation.unit, amount: before + amount })
    }
    if (total !== 0) throw new Error(`ledger: an operation's entries sum to ${total}, not zero`)
  }
  if (entries.length === 0) return
  await run(
    client,
    'insert-entries',
    `INSERT INTO entries (operation, account, unit, amount)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS w`,
    [
      entries.map(({ each }) => each.sequence),
      entries.map(({ account }) => account),
      entries.map(({ each }) => each.operation.unit),
      entries.map(({ amount }) => amount),
    ],
  )
  const changed = inOrder([...totals.values()], ({ account, unit }) => `${account} ${unit}`)
  await run(
    client,
    'post-balances',
    `INSERT INTO balances (account, unit, writer, balance)
     SELECT w.account, w.unit, $4::bigint, w.amount FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (account, unit, amount)
     ON CONFLICT (account, unit, writer) DO UPDATE SET balance = balances.balance + excluded.balance`,
    [
      changed.map(({ account }) => account),
      changed.map(({ unit }) => unit),
      changed.map(({ amount }) => amount),
      writer,
    ],
  )
  const guarded = /^(?:outstanding|publisher|paying-out):/
  const below = await run<{ account: string }>(
    client,
    'below-zero',
    'SELECT account FROM balances WHERE account = ANY($1::text[]) GROUP BY account, unit HAVING sum(balance) < 0',
    [changed.filter(({ account, amount }) => amount < 0 && guarded.test(account)).map(({ account }) => account)],
  )
  // Which one it was is found out by trying them alone.
  for (const { account } of below) {
    const isForgery = account.startsWith('outstanding:')
    for (const { operation } of placed) refuse(operation, isForgery ? 'over-redeemed' : 'account-short')
  }
}
