import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadAccountKey } from './keys.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('./main.ts', import.meta.url))
const till = (...input: string[]) =>
  run(process.execPath, ['--conditions=@tuppence/source', program, ...input]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'till-main-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('tuppence-till key', () => {
  test('makes the key once and prints its public half only', async () => {
    const first = await till('key', '--dir', join(dir, 'new'))
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w-]{43}\n$/) as string })
    expect(await till('key', '--dir', join(dir, 'new'))).toMatchObject({ code: 0, stdout: first.stdout })
    expect((await loadAccountKey(join(dir, 'new'))).publicKey).toBe(first.stdout.trim())
  })

  test('refuses a broken file in words, and what it does not understand with the usage', async () => {
    writeFileSync(join(dir, 'account.jwk'), 'x')
    expect(await till('key', '--dir', dir)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('holds no Ed25519 key') as string,
    })
    for (const input of [[], ['key'], ['sell', '--dir', dir], ['key', '--dri', dir], ['key', 'key', '--dir', dir]])
      expect(await till(...input)).toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') as string })
  })
})
