import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOffice, type Office } from '../office/office.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { decide, decisionLog, digestOf, historyOf, type Subject, type SubjectSource, type Word } from './decide.ts'

let folder: string
let server: TestPostgres
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-decide-'))
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

const places = [
  ['a file', async () => ({ dataDir: folder })],
  ['PostgreSQL', async () => ({ dataDir: folder, databaseUrl: await server.database('decide') })],
] as const

/** Things in memory; `done` says what became of them. Only the decisions are in the database. */
function things(changes: Partial<Subject> = {}) {
  const done: string[] = []
  const subject = {
    seen: digestOf({ amount: 5 }),
    isHeld: true,
    peopleNeeded: 1,
    isBlocked: false,
    hands: {},
    ...changes,
  }
  const source: SubjectSource = {
    kind: 'payout',
    lock: async () => ({ ...subject, isHeld: subject.isHeld && !done.some((each) => each.startsWith('approved')) }),
    approve: async (_within, id) => done.push(`approved ${id}`),
    reject: async (_within, id, { reason }) => done.push(`rejected ${id}: ${reason}`),
  }
  return { source, done, subject }
}

describe.each(places)('deciding, in %s', (name, place) => {
  let office: Office
  let number = 0
  beforeAll(async () => {
    office = await openOffice(await place())
  })
  afterAll(() => office.close())

  const say = (source: SubjectSource, id: string, word: Partial<Word>) =>
    decide(office, source, id, {
      word: { person: 'ada', verdict: 'approve', note: '', seen: digestOf({ amount: 5 }), ...word },
      nowMs: 1000 + number++,
    })
  const fresh = () => `${name}-${number++}`

  test('one person is enough where one is asked for', async () => {
    const { source, done } = things()
    const id = fresh()
    expect(await say(source, id, { note: 'known to us' })).toEqual({ status: 'approved' })
    expect(done).toEqual([`approved ${id}`])
    expect(await say(source, id, { person: 'bo' })).toEqual({ status: 'refused', why: 'not-held' })
    expect(await historyOf(office, 'payout', id)).toMatchObject([
      { person: 'ada', verdict: 'approve', note: 'known to us' },
    ])
  })

  test('two people are two different ones, also at the same moment', async () => {
    const { source, done } = things({ peopleNeeded: 2 })
    const id = fresh()
    const twice = await Promise.all([say(source, id, {}), say(source, id, {}), say(source, id, {})])
    expect(twice.filter(({ status }) => status === 'recorded')).toEqual([{ status: 'recorded', missing: 1 }])
    expect(twice.filter(({ status }) => status === 'refused')).toHaveLength(2)
    expect(await say(source, id, { verdict: 'reject', note: 'after all' })).toEqual({
      status: 'refused',
      why: 'decided-already',
    })
    expect(done).toEqual([])
    expect(await say(source, id, { person: 'bo' })).toEqual({ status: 'approved' })
    expect(done).toEqual([`approved ${id}`])
  })

  test('an approval is of what was seen', async () => {
    const { source, done, subject } = things({ peopleNeeded: 2 })
    const id = fresh()
    await say(source, id, {})
    subject.seen = digestOf({ amount: 6 })
    expect(await say(source, id, { person: 'bo' })).toEqual({ status: 'refused', why: 'changed-since' })
    // The first approval was of something else, and does not count any more.
    expect(await say(source, id, { person: 'bo', seen: subject.seen })).toEqual({ status: 'recorded', missing: 1 })
    expect(await say(source, id, { person: 'ada', seen: subject.seen })).toEqual({ status: 'approved' })
    expect(done).toHaveLength(1)
  })

  test.each([
    ['own-plan', 'planned'],
    ['own-destination', 'changed-destination'],
  ] as const)('%s: who has a hand in it may reject it, and not approve it', async (why, hand) => {
    const { source, done } = things({ hands: { ada: hand } })
    const id = fresh()
    expect(await say(source, id, {})).toEqual({ status: 'refused', why })
    expect(await say(source, id, { verdict: 'reject' })).toEqual({ status: 'refused', why: 'note-missing' })
    expect(await say(source, id, { verdict: 'reject', note: 'a mistake of mine' })).toEqual({ status: 'rejected' })
    expect(done).toEqual([`rejected ${id}: a mistake of mine`])
  })

  test('what is blocked can be rejected only; notes can be made any time', async () => {
    const { source } = things({ isBlocked: true })
    const id = fresh()
    expect(await say(source, id, {})).toEqual({ status: 'refused', why: 'blocked' })
    expect(await say(source, id, { verdict: 'note', note: 'x'.repeat(2001) })).toEqual({
      status: 'refused',
      why: 'note-too-long',
    })
    for (const note of ['called them', 'nobody answers'])
      expect(await say(source, id, { verdict: 'note', note, seen: '' })).toEqual({ status: 'noted' })
    expect(await say(source, id, { verdict: 'reject', note: 'a ring' })).toEqual({ status: 'rejected' })
    expect(await historyOf(office, 'payout', id)).toHaveLength(3)
  })

  test('a failed release leaves no decision behind', async () => {
    const { source } = things()
    const id = fresh()
    const failing = { ...source, approve: () => Promise.reject(new Error('no')) }
    await expect(say(failing, id, {})).rejects.toThrow('no')
    expect(await historyOf(office, 'payout', id)).toEqual([])
  })

  test('the log is append-only, whoever asks the database', async () => {
    const rows = await decisionLog(office, { beforeMs: Number.MAX_SAFE_INTEGER, rowsMax: 5 })
    expect(rows).toHaveLength(5)
    expect(rows.map(({ at_ms: at }) => at)).toEqual(rows.map(({ at_ms: at }) => at).toSorted((a, b) => b - a))
    for (const statement of ["UPDATE decisions SET note = 'other'", 'DELETE FROM decisions'])
      await expect(sql.raw(statement).execute(office.db)).rejects.toMatchObject({ code: 'internal' })
  })
})
