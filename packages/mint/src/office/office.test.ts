import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { openOffice } from './office.ts'
import { primary, required, type OfficeMigration } from './tables/migration.ts'

let folder: string
let server: TestPostgres
let made = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-office-'))
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

interface Drawer {
  readonly drawer: { readonly id: string; readonly cents: number }
}

const drawer: OfficeMigration = {
  name: 'drawer-1',
  up: (db) =>
    db.schema
      .createTable('drawer')
      .addColumn('id', 'text', primary)
      .addColumn('cents', 'bigint', required)
      .addCheckConstraint('drawer_cents', sql`cents >= 0`)
      .execute(),
}
const filled: OfficeMigration = {
  name: 'drawer-2',
  up: (db) => db.insertInto('drawer').values({ id: 'first', cents: Number.MAX_SAFE_INTEGER }).execute(),
}

const places = [
  ['a file', async () => ({ dataDir: join(folder, String(made++)) })],
  ['PostgreSQL', async () => ({ dataDir: folder, databaseUrl: await server.database(`office_${made++}`) })],
] as const

describe.each(places)('the office in %s', (name, place) => {
  const onPostgres = name === 'PostgreSQL'
  const open = async (where: Awaited<ReturnType<typeof place>>, migrations = [drawer, filled]) => {
    const office = await openOffice(where, migrations)
    return { ...office, db: office.db as unknown as Kysely<Drawer> }
  }

  test('runs each migration once, in order', async () => {
    const where = await place()
    // Two handles of one thread on a file would block each other's thread.
    const offices = onPostgres ? await Promise.all([open(where), open(where)]) : [await open(where), await open(where)]
    for (const { db } of offices) {
      expect(await db.selectFrom('drawer').selectAll().execute()).toEqual([
        { id: 'first', cents: Number.MAX_SAFE_INTEGER },
      ])
    }
    await Promise.all(offices.map(({ close }) => close()))
    // Another owner's comes later, in a list before.
    const more: OfficeMigration = { name: 'chair-1', up: (db) => db.deleteFrom('drawer').execute() }
    const office = await open(where, [more, drawer, filled])
    expect(await office.db.selectFrom('drawer').selectAll().execute()).toEqual([])
    await office.close()
    // An older program would not know what these rows mean.
    await expect(open(where, [drawer, filled])).rejects.toThrow('chair-1')
  })

  test('does a transaction whole or not at all, also beside others', async () => {
    const { db, close } = await open(await place(), [drawer])
    await db.insertInto('drawer').values({ id: 'a', cents: 10 }).execute()
    const take = (cents: number) =>
      db.transaction().execute(async (within) => {
        const query = within.selectFrom('drawer').select('cents').where('id', '=', 'a')
        const row = await (onPostgres ? query.forUpdate() : query).executeTakeFirstOrThrow()
        await within
          .updateTable('drawer')
          .set({ cents: row.cents - cents })
          .where('id', '=', 'a')
          .execute()
        await within
          .insertInto('drawer')
          .values({ id: `taken-${row.cents}`, cents })
          .execute()
      })
    const outcomes = await Promise.allSettled([take(4), take(4), take(4)])
    const codes = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code,
    )
    expect(codes.toSorted()).toEqual(['done', 'done', 'internal'])
    const rows = await db.selectFrom('drawer').select(['id', 'cents']).orderBy('id').execute()
    expect(rows).toEqual([
      { id: 'a', cents: 2 },
      { id: 'taken-10', cents: 4 },
      { id: 'taken-6', cents: 4 },
    ])
    const { numUpdatedRows } = await db.updateTable('drawer').set({ cents: 1 }).where('id', '=', 'b').executeTakeFirst()
    expect(numUpdatedRows).toBe(0n)
    await close()
  })
})

test('two schemas of one PostgreSQL are two offices', async () => {
  const offices = await Promise.all(
    ['left', 'right'].map(async (name) =>
      openOffice({ dataDir: folder, databaseUrl: await server.database(name) }, [drawer]),
    ),
  )
  const [left, right] = offices.map(({ db }) => db as unknown as Kysely<Drawer>) as [Kysely<Drawer>, Kysely<Drawer>]
  await left.insertInto('drawer').values({ id: 'a', cents: 1 }).execute()
  expect(await right.selectFrom('drawer').selectAll().execute()).toEqual([])
  await Promise.all(offices.map(({ close }) => close()))
})

test('a file is private, and what is no database is not opened', async () => {
  const dataDir = join(folder, 'private')
  await (await openOffice({ dataDir })).close()
  expect(statSync(join(dataDir, 'office.db')).mode & 0o077).toBe(0)
  writeFileSync(join(dataDir, 'office.db'), 'x'.repeat(5000))
  await expect(openOffice({ dataDir })).rejects.toThrow('not a database')
})

test('a file that two processes write to waits, and fails nobody', async () => {
  const dataDir = join(folder, 'two')
  const one = await openOffice({ dataDir }, [drawer])
  const other = await openOffice({ dataDir }, [drawer])
  const add = (db: Kysely<Drawer>, index: number) =>
    db.transaction().execute(async (within) => {
      await within.selectFrom('drawer').selectAll().execute()
      await within
        .insertInto('drawer')
        .values({ id: String(index), cents: index })
        .execute()
    })
  // Of one thread, so that the two never wait for each other; a read before a write would still fail in one begun late.
  for (let index = 0; index < 10; index++) {
    await add((index % 2 === 0 ? one : other).db as unknown as Kysely<Drawer>, index)
  }
  expect(await (one.db as unknown as Kysely<Drawer>).selectFrom('drawer').selectAll().execute()).toHaveLength(10)
  await Promise.all([one.close(), other.close()])
})
