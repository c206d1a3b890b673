import { chmodSync, statSync } from 'node:fs'
import { TuppenceError } from '@tuppence/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Journal } from './journal/port.ts'
import { openSqliteJournal } from './journal/sqlite.ts'
import { askFor, credentialFor, payWith } from './testing/reader.ts'
import { openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.restart())
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')

/** The till's own journal, whose named call fails the first time. */
async function failingOnce(call: keyof Journal): Promise<void> {
  await stage.restart()
  const journal = openSqliteJournal(`${stage.config.dataDir}/till.db`)
  let failed = false
  const failing = async (...input: never[]) => {
    if (failed) return (journal[call] as (...input: never[]) => Promise<unknown>)(...input)
    failed = true
    throw new TuppenceError('storage-unavailable')
  }
  await stage.restart({ journal: { ...journal, [call]: failing } })
}

describe('a disk that fails', () => {
  test.each<[keyof Journal, number]>([
    ['find', 0],
    ['receive', 0],
    ['deposited', 1],
  ])('at %s: 503 and never a new challenge; the same credential is paid once', async (call, creditedAtOnce) => {
    await failingOnce(call)
    const before = await stage.account()
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const failed = await payWith(salt(), credential)
    expect([failed.status, failed.headers.get('retry-after'), failed.headers.get('www-authenticate')]).toEqual([
      503,
      '5',
      null,
    ])
    expect((await stage.account()).deposits).toBe(before.deposits + creditedAtOnce)
    expect((await payWith(salt(), credential)).status).toBe(200)
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
  })

  test('at delivered: the reader has the article all the same', async () => {
    await failingOnce('delivered')
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    expect((await payWith(salt(), credential)).status).toBe(200)
    await expect.poll(() => stage.count('failed')).toBe(1)
    expect((await payWith(salt(), credential)).status).toBe(200)
  })
})

describe('the journal’s file', () => {
  test('is its owner’s alone, since coins stand in it until they are deposited', async () => {
    chmodSync(stage.config.dataDir, 0o755)
    for (const name of ['till.db', 'till.db-wal'])
      expect(statSync(`${stage.config.dataDir}/${name}`).mode & 0o077).toBe(0)
  })
})

describe('two tills on one journal', () => {
  test('take one credential once between them', async () => {
    const { createTill } = await import('./app.ts')
    const other = await createTill({
      config: stage.config,
      content: async () => ({ contentType: 'text/plain', body: 'other' }),
      log: () => {},
    })
    const before = await stage.account()
    const { encodeCredential } = await import('@tuppence/protocol')
    const authorization = encodeCredential(credentialFor(await askFor(salt()), await stage.purse.token(5)))
    const asked = Array.from({ length: 20 }, async (_, index) => {
      const till = index % 2 === 0 ? stage.till() : other
      return till.handle(new Request(salt(), { headers: { authorization } }))
    })
    const answers = await Promise.all(asked)
    expect(answers.map((answer) => answer?.status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(answers.map((answer) => answer?.headers.get('payment-receipt'))).size).toBe(1)
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
    await other.close()
  })
})
