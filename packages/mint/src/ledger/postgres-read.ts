// The ledger's reads on PostgreSQL; postgres.ts wraps them into the port.

import type { Connections } from './postgres-connections.ts'
import { readMovements } from './postgres-movements.ts'
import type {
  AccountRow,
  Balance,
  CoinState,
  KeysetRow,
  MeltRow,
  Movement,
  Promised,
  QuoteRow,
  Spend,
  Totals,
} from './port.ts'
import { accountOf, keysetOf, meltOf, quoteOf, type Row } from './rows.ts'

/** Bytes of hex text, as PostgreSQL takes them. */
export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
/** Hex of bytes. */
export const hex = (value: unknown): string => (value as Buffer).toString('hex')
/** Text that came with a request, as bytes: PostgreSQL's own text has no NUL. */
export const textBytes = (text: string): Buffer => Buffer.from(text, 'utf8')
const text = (value: unknown): string => (value as Buffer).toString('utf8')

/** The reads; each statement is prepared once for a connection. */
export function createPostgresReads(pool: Connections) {
  const rows = async (name: string, sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>({ name, text: sql, values })).rows
  return {
    ...coinReads(rows),
    answer: async (hash: string): Promise<string | undefined> =>
      (await rows('answer', 'SELECT answer FROM operations WHERE hash = $1', [bytes(hash)]))[0]?.['answer'] as
        | string
        | undefined,
    quote: async (id: string): Promise<QuoteRow | undefined> =>
      (await rows('quote', 'SELECT * FROM quotes WHERE id = $1', [id])).map((row) => quoteOf(row, text))[0],
    melt: async (id: string): Promise<MeltRow | undefined> =>
      (await rows('melt', 'SELECT * FROM melts WHERE id = $1', [id])).map((row) => meltOf(row, text))[0],
    pendingMelts: async (): Promise<MeltRow[]> =>
      (await rows('pending', "SELECT * FROM melts WHERE state = 'PENDING' ORDER BY id")).map((row) =>
        meltOf(row, text),
      ),
    keysets: async (): Promise<KeysetRow[]> =>
      (await rows('keysets', 'SELECT * FROM keysets ORDER BY number')).map(keysetOf),
    account: async (id: string): Promise<AccountRow | undefined> =>
      (await rows('account', 'SELECT * FROM accounts WHERE id = $1', [id])).map(accountOf)[0],
    accounts: async (): Promise<AccountRow[]> =>
      (await rows('accounts', 'SELECT * FROM accounts ORDER BY id')).map(accountOf),
    balances: async (account: string): Promise<Balance[]> =>
      (await rows(
        'balances',
        'SELECT account, unit, sum(balance)::bigint AS balance FROM balances WHERE account = $1 GROUP BY account, unit ORDER BY unit',
        [account],
      )) as unknown as Balance[],
    depositCount: async (account: string): Promise<number> =>
      (await rows('deposits', 'SELECT count(*) AS n FROM deposits WHERE account = $1', [account]))[0]?.['n'] as number,
    hasDeposit: async (account: string, reference: string): Promise<boolean> =>
      (
        await rows('deposit', 'SELECT 1 AS one FROM deposits WHERE account = $1 AND reference = $2', [
          account,
          bytes(reference),
        ])
      ).length > 0,
    movements: (account: string, unit: string, visit: (slice: readonly Movement[]) => void) =>
      readMovements(pool, { account, unit, visit }),
    isBackup: async (): Promise<boolean> =>
      (await rows('backup', "SELECT 1 AS one FROM meta WHERE name = 'backup'")).length > 0,
    position: async (): Promise<{ epoch: number; sequence: number }> =>
      (
        await rows(
          'position',
          "SELECT (SELECT value FROM meta WHERE name = 'epoch') AS epoch, coalesce((SELECT max(sequence) FROM operations), 0) AS sequence",
        )
      )[0] as { epoch: number; sequence: number },
    totals: (): Promise<Totals> => totals(rows),
  }
}

type Rows = (name: string, sql: string, values?: unknown[]) => Promise<Row[]>

