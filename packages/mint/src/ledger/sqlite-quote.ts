// What operations do to top-up quotes on SQLite; sqlite-write.ts calls it inside the operation's savepoint.

import { refusalOf, type HeldQuote } from './quote-rules.ts'
import type { Operation, QuoteChange } from './port.ts'
import { Refused } from './refused.ts'
import type { Prepare } from './sqlite-read.ts'

const columns = {
  pay: 'amount_paid',
  issue: 'amount_issued',
  revoke: 'amount_revoked',
  restore: 'amount_revoked',
} as const

/** Applies one change of a quote. */
export function applyQuote(
  prepare: Prepare,
  change: QuoteChange,
  { unit, atMs }: Pick<Operation, 'unit' | 'atMs'>,
  sequence: number,
): void {
  if (change.type === 'open') {
    const { row } = change
    prepare('INSERT INTO quotes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)').run(
      row.id,
      row.method,
      row.unit,
      row.amount,
      row.request,
      row.description ?? null,
      row.pubkey ?? null,
      row.createdAtMs,
      row.expiresAtMs,
      row.updatedAtMs,
    )
    return
  }
  const quote = prepare(
    'SELECT unit, amount_paid AS paid, amount_issued AS issued, amount_revoked AS revoked FROM quotes WHERE id = ?',
  ).get(change.id) as HeldQuote | undefined
  const refusal = refusalOf(quote, change, unit)
  if (refusal !== undefined) throw new Refused(refusal)
  if (change.type === 'pay') {
    const { changes } = prepare('INSERT INTO payments VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
      change.method,
      change.event,
      change.id,
      change.amount,
      sequence,
    )
    if (changes !== 1) throw new Refused('quote-settled')
  }
  const column = columns[change.type]
  prepare(`UPDATE quotes SET ${column} = ${column} + ?, updated_at_ms = max(updated_at_ms, ?) WHERE id = ?`).run(
    change.type === 'restore' ? -change.amount : change.amount,
    atMs,
    change.id,
  )
}
