import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeSecret } from './secret-file.ts'

let root: string
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'tuppence-secret-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('a secret in a file', () => {
  test('is its owner’s alone, whoever could read what was there before', () => {
    const file = join(root, 'made', 'seal.secret')
    writeSecret(file, 'one')
    expect([statSync(file).mode & 0o777, statSync(join(root, 'made')).mode & 0o777]).toEqual([0o600, 0o700])
    writeFileSync(file, 'by hand')
    chmodSync(file, 0o644)
    writeSecret(file, 'two')
    expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8')]).toEqual([0o600, 'two'])
    expect(readdirSync(join(root, 'made'))).toEqual(['seal.secret'])
  })
})