/** SQL: whether the operation of a row that spent a coin is a melt whose outcome is not known. */
const pending = (row: string) =>
  `EXISTS (SELECT 1 FROM melts m WHERE m.operation = ${row}.operation AND m.state = 'PENDING')`

function coinReads(rows: Rows) {
  return {
    blocked: async (
      coins: readonly Pick<Spend, 'keyset' | 'y'>[],
    ): Promise<'coins-spent' | 'coins-pending' | undefined> => {
      const [found] = await rows(
        'blocked',
        // Lateral with a limit: each coin is looked up by its whole key, whatever a planner thinks of the tables' sizes.
        `SELECT ${pending('found')} AS pending FROM unnest($1::text[], $2::bytea[]) AS w (id, y) CROSS JOIN LATERAL (SELECT s.operation FROM spent s
         WHERE s.keyset = (SELECT number FROM keysets k WHERE k.id = w.id) AND s.y = w.y LIMIT 1) AS found LIMIT 1`,
        [coins.map(({ keyset }) => keyset), coins.map(({ y }) => bytes(y))],
      )
      if (found === undefined) return undefined
      return found['pending'] === true ? 'coins-pending' : 'coins-spent'
    },
    coinStates: async (ys: readonly string[]): Promise<CoinState[]> => {
      const found = await rows(
        'states',
        `SELECT w.y, found.witness, ${pending('found')} AS pending FROM unnest($1::bytea[]) AS w (y) CROSS JOIN keysets k CROSS JOIN LATERAL
         (SELECT s.witness, s.operation FROM spent s WHERE s.keyset = k.number AND s.y = w.y LIMIT 1) AS found`,
        [ys.map(bytes)],
      )
      const states = new Map(
        found.map(({ y, witness, pending: isPending }): [string, CoinState] => {
          const state = isPending === true ? 'PENDING' : 'SPENT'
          return [hex(y), witness === null ? { state } : { state, witness: text(witness) }]
        }),
      )
      return ys.map((y) => states.get(y) ?? { state: 'UNSPENT' })
    },
    promised: async (bs: readonly string[]): Promise<(Promised | undefined)[]> => {
      const found = await rows(
        'promised',
        `SELECT (SELECT id FROM keysets k WHERE k.number = p.keyset) AS id, p.b, p.amount, p.c, p.e, p.s FROM unnest($1::bytea[]) AS w (b)
         CROSS JOIN LATERAL (SELECT * FROM promises p WHERE p.b = w.b LIMIT 1) AS p`,
        [bs.map(bytes)],
      )
      const promises = new Map(
        found.map((row): [string, Promised] => [
          hex(row['b']),
          {
            keyset: row['id'] as string,
            b: hex(row['b']),
            amount: row['amount'] as number,
            c: hex(row['c']),
            e: hex(row['e']),
            s: hex(row['s']),
          },
        ]),
      )
      return bs.map((b) => promises.get(b))
    },
  }
}

async function totals(rows: Rows): Promise<Totals> {
  const byKeyset = async (table: 'promises' | 'spent') =>
    (await rows(
      `total-${table}`,
      `SELECT k.id AS keyset, sum(t.amount)::bigint AS amount FROM ${table} t JOIN keysets k ON k.number = t.keyset
       GROUP BY k.id ORDER BY k.id`,
    )) as unknown as { keyset: string; amount: number }[]
  const bySum = async (table: 'entries' | 'balances', column: string) =>
    (await rows(
      `total-${table}`,
      `SELECT account, unit, sum(${column})::bigint AS balance FROM ${table} GROUP BY account, unit
       ORDER BY account COLLATE "C", unit COLLATE "C"`,
    )) as unknown as Balance[]
  return {
    promised: await byKeyset('promises'),
    spent: await byKeyset('spent'),
    entries: await bySum('entries', 'amount'),
    balances: await bySum('balances', 'balance'),
    operations: (await rows('count', 'SELECT count(*) AS n FROM operations'))[0]?.['n'] as number,
  }
}
