import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dbContract } from './contract.ts'
import { nodeDb } from './node.ts'

dbContract('node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-db-'))
  return {
    open: async () => nodeDb(join(folder, 'wallet.db')),
    remove: async () => rmSync(folder, { recursive: true }),
  }
})

test('says that a file that is no database cannot be opened', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-db-'))
  writeFileSync(join(folder, 'wallet.db'), 'this is not a database, and long enough to be read as one'.repeat(20))
  expect(() => nodeDb(join(folder, 'wallet.db'))).toThrow(expect.objectContaining({ code: 'storage-unavailable' }))
  rmSync(folder, { recursive: true })
})
