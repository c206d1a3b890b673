// What moved a publisher's account, on SQLite: in slices, so that a mint that serves answers others in between; sqlite.ts calls it.

import type { Ledger, Movement } from './port.ts'
import { blob, type Prepare } from './sqlite-read.ts'

const rowsAtOnce = 2000

interface Asked {
  readonly account: string
  readonly unit: string
  readonly visit: Parameters<Ledger['movements']>[2]
}

// The joins go from the account's own rows to the journal's by its key, whatever the planner would like better.
const statements = {
  deposit: `SELECT d.reference, d.amount, o.sequence, o.at_ms FROM deposits d CROSS JOIN operations o ON o.sequence = d.operation
    WHERE d.account = ? AND d.reference > ? AND o.unit = ? AND d.operation <= ? ORDER BY d.reference LIMIT ${rowsAtOnce}`,
  refund: `SELECT r.reference, -r.amount AS amount, o.sequence, o.at_ms FROM refunds r CROSS JOIN operations o ON o.sequence = r.operation
    WHERE r.account = ? AND r.reference > ? AND o.unit = ? AND r.operation <= ? ORDER BY r.reference LIMIT ${rowsAtOnce}`,
} as const

/** @see Ledger.movements */
export async function readMovements(
  prepare: Prepare,
  attempt: <T>(work: () => T) => Promise<T>,
  { account, unit, visit }: Asked,
): Promise<number> {
  // One writer gives out the numbers: what has one of these is all there is at this moment, and stays as it is.
  const { balance, last } = await attempt(
    () =>
      prepare(
        `SELECT coalesce((SELECT balance FROM balances WHERE account = ? AND unit = ?), 0) AS balance,
         coalesce((SELECT max(sequence) FROM operations), 0) AS last`,
      ).get(`publisher:${account}`, unit) as { balance: number; last: number },
  )
  for (const kind of ['deposit', 'refund'] as const) {
    for (let after = ''; ;) {
      const rows = await attempt(() => prepare(statements[kind]).all(account, blob(after), unit, last))
      const slice = rows.map((row) => movementOf(kind, row))
      visit(slice)
      if (slice.length < rowsAtOnce) break
      after = slice.at(-1)?.reference as string
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const rows = await attempt(() =>
    prepare(
      `SELECT o.kind, o.sequence, o.at_ms, o.answer, coalesce(p.amount, 0) AS amount FROM entries e
       CROSS JOIN operations o ON o.sequence = e.operation
       LEFT JOIN entries p ON p.operation = e.operation AND p.account = ?
       WHERE e.account = ? AND e.account LIKE 'paying-out:%' AND e.unit = ? AND e.operation <= ? ORDER BY e.operation`,
    ).all(`publisher:${account}`, `paying-out:${account}`, unit, last),
  )
  visit(rows.map((row) => ({ ...movementOf(row['kind'] as Movement['kind'], row), answer: row['answer'] as string })))
  return balance
}

function movementOf(kind: Movement['kind'], row: Record<string, unknown>): Movement {
  return {
    kind,
    sequence: row['sequence'] as number,
    atMs: row['at_ms'] as number,
    amount: row['amount'] as number,
    ...(row['reference'] === undefined
      ? {}
      : { reference: Buffer.from(row['reference'] as Uint8Array).toString('hex') }),
  }
}
