import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ledgerContract } from './contract.ts'
import { migrate, migrations } from './migrations.ts'
import { openSqliteLedger } from './sqlite.ts'

ledgerContract('node:sqlite, in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mint-ledger-'))
  const path = join(folder, 'ledger.db')
  let ledger = openSqliteLedger({ path, nowMs: 0 })
  return {
    ledger: () => ledger,
    reopen: async () => {
      await ledger.close()
      ledger = openSqliteLedger({ path, nowMs: 0 })
    },
    destroy: async () => {
      await ledger.close()
      rmSync(folder, { recursive: true })
    },
  }
})

describe('the ledger file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mint-ledger-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('is private, durable and journaled ahead', async () => {
    const path = join(folder, 'ledger.db')
    const ledger = openSqliteLedger({ path, nowMs: 0 })
    expect(statSync(path).mode & 0o077).toBe(0)
    const db = new DatabaseSync(path)
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    db.close()
    await ledger.close()
  })

  test('of someone else is left alone', () => {
    const path = join(folder, 'other.db')
    const db = new DatabaseSync(path)
    db.exec('CREATE TABLE theirs (x); PRAGMA user_version = 3')
    db.close()
    expect(() => openSqliteLedger({ path, nowMs: 0 })).toThrow('not a mint ledger')
  })

  test('of a newer program is refused', () => {
    const db = new DatabaseSync(':memory:')
    migrate(db, 0)
    expect(() => migrate(db, 0, [])).toThrow(`version ${migrations.length}`)
  })

  test('keeps every row of an older version, and takes no change to what is written', () => {
    const db = new DatabaseSync(':memory:')
    migrate(db, 0, migrations.slice(0, 1))
    db.exec(`INSERT INTO keysets VALUES (1, 'k', 'usd', 1, 0, '[1]', 0);
      INSERT INTO operations VALUES (7, x'${'ab'.repeat(32)}', 'swap', 'usd', 5, 'answer');
      INSERT INTO spent VALUES (1, x'${'02'.repeat(33)}', 1, 7, NULL);
      INSERT INTO entries VALUES (7, 'fees', 'usd', 1)`)
    migrate(db, 1)
    expect(db.prepare('SELECT sequence, kind, answer, writer FROM operations').all()).toEqual([
      { sequence: 7, kind: 'swap', answer: 'answer', writer: 0 },
    ])
    for (const change of [
      "UPDATE operations SET answer = 'other'",
      'DELETE FROM entries',
      'UPDATE spent SET amount = 2',
      'DELETE FROM spent',
    ]) {
      expect(() => db.exec(change), change).toThrow('append only')
    }
  })

  test('is refused when a migration that ran has changed since', () => {
    const db = new DatabaseSync(':memory:')
    migrate(db, 0)
    const edited = migrations.map((migration) => ({ ...migration, sql: `${migration.sql} ` }))
    expect(() => migrate(db, 0, edited)).toThrow('not the one that ran')
  })

  test('is as before when a migration fails', () => {
    const db = new DatabaseSync(':memory:')
    migrate(db, 0)
    const broken = [...migrations, { name: 'broken', sql: 'CREATE TABLE half (x) STRICT; nonsense' }]
    expect(() => migrate(db, 0, broken)).toThrow(`migration ${migrations.length + 1} failed`)
    expect(db.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined()
    migrate(db, 0)
  })
})
