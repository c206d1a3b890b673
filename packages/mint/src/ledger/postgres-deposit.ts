// What a round does to publishers' accounts on PostgreSQL: deposits and refunds; postgres-commit.ts calls it.

import { bytes, hex } from './postgres-read.ts'
import { inOrder, run, type Placed, type RoundContext } from './postgres-round.ts'

/** Writes deposits' rows. */
export async function applyDeposits({ client, refuse }: RoundContext, placed: readonly Placed[]): Promise<void> {
  const deposits = inOrder(
    placed.flatMap(({ operation, sequence }) =>
      operation.deposit === undefined ? [] : [{ operation, sequence, deposit: operation.deposit }],
    ),
    ({ deposit }) => `${deposit.account} ${deposit.reference}`,
  )
  if (deposits.length === 0) return
  const rows = await run<{ operation: number }>(
    client,
    'insert-deposits',
    `INSERT INTO deposits (account, reference, amount, offer, operation)
     SELECT w.account, w.reference, w.amount, w.offer, w.operation
     FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bigint[]) AS w (account, reference, amount, offer, operation)
     JOIN accounts a ON a.id = w.account
     ON CONFLICT (account, reference) DO NOTHING RETURNING operation`,
    [
      deposits.map(({ deposit }) => deposit.account),
      deposits.map(({ deposit }) => bytes(deposit.reference)),
      deposits.map(({ deposit }) => deposit.amount),
      deposits.map(({ deposit }) => bytes(deposit.offer)),
      deposits.map(({ sequence }) => sequence),
    ],
  )
  const made = new Set(rows.map(({ operation }) => operation))
  const lost = deposits.filter(({ sequence }) => !made.has(sequence))
  if (lost.length === 0) return
  const accounts = await run<{ id: string }>(
    client,
    'accounts-of',
    'SELECT id FROM accounts WHERE id = ANY($1::text[])',
    [lost.map(({ deposit }) => deposit.account)],
  )
  const known = new Set(accounts.map(({ id }) => id))
  for (const { operation, deposit } of lost) {
    refuse(operation, known.has(deposit.account) ? 'deposit-conflict' : 'account-unknown')
  }
}

interface Credited {
  readonly account: string
  readonly reference: Buffer
  readonly amount: number
  readonly unit: string
}

/** Whoever takes money out of a publisher's account waits for the others that do, and sees what they left. */
export async function lockDebited({ client }: RoundContext, placed: readonly Placed[]): Promise<void> {
  const debited = placed.flatMap(({ operation }) =>
    operation.entries.filter(({ account, amount }) => amount < 0 && account.startsWith('publisher:')),
  )
  if (debited.length === 0) return
  const ids = new Set(debited.map(({ account }) => account.slice('publisher:'.length)))
  await run(client, 'lock-accounts', 'SELECT id FROM accounts WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE', [
    [...ids],
  ])
}

/** Writes refunds' rows; none is more than its deposit. */
export async function applyRefunds({ client, refuse }: RoundContext, placed: readonly Placed[]): Promise<void> {
  const refunds = inOrder(
    placed.flatMap(({ operation, sequence }) =>
      operation.refund === undefined ? [] : [{ operation, sequence, refund: operation.refund }],
    ),
    ({ refund }) => `${refund.account} ${refund.reference}`,
  )
  if (refunds.length === 0) return
  const accounts = refunds.map(({ refund }) => refund.account)
  const references = refunds.map(({ refund }) => bytes(refund.reference))
  const rows = await run<Credited>(
    client,
    'credited',
    `SELECT w.account, w.reference, d.amount, o.unit FROM unnest($1::text[], $2::bytea[]) AS w (account, reference)
     CROSS JOIN LATERAL (SELECT amount, operation FROM deposits d WHERE d.account = w.account AND d.reference = w.reference LIMIT 1) AS d
     CROSS JOIN LATERAL (SELECT unit FROM operations o WHERE o.sequence = d.operation LIMIT 1) AS o`,
    [accounts, references],
  )
  const credited = new Map(rows.map((row) => [`${row.account} ${hex(row.reference)}`, row]))
  const good = refunds.filter(({ operation, refund }) => {
    const found = credited.get(`${refund.account} ${refund.reference}`)
    if (found === undefined) refuse(operation, 'deposit-unknown')
    else if (found.unit !== operation.unit) refuse(operation, 'units-differ')
    else if (refund.amount > found.amount) refuse(operation, 'refund-too-large')
    else return true
    return false
  })
  if (good.length === 0) return
  const made = await run<{ operation: number }>(
    client,
    'insert-refunds',
    `INSERT INTO refunds (account, reference, amount, operation)
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[]) AS w
     ON CONFLICT (account, reference) DO NOTHING RETURNING operation`,
    [
      good.map(({ refund }) => refund.account),
      good.map(({ refund }) => bytes(refund.reference)),
      good.map(({ refund }) => refund.amount),
      good.map(({ sequence }) => sequence),
    ],
  )
  const done = new Set(made.map(({ operation }) => operation))
  for (const { operation, sequence } of good) if (!done.has(sequence)) refuse(operation, 'refund-conflict')
}
