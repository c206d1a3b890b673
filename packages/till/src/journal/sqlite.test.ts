import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { journalContract, receivedPayment } from './contract.ts'
import { firstSchema } from './sqlite-schema.ts'
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

  test('takes a file of the first version along: payments, open ones, what readers own, sales', async () => {
    const path = file()
    const db = new DatabaseSync(path)
    db.exec(firstSchema)
    db.exec(`PRAGMA user_version = 1;
      INSERT INTO payment VALUES ('paid', 'delivered', 'salt', 'article', '/read/salt', 'c1', NULL, NULL, 't', 'k', 5, 5,
        'usd', '00', NULL, 'r', 1000, 86400000, 3000), ('open', 'received', 'tin', 'article', '/read/tin', 'c2', NULL, 'i',
        't', 'k', 2, 2, 'usd', '00', '{}', NULL, 4000, NULL, NULL), ('tip', 'deposited', 'jar', 'tip', '/tip', 'c3', 'd',
        NULL, NULL, NULL, 9, 9, 'usd', '00', NULL, 'r3', 5000, 86400001, NULL);
      INSERT INTO entitlement VALUES ('t', 'salt', 'k', 'paid', 86400000);`)
    db.close()
    const journal = openSqliteJournal(path)
    expect(await journal.entitlement('t', 'salt')).toEqual({
      reader: { thumbprint: 't', publicKey: 'k' },
      offerId: 'salt',
      via: 'paid',
      reference: 'paid',
      receipt: 'r',
      amount: 5,
      atMs: 86_400_000,
    })
    expect((await journal.unsettled(5)).map(({ reference, deposit }) => [reference, deposit])).toEqual([['open', '{}']])
    expect(await journal.find('tip')).toMatchObject({ stage: 'deposited', digest: 'd', receipt: 'r3' })
    expect(await journal.sales({ startMs: 0, endMs: 2e8 })).toMatchObject([
      { dayMs: 86_400_000, offerId: 'jar', price: 9, count: 1, amount: 9 },
      { dayMs: 86_400_000, offerId: 'salt', price: 5, count: 1, amount: 5 },
    ])
    expect((await journal.deposited('open', { receipt: 'r2', atMs: 1 })).stage).toBe('deposited')
    const check = new DatabaseSync(path, { readOnly: true })
    expect(check.prepare('PRAGMA foreign_key_check').all()).toEqual([])
    check.close()
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
