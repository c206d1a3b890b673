// What moved a publisher's account, on PostgreSQL: one snapshot, read through cursors; postgres-read.ts calls it.

import type { PoolClient } from 'pg'
import type { Connections } from './postgres-connections.ts'
import type { Ledger, Movement } from './port.ts'

const rowsAtOnce = 5000

type Row = Record<string, unknown>

const queries = [
  `SELECT 'deposit' AS kind, d.reference, d.amount, o.sequence, o.at_ms FROM deposits d
   JOIN operations o ON o.sequence = d.operation WHERE d.account = $1 AND o.unit = $2`,
  `SELECT 'refund' AS kind, r.reference, -r.amount AS amount, o.sequence, o.at_ms FROM refunds r
   JOIN operations o ON o.sequence = r.operation WHERE r.account = $1 AND o.unit = $2`,
  `SELECT o.kind, o.sequence, o.at_ms, o.answer, coalesce(p.amount, 0) AS amount FROM entries e
   JOIN operations o ON o.sequence = e.operation
   LEFT JOIN entries p ON p.operation = e.operation AND p.account = 'publisher:' || $1
   WHERE e.account = 'paying-out:' || $1 AND e.account LIKE 'paying-out:%' AND e.unit = $2`,
]

/** @see Ledger.movements */
export async function readMovements(
  pool: Connections,
  { account, unit, visit }: { account: string; unit: string; visit: Parameters<Ledger['movements']>[2] },
): Promise<number> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    for (const [index, sql] of queries.entries())
      await readQuery(client, { sql, index, values: [account, unit] }, visit)
    const { rows } = await client.query<{ balance: number }>(
      'SELECT coalesce(sum(balance), 0)::bigint AS balance FROM balances WHERE account = $1 AND unit = $2',
      [`publisher:${account}`, unit],
    )
    return rows[0]?.balance ?? 0
  } finally {
    await client.query('ROLLBACK').catch((cause: unknown) => (broken = cause as Error))
    client.release(broken)
  }
}

async function readQuery(
  client: PoolClient,
  { sql, index, values }: { sql: string; index: number; values: readonly string[] },
  visit: (slice: readonly Movement[]) => void,
): Promise<void> {
  // DECLARE takes no parameters; both are names of a narrow alphabet, and quoted all the same.
  const text = sql.replace(/\$(\d)/g, (_, at: string) => client.escapeLiteral(values[Number(at) - 1] as string))
  await client.query(`DECLARE movements_${index} NO SCROLL CURSOR FOR ${text}`)
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${rowsAtOnce} FROM movements_${index}`)
    visit(rows.map(movementOf))
    if (rows.length < rowsAtOnce) return
  }
}

function movementOf(row: Row): Movement {
  return {
    kind: row['kind'] as Movement['kind'],
    sequence: row['sequence'] as number,
    atMs: row['at_ms'] as number,
    amount: row['amount'] as number,
    ...(row['reference'] === undefined ? {} : { reference: (row['reference'] as Buffer).toString('hex') }),
    ...(row['answer'] === undefined ? {} : { answer: row['answer'] as string }),
  }
}
