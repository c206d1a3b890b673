// The ledger's reads on SQLite; sqlite.ts wraps them into the port.

import type { StatementSync } from 'node:sqlite'
import type { AccountRow, Balance, CoinState, KeysetRow, MeltRow, Promised, QuoteRow, Spend, Totals } from './port.ts'
import { accountOf, keysetOf, meltOf, quoteOf } from './rows.ts'

/** Prepares a statement once and keeps it. */
export type Prepare = (sql: string) => StatementSync

/** Bytes of hex text, as a SQLite BLOB. */
export function blob(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function hexOf(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex')
}

const text = (value: unknown): string => value as string

/** The synchronous reads; each sees only committed operations, since writing never yields in the middle. */
export function createReads(prepare: Prepare) {
  return {
    ...coinReads(prepare),
    answer(hash: string): string | undefined {
      const row = prepare('SELECT answer FROM operations WHERE hash = ?').get(blob(hash))
      return row === undefined ? undefined : (row['answer'] as string)
    },
    quote(id: string): QuoteRow | undefined {
      const row = prepare('SELECT * FROM quotes WHERE id = ?').get(id)
      return row === undefined ? undefined : quoteOf(row, text)
    },
    melt(id: string): MeltRow | undefined {
      const row = prepare('SELECT * FROM melts WHERE id = ?').get(id)
      return row === undefined ? undefined : meltOf(row, text)
    },
    pendingMelts(): MeltRow[] {
      return prepare("SELECT * FROM melts WHERE state = 'PENDING' ORDER BY id")
        .all()
        .map((row) => meltOf(row, text))
    },
    keysets(): KeysetRow[] {
      return prepare('SELECT * FROM keysets ORDER BY number').all().map(keysetOf)
    },
    account(id: string): AccountRow | undefined {
      const row = prepare('SELECT * FROM accounts WHERE id = ?').get(id)
      return row === undefined ? undefined : accountOf(row)
    },
    accounts(): AccountRow[] {
      return prepare('SELECT * FROM accounts ORDER BY id').all().map(accountOf)
    },
    balances(account: string): Balance[] {
      return prepare('SELECT account, unit, balance FROM balances WHERE account = ? ORDER BY unit').all(
        account,
      ) as unknown as Balance[]
    },
    depositCount(account: string): number {
      return (prepare('SELECT count(*) AS n FROM deposits WHERE account = ?').get(account) as { n: number }).n
    },
    hasDeposit(account: string, reference: string): boolean {
      return (
        prepare('SELECT 1 FROM deposits WHERE account = ? AND reference = ?').get(account, blob(reference)) !==
        undefined
      )
    },
    isBackup: () => prepare("SELECT 1 FROM meta WHERE name = 'backup'").get() !== undefined,
    totals: () => totals(prepare),
    position(): { epoch: number; sequence: number } {
      return prepare(
        "SELECT (SELECT value FROM meta WHERE name = 'epoch') AS epoch, coalesce((SELECT max(sequence) FROM operations), 0) AS sequence",
      ).get() as { epoch: number; sequence: number }
    },
  }
}

/** Whether an operation that spent coins is a melt whose outcome is not known. */
export function isPending(prepare: Prepare, operation: number): boolean {
  return prepare("SELECT 1 FROM melts WHERE operation = ? AND state = 'PENDING'").get(operation) !== undefined
}

function coinReads(prepare: Prepare) {
  return {
    blocked(coins: readonly Pick<Spend, 'keyset' | 'y'>[]): 'coins-spent' | 'coins-pending' | undefined {
      const find = prepare(
        'SELECT operation FROM spent WHERE keyset = (SELECT number FROM keysets WHERE id = ?) AND y = ?',
      )
      for (const { keyset, y } of coins) {
        const row = find.get(keyset, blob(y))
        if (row !== undefined) return isPending(prepare, row['operation'] as number) ? 'coins-pending' : 'coins-spent'
      }
      return undefined
    },
    coinStates(ys: readonly string[]): CoinState[] {
      const keysets = prepare('SELECT number FROM keysets').all() as { number: number }[]
      const find = prepare('SELECT witness, operation FROM spent WHERE keyset = ? AND y = ?')
      return ys.map((y) => {
        for (const { number } of keysets) {
          const row = find.get(number, blob(y))
          if (row === undefined) continue
          const state = isPending(prepare, row['operation'] as number) ? 'PENDING' : 'SPENT'
          return row['witness'] === null ? { state } : { state, witness: row['witness'] as string }
        }
        return { state: 'UNSPENT' }
      })
    },
    promised(bs: readonly string[]): (Promised | undefined)[] {
      const find = prepare(
        'SELECT k.id AS keyset, p.amount, p.c, p.e, p.s FROM promises p JOIN keysets k ON k.number = p.keyset WHERE p.b = ?',
      )
      return bs.map((b) => {
        const row = find.get(blob(b))
        if (row === undefined) return undefined
        return {
          keyset: row['keyset'] as string,
          b,
          amount: row['amount'] as number,
          c: hexOf(row['c']),
          e: hexOf(row['e']),
          s: hexOf(row['s']),
        }
      })
    },
  }
}

function totals(prepare: Prepare): Totals {
  const byKeyset = (table: string) =>
    prepare(
      `SELECT k.id AS keyset, sum(t.amount) AS amount FROM ${table} t JOIN keysets k ON k.number = t.keyset GROUP BY k.id ORDER BY k.id`,
    ).all() as { keyset: string; amount: number }[]
  return {
    promised: byKeyset('promises'),
    spent: byKeyset('spent'),
    entries: prepare(
      'SELECT account, unit, sum(amount) AS balance FROM entries GROUP BY account, unit ORDER BY account, unit',
    ).all() as unknown as Balance[],
    balances: prepare(
      'SELECT account, unit, balance FROM balances ORDER BY account, unit',
    ).all() as unknown as Balance[],
    operations: (prepare('SELECT count(*) AS n FROM operations').get() as { n: number }).n,
  }
}
