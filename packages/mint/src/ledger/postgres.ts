// The ledger on PostgreSQL: many stateless mints beside each other on one database; mint.ts opens it when one is configured.

import type { PoolClient } from 'pg'
import { checkpointText, runningHash, type JournalRow } from './journal.ts'
import type { AccountRow, KeysetRow, Ledger, Operation, Outcome } from './port.ts'
import { writeRound } from './postgres-commit.ts'
import { attempt, openConnections, transact, type Connections } from './postgres-connections.ts'
import { bytes, createPostgresReads } from './postgres-read.ts'
import { migratePostgres } from './postgres-schema.ts'

/** How long an answer to COMMIT that was lost is looked for, on whichever server is the primary by then. */
const ambiguousTriesMax = 20
const ambiguousPauseMs = 250

/**
 * Opens a ledger on PostgreSQL, and brings it up to date.
 *
 * @param url - `postgres://...`; several servers with commas between them, of which the one that takes writes is used.
 * @throws {TuppenceError} `storage-unavailable`.
 */
export async function openPostgresLedger({ url }: { url: string }): Promise<Ledger> {
  const pool = openConnections(url)
  await pool.findPrimary()
  await attempt(pool, () => migratePostgres(pool))
  const reads = createPostgresReads(pool)
  const own = { number: 0, hash: runningHash(0), sequence: 0, signed: 0 }
  const commit = async (batch: readonly Operation[]) => {
    const { outcomes, written } = await commitBatch(pool, own.number, batch)
    for (const row of written) own.hash.add(row)
    own.sequence = written.at(-1)?.sequence ?? own.sequence
    return outcomes
  }
  const reading = Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [
      name,
      (...args: unknown[]) => attempt(pool, () => (read as (...given: unknown[]) => Promise<unknown>)(...args)),
    ]),
  ) as typeof reads
  let closed: Promise<void> | undefined
  return {
    ...reading,
    commit: (batch) => attempt(pool, () => commit(batch)),
    addKeyset: (row) => attempt(pool, () => transact(pool, (client) => addKeyset(client, row))),
    putAccount: (row) => attempt(pool, () => transact(pool, (client) => putAccount(client, row))),
    nextEpoch: () =>
      attempt(pool, async () => {
        const { rows } = await pool.query<{ value: number }>(
          "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value",
        )
        own.number = (rows[0] as { value: number }).value
        own.hash = runningHash(own.number)
        return own.number
      }),
    checkpoint: (sign) =>
      attempt(pool, async () => {
        if (own.number === 0 || own.sequence === own.signed) return
        const { sequence } = own
        const digest = own.hash.digest()
        await pool.query('INSERT INTO checkpoints VALUES ($1, $2, $3, $4)', [
          own.number,
          sequence,
          digest,
          Buffer.from(sign(checkpointText(own.number, sequence, digest))),
        ])
        own.signed = sequence
      }),
    close: () => (closed ??= pool.end()),
  }
}

/** Thrown inside a round's transaction to undo it. */
class Undo extends Error {}

interface Done {
  readonly outcomes: Outcome[]
  readonly written: JournalRow[]
}

/**
 * Commits a batch in as few transactions as it can be: one, unless operations of it touch the same thing (the later goes
 * into another round) or lose against another process (the round is tried again without the losers).
 */
async function commitBatch(pool: Connections, writer: number, batch: readonly Operation[]): Promise<Done> {
  const outcomes = new Map<Operation, Outcome>()
  const written: JournalRow[] = []
  const first = new Map<string, Operation>()
  for (const operation of batch) if (!first.has(operation.hash)) first.set(operation.hash, operation)
  let waiting = [...first.values()]
  while (waiting.length > 0) {
    const { now, later } = apart(waiting)
    waiting = later
    for (let round: readonly Operation[] = now; round.length > 0;) {
      round = await commitRound(pool, writer, round, { outcomes, written })
    }
  }
  const told = new Set<string>()
  return {
    written,
    outcomes: batch.map(({ hash }) => {
      const outcome = outcomes.get(first.get(hash) as Operation) as Outcome
      const isRepeat = told.has(hash)
      told.add(hash)
      return isRepeat && outcome.status === 'committed' ? { ...outcome, status: 'repeated' } : outcome
    }),
  }
}

