import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { journalContract, receivedPayment } from './contract.ts'
import { memoryJournal, openSqliteJournal } from './sqlite.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'till-journal-'))
})
afterAll(() => rmSync(dir, { recursive: true }))
const file = () => join(dir, `${crypto.randomUUID()}.db`)

journalContract('sqlite', async (limits) => openSqliteJournal(file(), limits))
journalContract('memory', async (limits) => memoryJournal(limits))

describe('sqlite journal', () => {
  test('finds everything again after it was closed', async () => {
    const path = file()
    const reader = { thumbprint: 't', publicKey: 'k' }
    const before = openSqliteJournal(path)
    await before.receive(receivedPayment({ reader }))
    await before.deposited(receivedPayment().reference, { receipt: 'r', atMs: 1 })
    await before.receive(receivedPayment({ reference: 'open' }))
    await before.close()
    const after = openSqliteJournal(path)
    expect((await after.unsettled(5)).map(({ reference, deposit }) => [reference, deposit])).toEqual([
      ['open', '{"inputs":[]}'],
    ])
    expect(await after.entitlement('t', 'salt')).toMatchObject({ reader, receipt: 'r' })
    await after.close()
  })

  test('keeps one of two processes from taking what the other took', async () => {
    const path = file()
    const [one, two] = [openSqliteJournal(path), openSqliteJournal(path)]
    expect((await one.receive(receivedPayment())).status).toBe('new')
    expect((await two.receive(receivedPayment({ challengeId: 'other' }))).status).toBe('known')
    await one.deposited(receivedPayment().reference, { receipt: 'r1', atMs: 1 })
    expect((await two.deposited(receivedPayment().reference, { receipt: 'r2', atMs: 1 })).receipt).toBe('r1')
    await one.close()
    await two.close()
  })

  test('keeps a write-ahead log', async () => {
    const path = file()
    const journal = openSqliteJournal(path)
    const db = new DatabaseSync(path)
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    db.close()
    await journal.close()
  })

  test('refuses a file of a newer version', () => {
    const path = file()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => openSqliteJournal(path)).toThrow(/newer version/)
  })
})
