// What a round does to melt quotes on PostgreSQL; postgres-commit.ts calls it. Melts are few, so each goes on its own.

import type { MeltChange } from './port.ts'
import { run, type Placed, type RoundContext } from './postgres-round.ts'
import { bytes, textBytes } from './postgres-read.ts'

interface Held {
  readonly method: string
  readonly payee: string | null
  readonly unit: string
  readonly state: string
  readonly attempt: number
  readonly inputs: string | null
  readonly operation: number | null
}

type Released = readonly [keyset: number, id: string, y: string, amount: number]

/** Opens, starts, settles and fails; in the order of their ids, so that two processes lock them alike. */
export async function applyMelts(context: RoundContext, placed: readonly Placed[]): Promise<void> {
  const idOf = (change: MeltChange) => (change.type === 'open' ? change.row.id : change.id)
  const melts = placed.filter(({ operation }) => operation.melt !== undefined)
  for (const each of melts.toSorted((a, b) => (idOf(a.operation.melt!) < idOf(b.operation.melt!) ? -1 : 1))) {
    await applyMelt(context, each, each.operation.melt!)
  }
}

async function applyMelt(context: RoundContext, each: Placed, change: MeltChange): Promise<void> {
  const { client, refuse } = context
  const { operation } = each
  if (change.type === 'open') {
    const { row } = change
    await run(
      client,
      'open-melt',
      `INSERT INTO melts (id, method, unit, amount, fee_reserve, request, created_at_ms, expires_at_ms, payee, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'UNPAID')`,
      [
        row.id,
        row.method,
        row.unit,
        row.amount,
        row.feeReserve,
        textBytes(row.request),
        row.createdAtMs,
        row.expiresAtMs,
        row.payee ?? null,
      ],
    )
    return
  }
  const sql = 'SELECT method, unit, state, attempt, inputs, operation, payee FROM melts WHERE id = $1 FOR UPDATE'
  const [held] = await run<Held>(client, 'lock-melt', sql, [change.id])
  if (held === undefined) return refuse(operation, 'quote-unknown')
  if (held.unit !== operation.unit) return refuse(operation, 'units-differ')
  if (held.state === 'PAID') return refuse(operation, 'quote-settled')
  if (change.type === 'start') {
    if (held.state !== 'UNPAID' || change.attempt !== held.attempt + 1) return refuse(operation, 'quote-pending')
    // Two at once in two processes: the index throws one of them back, and it finds the other when it is tried again.
    const paid = "SELECT state FROM melts WHERE method = $1 AND payee = $2 AND state <> 'UNPAID'"
    const [rival] = await run<{ state: string }>(client, 'rival-melt', paid, [held.method, held.payee])
    if (rival !== undefined) return refuse(operation, rival.state === 'PAID' ? 'quote-settled' : 'quote-pending')
    return start(context, each, change)
  }
  if (held.state !== 'PENDING' || change.attempt !== held.attempt) return refuse(operation, 'quote-unpaid')
  if (change.type === 'settle') {
    const settle = "UPDATE melts SET state = 'PAID', answer = $2, inputs = NULL WHERE id = $1"
    await run(client, 'settle-melt', settle, [change.id, operation.answer])
    return
  }
  await release(context, each, held, change.id)
}

async function start(
  { client, numberOf }: RoundContext,
  { operation, sequence }: Placed,
  change: Extract<MeltChange, { type: 'start' }>,
): Promise<void> {
  const inputs: Released[] = operation.spends.map(({ keyset, y, amount }) => [numberOf(keyset), keyset, y, amount])
  await run(
    client,
    'start-melt',
    `UPDATE melts SET state = 'PENDING', attempt = $2, amount_in = $3, input_fee = $4, content = $5, outputs = $6,
       inputs = $7, operation = $8 WHERE id = $1`,
    [
      change.id,
      change.attempt,
      change.amountIn,
      change.inputFee,
      change.content,
      change.outputs,
      JSON.stringify(inputs),
      sequence,
    ],
  )
}

async function release({ client, post }: RoundContext, each: Placed, held: Held, id: string): Promise<void> {
  for (const [keyset, keysetId, y, amount] of JSON.parse(held.inputs ?? '[]') as Released[]) {
    const kept = 'INSERT INTO released (operation, keyset, y, amount, released_by) VALUES ($1, $2, $3, $4, $5)'
    await run(client, 'release', kept, [held.operation, keyset, bytes(y), amount, each.sequence])
    const gone = 'DELETE FROM spent WHERE keyset = $1 AND y = $2 AND operation = $3 RETURNING 1 AS one'
    const rows = await run(client, 'unspend', gone, [keyset, bytes(y), held.operation])
    if (rows.length !== 1) throw new Error('ledger: a coin of a pending melt is not spent by it')
    post(each, `outstanding:${keysetId}`, amount)
  }
  const sql = "UPDATE melts SET state = 'UNPAID', content = NULL, outputs = NULL, inputs = NULL WHERE id = $1"
  await run(client, 'fail-melt', sql, [id])
}
