// What a round does to top-up quotes on PostgreSQL; postgres-commit.ts calls it, with at most one change of a quote.

import { after, refusalOf, type HeldQuote } from './quote-rules.ts'
import type { QuoteChange } from './port.ts'
import { inOrder, run, type Placed, type RoundContext } from './postgres-round.ts'
import { textBytes } from './postgres-read.ts'

type Held = HeldQuote & { readonly id: string }

type With<T extends QuoteChange['type']> = Placed & { readonly change: Extract<QuoteChange, { type: T }> }

/** Opens, pays, issues, revokes and restores. */
export async function applyQuotes(context: RoundContext, placed: readonly Placed[]): Promise<void> {
  const of = <T extends QuoteChange['type']>(type: T): With<T>[] =>
    placed.flatMap((each) =>
      (each.operation.quotes ?? [])
        .filter((change) => change.type === type)
        .map((change) => ({ ...each, change: change as With<T>['change'] })),
    )
  const opened = of('open')
  if (opened.length > 0) await open(context, opened)
  const changed = inOrder([...of('pay'), ...of('issue'), ...of('revoke'), ...of('restore')], ({ change }) => change.id)
  if (changed.length === 0) return
  const rows = await run<Held>(
    context.client,
    'lock-quotes',
    `SELECT id, unit, amount_paid AS paid, amount_issued AS issued, amount_revoked AS revoked FROM quotes
     WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [changed.map(({ change }) => change.id)],
  )
  const held = new Map(rows.map((row) => [row.id, row]))
  const good = changed.filter(({ operation, change }) => {
    const quote = held.get(change.id)
    const code = refusalOf(quote, change, operation.unit)
    if (code !== undefined) context.refuse(operation, code)
    // An operation may do several things to one quote.
    else if (quote !== undefined) held.set(change.id, after(quote, change))
    return code === undefined
  })
  await pay(
    context,
    good.filter((each): each is With<'pay'> => each.change.type === 'pay'),
  )
  if (good.length === 0) return
  const before = new Map(rows.map((row) => [row.id, row]))
  const ids = [...new Set(good.map(({ change }) => change.id))]
  const by = (column: 'paid' | 'issued' | 'revoked') =>
    ids.map((id) => (held.get(id)?.[column] ?? 0) - (before.get(id)?.[column] ?? 0))
  const atMs = new Map(good.map(({ change, operation }) => [change.id, operation.atMs]))
  await run(
    context.client,
    'change-quotes',
    `UPDATE quotes SET amount_paid = amount_paid + w.paid, amount_issued = amount_issued + w.issued,
       amount_revoked = amount_revoked + w.revoked, updated_at_ms = greatest(updated_at_ms, w.at_ms)
     FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS w (id, paid, issued, revoked, at_ms)
     WHERE quotes.id = w.id`,
    [ids, by('paid'), by('issued'), by('revoked'), ids.map((id) => atMs.get(id))],
  )
}

async function open({ client }: RoundContext, opened: readonly With<'open'>[]): Promise<void> {
  const rows = inOrder(opened, ({ change }) => change.row.id).map(({ change }) => change.row)
  await run(
    client,
    'open-quotes',
    `INSERT INTO quotes (id, method, unit, amount, request, description, pubkey, created_at_ms, expires_at_ms, updated_at_ms,
       amount_paid, amount_issued)
     SELECT w.*, 0, 0 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[],
       $8::bigint[], $9::bigint[], $10::bigint[]) AS w`,
    [
      rows.map(({ id }) => id),
      rows.map(({ method }) => method),
      rows.map(({ unit }) => unit),
      rows.map(({ amount }) => amount),
      rows.map(({ request }) => textBytes(request)),
      rows.map(({ description }) => (description === undefined ? null : textBytes(description))),
      rows.map(({ pubkey }) => pubkey ?? null),
      rows.map(({ createdAtMs }) => createdAtMs),
      rows.map(({ expiresAtMs }) => expiresAtMs),
      rows.map(({ updatedAtMs }) => updatedAtMs),
    ],
  )
}

async function pay({ client, refuse }: RoundContext, paid: readonly With<'pay'>[]): Promise<void> {
  if (paid.length === 0) return
  const sorted = inOrder(paid, ({ change }) => `${change.method} ${change.event}`)
  const rows = await run<{ operation: number }>(
    client,
    'insert-payments',
    `INSERT INTO payments (method, event, quote, amount, operation)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS w
     ON CONFLICT (method, event) DO NOTHING RETURNING operation`,
    [
      sorted.map(({ change }) => change.method),
      sorted.map(({ change }) => change.event),
      sorted.map(({ change }) => change.id),
      sorted.map(({ change }) => change.amount),
      sorted.map(({ sequence }) => sequence),
    ],
  )
  const counted = new Set(rows.map(({ operation }) => operation))
  for (const { operation, sequence } of sorted) if (!counted.has(sequence)) refuse(operation, 'quote-settled')
}
