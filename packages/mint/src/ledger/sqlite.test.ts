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
    expect(() => migrate(db, 0, [])).toThrow('version 1')
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
    expect(() => migrate(db, 0, broken)).toThrow('migration 2 failed')
    expect(db.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined()
    migrate(db, 0)
  })
})