/** Tries a round. @returns What is left to try again. */
async function commitRound(
  pool: Connections,
  writer: number,
  round: readonly Operation[],
  done: { outcomes: Map<Operation, Outcome>; written: JournalRow[] },
): Promise<readonly Operation[]> {
  let result: Awaited<ReturnType<typeof writeRound>> | undefined
  let committing = false
  try {
    await transact(pool, async (client) => {
      result = await writeRound(client, writer, round)
      if (result.refused.size > 0) throw new Undo()
      committing = true
    })
  } catch (error) {
    if (!(error instanceof Undo)) {
      if (!committing || result === undefined || !(await wasCommitted(pool, result.written))) throw error
    }
  }
  if (result === undefined) throw new Error('ledger: a round without a result')
  const { refused, repeated, written } = result
  for (const [operation, answer] of repeated) done.outcomes.set(operation, { status: 'repeated', answer })
  const isShared = [...refused.values()].some((code) => code === 'over-redeemed' || code === 'account-short')
  if (isShared && round.length > 1) {
    // One of them has forged coins, or asks too much of an account that others draw on. Alone, only that one is refused.
    for (const operation of round) {
      if (!done.outcomes.has(operation)) await commitRound(pool, writer, [operation], done)
    }
    return []
  }
  for (const [operation, code] of refused) done.outcomes.set(operation, { status: 'refused', code })
  if (refused.size > 0) return round.filter((operation) => !done.outcomes.has(operation))
  done.written.push(...written)
  for (const operation of round) {
    if (!done.outcomes.has(operation)) done.outcomes.set(operation, { status: 'committed', answer: operation.answer })
  }
  return []
}

/** Whether a COMMIT whose answer was lost took place: its rows are there, on whoever is the primary now. */
async function wasCommitted(pool: Connections, written: readonly JournalRow[]): Promise<boolean> {
  const hashes = written.map(({ hash }) => bytes(hash))
  for (let attempt = 0; attempt < ambiguousTriesMax; attempt++) {
    try {
      if (await pool.findPrimary()) {
        const sql = 'SELECT count(*) AS n FROM operations WHERE hash = ANY($1::bytea[])'
        const { rows } = await pool.query<{ n: number }>(sql, [hashes])
        return hashes.length > 0 && rows[0]?.n === hashes.length
      }
    } catch {
      // Gone again: wait like the others.
    }
    await new Promise((resolve) => setTimeout(resolve, ambiguousPauseMs))
  }
  return false
}

/** Splits operations: those of one round touch nothing twice. */
function apart(operations: readonly Operation[]): { now: Operation[]; later: Operation[] } {
  const taken = new Set<string>()
  const now: Operation[] = []
  const later: Operation[] = []
  for (const operation of operations) {
    const things = touched(operation)
    if (things.some((thing) => taken.has(thing))) later.push(operation)
    else now.push(operation)
    // Also of those that wait, so that their order among each other stays.
    for (const thing of things) taken.add(thing)
  }
  return { now, later }
}

function touched({ spends, promises, quotes = [], deposit, refund, melt }: Operation): string[] {
  return [
    ...spends.map(({ keyset, y }) => `spent ${keyset} ${y}`),
    ...promises.map(({ b }) => `promise ${b}`),
    ...quotes.map((quote) => `quote ${quote.type === 'open' ? quote.row.id : quote.id}`),
    ...quotes.flatMap((quote) => (quote.type === 'pay' ? [`event ${quote.method} ${quote.event}`] : [])),
    ...[deposit, refund].flatMap((row) => (row === undefined ? [] : [`deposit ${row.account} ${row.reference}`])),
    // A melt that fails gives back coins that another operation of the batch may want: all of them go one by one.
    ...(melt === undefined ? [] : ['melt']),
  ]
}

async function addKeyset(client: PoolClient, row: KeysetRow): Promise<void> {
  if (row.active) await client.query('UPDATE keysets SET active = 0 WHERE unit = $1 AND active = 1', [row.unit])
  await client.query('INSERT INTO keysets VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
    row.number,
    row.id,
    row.unit,
    row.active ? 1 : 0,
    row.inputFeePpk,
    JSON.stringify(row.denominations),
    row.createdAtMs,
    row.finalExpiry ?? null,
  ])
}

async function putAccount(client: PoolClient, row: AccountRow): Promise<void> {
  await client.query(
    `INSERT INTO accounts VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE
     SET name = excluded.name, public_key = excluded.public_key, key_id = excluded.key_id`,
    [row.id, row.name, row.publicKey, row.keyId, row.createdAtMs],
  )
}
