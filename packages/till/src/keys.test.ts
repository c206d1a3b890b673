import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadAccountKey, loadChallengeSecrets } from './keys.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'till-keys-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('account key', () => {
  test('is made once and found again, for its owner only', async () => {
    const made = await loadAccountKey(dir)
    const found = await loadAccountKey(dir)
    expect(found.publicKey).toBe(made.publicKey)
    expect(made.publicKey).toMatch(/^[\w-]{43}$/)
    expect(statSync(join(dir, 'account.jwk')).mode & 0o777).toBe(0o600)
  })

  test('is one key when several processes start together', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadAccountKey(join(dir, 'new'))))
    expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(1)
    expect(readdirSync(join(dir, 'new'))).toEqual(['account.jwk'])
  })

  test('signs what its public key verifies', async () => {
    const { privateKey, publicKey } = await loadAccountKey(dir)
    const verifier = await crypto.subtle.importKey(
      'jwk',
      { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      'Ed25519',
      false,
      ['verify'],
    )
    const message = new TextEncoder().encode('deposit')
    const signature = await crypto.subtle.sign('Ed25519', privateKey, message)
    expect(await crypto.subtle.verify('Ed25519', verifier, signature, message)).toBe(true)
  })

  test.each(['', '{}', 'not json', '{"kty":"OKP","crv":"Ed25519","x":"a","d":"b"}'])(
    'refuses a broken file (%s) and leaves it alone',
    async (text) => {
      writeFileSync(join(dir, 'account.jwk'), text)
      await expect(loadAccountKey(dir)).rejects.toMatchObject({ code: 'key-file-invalid' })
      expect(readFileSync(join(dir, 'account.jwk'), 'utf8')).toBe(text)
    },
  )
})

describe('challenge secrets', () => {
  test('are made once and found again', async () => {
    const [made] = await loadChallengeSecrets(dir)
    expect(made).toHaveLength(32)
    expect((await loadChallengeSecrets(dir))[0]).toEqual(made)
  })

  test('are read newest first, one a line', async () => {
    const line = (byte: number) => Buffer.alloc(32, byte).toString('base64url')
    writeFileSync(join(dir, 'challenge.secret'), `${line(2)}\n${line(1)}\n`)
    expect((await loadChallengeSecrets(dir)).map((secret) => secret[0])).toEqual([2, 1])
  })

  test.each(['', 'c2hvcnQ\n', `${'A'.repeat(43)}\n!!\n`])('refuse a broken file (%j)', async (text) => {
    writeFileSync(join(dir, 'challenge.secret'), text)
    await expect(loadChallengeSecrets(dir)).rejects.toMatchObject({ code: 'key-file-invalid' })
  })
})
