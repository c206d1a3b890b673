// What operations do to melt quotes on SQLite; sqlite-write.ts calls it inside the operation's savepoint.

import { blob, type Prepare } from './sqlite-read.ts'
import type { MeltChange, Operation, Spend } from './port.ts'
import { Refused } from './refused.ts'

interface Held {
  readonly method: string
  readonly payee: string | null
  readonly unit: string
  readonly state: string
  readonly attempt: number
  readonly inputs: string | null
  readonly operation: number | null
}

type Released = readonly [keyset: number, y: string, amount: number]

/**
 * Applies a change to a melt quote.
 *
 * @returns The coins that are released, by keyset id: they are outstanding again.
 */
export function applyMelt(
  prepare: Prepare,
  { melt: change, unit, spends, answer }: Pick<Operation, 'unit' | 'spends' | 'answer'> & { melt: MeltChange },
  sequence: number,
  numberOf: (keyset: string) => number,
): Pick<Spend, 'keyset' | 'amount'>[] {
  if (change.type === 'open') {
    const { row } = change
    const { changes } = prepare(
      `INSERT INTO melts (id, method, unit, amount, fee_reserve, request, created_at_ms, expires_at_ms, payee, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'UNPAID') ON CONFLICT DO NOTHING`,
    ).run(
      row.id,
      row.method,
      row.unit,
      row.amount,
      row.feeReserve,
      row.request,
      row.createdAtMs,
      row.expiresAtMs,
      row.payee ?? null,
    )
    if (changes !== 1) throw new Refused('quote-pending')
    return []
  }
  const held = prepare('SELECT method, unit, state, attempt, inputs, operation, payee FROM melts WHERE id = ?').get(
    change.id,
  ) as Held | undefined
  if (held === undefined) throw new Refused('quote-unknown')
  if (held.unit !== unit) throw new Refused('units-differ')
  if (held.state === 'PAID') throw new Refused('quote-settled')
  if (change.type === 'start') {
    if (held.state !== 'UNPAID' || change.attempt !== held.attempt + 1) throw new Refused('quote-pending')
    const rival = prepare("SELECT state FROM melts WHERE method = ? AND payee = ? AND state <> 'UNPAID'").get(
      held.method,
      held.payee,
    )
    if (rival !== undefined) throw new Refused(rival['state'] === 'PAID' ? 'quote-settled' : 'quote-pending')
    const inputs: Released[] = spends.map(({ keyset, y, amount }) => [numberOf(keyset), y, amount])
    prepare(
      `UPDATE melts SET state = 'PENDING', attempt = ?, amount_in = ?, input_fee = ?, content = ?, outputs = ?, inputs = ?,
       operation = ? WHERE id = ?`,
    ).run(
      change.attempt,
      change.amountIn,
      change.inputFee,
      change.content,
      change.outputs,
      JSON.stringify(inputs),
      sequence,
      change.id,
    )
    return []
  }
  if (held.state !== 'PENDING' || change.attempt !== held.attempt) throw new Refused('quote-unpaid')
  if (change.type === 'settle') {
    prepare("UPDATE melts SET state = 'PAID', answer = ?, inputs = NULL WHERE id = ?").run(answer, change.id)
    return []
  }
  return release(prepare, held, change.id, sequence)
}

/** Takes an attempt's coins out of spent again, and keeps that they were there. */
function release(prepare: Prepare, held: Held, id: string, sequence: number): Pick<Spend, 'keyset' | 'amount'>[] {
  const coins = JSON.parse(held.inputs ?? '[]') as Released[]
  const released = coins.map(([number, y, amount]) => {
    prepare('INSERT INTO released VALUES (?, ?, ?, ?, ?)').run(held.operation, number, blob(y), amount, sequence)
    const { changes } = prepare('DELETE FROM spent WHERE keyset = ? AND y = ? AND operation = ?').run(
      number,
      blob(y),
      held.operation,
    )
    if (changes !== 1) throw new Error(`ledger: a coin of a pending melt is not spent by it`)
    const { id: keyset } = prepare('SELECT id FROM keysets WHERE number = ?').get(number) as { id: string }
    return { keyset, amount }
  })
  prepare("UPDATE melts SET state = 'UNPAID', content = NULL, outputs = NULL, inputs = NULL WHERE id = ?").run(id)
  return released
}
