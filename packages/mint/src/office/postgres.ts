// The office's tables on PostgreSQL, in a schema of their own beside the ledger's; office.ts opens it.

import { PostgresDialect, type PostgresPoolClient } from 'kysely'
import { attempt, openConnections } from '../ledger/postgres-connections.ts'

const triesMax = 5

/**
 * Opens the schema, making it if it is missing: `tuppence_office`, or `<schema>_office` where the ledger is not in `public`.
 *
 * @param urls - As the ledger's.
 * @throws {TuppenceError} `storage-unavailable`.
 */
export async function postgresOffice(urls: string): Promise<PostgresDialect> {
  const pool = openConnections(urls)
  await pool.findPrimary()
  const schema = await makeSchema(pool).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  const known = new WeakMap<object, PostgresPoolClient>()
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect()
    const before = known.get(client)
    if (before !== undefined) return before
    await attempt(pool, () => client.query(`SET search_path TO "${schema}"`)).catch((error: unknown) => {
      client.release(true)
      throw error
    })
    const opened = {
      query: (sql: string, values: readonly unknown[]) => attempt(pool, () => client.query(sql, [...values])),
      release: (destroy?: boolean) => client.release(destroy),
    } as unknown as PostgresPoolClient
    known.set(client, opened)
    return opened
  }
  return new PostgresDialect({
    pool: { options: {}, connect: () => attempt(pool, connect), end: () => pool.end() },
  })
}

async function makeSchema(pool: ReturnType<typeof openConnections>): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(pool, async () => {
        const { rows } = await pool.query<{ schema: string }>('SELECT current_schema() AS schema')
        const ledger = rows[0]?.schema ?? 'public'
        const schema = ledger === 'public' ? 'tuppence_office' : `${ledger}_office`
        await pool.query(`CREATE SCHEMA IF NOT EXISTS "${schema.replaceAll('"', '""')}"`)
        return schema.replaceAll('"', '""')
      })
    } catch (error) {
      // Two that start at once: PostgreSQL lets one make it.
      if (tries === triesMax) throw error
    }
  }
}
