// Rows of the ledger that the fraud rules' sums are made of, read beside the mint on a connection that cannot write; income.ts
// opens it.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from '../config.ts'

/** One entry of an operation that moved a publisher's money. */
export interface MoneyRow {
  readonly sequence: number
  readonly kind: string
  readonly unit: string
  readonly at_ms: number
  readonly account: string
  readonly amount: number
}

/** Reads of the ledger. Close it after use. */
export interface LedgerRows {
  /** Entries of deposits, refunds and payouts with `from < sequence <= to`, in order. */
  money(from: number, to: number): Promise<readonly MoneyRow[]>
  /** The last operation there is. */
  last(): Promise<number>
  close(): Promise<void>
}

const lastSql = 'SELECT coalesce(max(sequence), 0) AS last FROM operations'
const moneySql = (from: string, to: string) => `
SELECT o.sequence, o.kind, o.unit, o.at_ms, e.account, e.amount
FROM operations o JOIN entries e ON e.operation = o.sequence
WHERE o.sequence > ${from} AND o.sequence <= ${to} AND o.kind IN ('deposit', 'refund', 'payout', 'payout-failed')
ORDER BY o.sequence`

/** Opens the ledger for reading, whichever store it is in. @throws {TuppenceError} `storage-unavailable`. */
export async function openLedgerRows({
  databaseUrl,
  dataDir,
}: Pick<MintConfig, 'databaseUrl' | 'dataDir'>): Promise<LedgerRows> {
  try {
    return databaseUrl === undefined
      ? sqliteRows(join(dataDir, 'ledger.db'))
      : await postgresRows(databaseUrl.split(','))
  } catch (cause) {
    throw new TuppenceError('storage-unavailable', { cause })
  }
}

function sqliteRows(path: string): LedgerRows {
  const db = new DatabaseSync(path, { readOnly: true })
  db.exec('PRAGMA busy_timeout = 1000')
  return {
    money: async (from, to) => db.prepare(moneySql('?', '?')).all(from, to) as unknown as MoneyRow[],
    last: async () => (db.prepare(lastSql).get() as { last: number }).last,
    close: async () => db.close(),
  }
}

async function postgresRows([url = '', ...others]: readonly string[]): Promise<LedgerRows> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 30_000, types: { getTypeParser: parserOf } })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    if (others.length === 0) throw error
    return postgresRows(others)
  }
  return {
    money: async (from, to) => (await client.query<MoneyRow>(moneySql('$1', '$2'), [from, to])).rows,
    last: async () => (await client.query<{ last: number }>(lastSql)).rows[0]?.last ?? 0,
    close: () => client.end(),
  }
}

const int8 = 20

/** Every int8 of the ledger is a safe integer. */
const parserOf = ((oid: number, format?: 'text' | 'binary') =>
  oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser
