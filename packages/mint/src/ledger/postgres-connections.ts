// Connections to whichever of several PostgreSQL servers takes writes now; postgres.ts and blobs/postgres.ts work through it.

import { TuppenceError } from '@tuppence/protocol'
import pg, { type Pool, type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg'

/** Connections of one process to one server: one writes, the others read. */
const connectionsMax = 8
const connectTimeoutMs = 5_000
const statementTimeoutMs = 10_000
const int8 = 20
const byKeyOnly = 'SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off'

/** What the ledger needs of a pool, whichever server is behind it. */
export interface Connections {
  query<R extends QueryResultRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>>
  connect(): Promise<PoolClient>
  /** Looks for the server that takes writes, the last known first. @returns Whether there is one. */
  findPrimary(): Promise<boolean>
  end(): Promise<void>
}

/** Numbers of the ledger are safe integers, as its checks have it; more would be a fault. */
function readInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error('ledger: a number is out of range')
  return value
}

const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? readInt8 : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/**
 * Opens pools, without connecting.
 *
 * Which server is the primary is for whoever promotes to say: two that both take writes are not told apart here.
 *
 * @param urls - `postgres://...` of each server, with commas between them.
 */
export function openConnections(urls: string): Connections {
  const pools = urls.split(',').map(openPool)
  let current = 0
  return {
    query: (query, values) => (pools[current] as Pool).query(query as QueryConfig, values),
    connect: () => (pools[current] as Pool).connect(),
    findPrimary: async () => {
      for (let step = 0; step < pools.length; step++) {
        const index = (current + step) % pools.length
        if (!(await takesWrites(pools[index] as Pool))) continue
        current = index
        return true
      }
      return false
    },
    end: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}

function openPool(url: string): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs,
    types,
    // Every statement of the ledger finds its rows by key. A planner that has not looked at a growing table yet takes it for
    // small and reads it whole, under a plan that it then keeps; engines without these settings have no such planner.
    verify: (client, done) => client.query(byKeyOnly, () => done()),
  })
  // A connection that breaks while idle is replaced; the next query that needs one says what is wrong.
  pool.on('error', () => {})
  // And one that breaks between two statements must not end the process: the next statement fails.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function takesWrites(pool: Pool): Promise<boolean> {
  try {
    const { rows } = await pool.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
    return rows[0]?.standby === false
  } catch {
    return false
  }
}

/** Runs work in a transaction. */
export async function transact<T>(pool: Connections, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: unknown) => (broken = cause as Error))
    throw error
  } finally {
    client.release(broken)
  }
}

/**
 * Runs work, and gives its failures codes: our own, and PostgreSQL's classes 22 (data) and 23 (constraints), say that what was
 * asked is wrong.
 *
 * @throws {TuppenceError} `internal`, `storage-unavailable`.
 */
export async function attempt<T>(pool: Connections, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { code } = cause as { code?: string }
    const message = cause instanceof Error ? cause.message : ''
    const own = message.startsWith('ledger:') || /^2[23]/.test(code ?? '')
    // Another server may have taken the place of one that is gone: the next request finds it.
    if (!own) void pool.findPrimary()
    throw new TuppenceError(own ? 'internal' : 'storage-unavailable', { cause })
  }
}
