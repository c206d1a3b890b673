import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from './config.ts'

const key = Buffer.alloc(32, 7).toString('base64url')

describe('configuration', () => {
  test('has a default for everything, and no test money in it', () => {
    const config = parseConfig({})
    expect(config).toMatchObject({
      port: 4043,
      host: '127.0.0.1',
      units: ['usd'],
      inputFeePpk: 0,
      accounts: [],
      logLevel: 'info',
    })
    expect(config.funding.test).toBeUndefined()
    expect(config.limits).toMatchObject({ inFlightMax: 1024, inputsMax: 256 })
  })

  test.each([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['an unknown field inside', { funding: { test: { enabled: true, rate: 2 } } }, 'funding.test.rate'],
    ['an unknown field in a list', { accounts: [{ id: 'a', publicKey: key, role: 'x' }] }, 'accounts.0.role'],
    ['a missing field', { funding: { test: {} } }, 'funding.test.enabled'],
    ['a port out of range', { port: 65_536 }, 'port'],
    ['a port in text', { port: '80' }, 'port'],
    ['a URL with a query', { url: 'https://mint.example/?x=1' }, 'url'],
    ['a URL of another scheme', { url: 'ftp://mint.example' }, 'url'],
    ['an account id with a slash', { accounts: [{ id: 'a/b', publicKey: key }] }, 'accounts.0.id'],
    ['a key that is too short', { accounts: [{ id: 'a', publicKey: 'AAAA' }] }, 'accounts.0.publicKey'],
    ['no unit', { units: [] }, 'units'],
    ['a unit twice', { units: ['usd', 'usd'] }, 'accounts or units'],
  ])('refuses %s and names it', (_, input, field) => {
    expect(() => parseConfig(input)).toThrow(
      expect.objectContaining({ code: 'config-invalid', details: expect.objectContaining({ field }) }),
    )
  })

  test('takes the slash off the end of its URL', () => {
    expect(parseConfig({ url: 'https://mint.example/' }).url).toBe('https://mint.example')
  })
})

describe('configuration file and environment', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mint-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('reads the file, the environment over it, and folders from where the file is', () => {
    const file = join(folder, 'mint.json')
    writeFileSync(file, JSON.stringify({ port: 1, dataDir: 'data', funding: { test: { enabled: false } } }))
    const env = {
      TUPPENCE_MINT_PORT: '2',
      TUPPENCE_MINT_UNITS: 'usd, eur',
      TUPPENCE_MINT_FUNDING_TEST_ENABLED: 'true',
      HOME: '/',
    }
    const config = loadConfig({ file, env, cwd: '/' })
    expect(config).toMatchObject({
      port: 2,
      units: ['usd', 'eur'],
      dataDir: join(folder, 'data'),
      funding: { test: { enabled: true } },
    })
  })

  test('does without a file', () => {
    expect(loadConfig({ env: { TUPPENCE_MINT_DATA_DIR: 'here' }, cwd: folder }).dataDir).toBe(join(folder, 'here'))
  })

  test('names an environment variable that it does not know', () => {
    expect(() => loadConfig({ env: { TUPPENCE_MINT_PROT: '1' }, cwd: folder })).toThrow('TUPPENCE_MINT_PROT')
  })

  test('says which file it cannot read', () => {
    const file = join(folder, 'mint.json')
    expect(() => loadConfig({ file, env: {}, cwd: folder })).toThrow(
      expect.objectContaining({ code: 'config-unreadable' }),
    )
    writeFileSync(file, '{')
    expect(() => loadConfig({ file, env: {}, cwd: folder })).toThrow(file)
    writeFileSync(file, '[]')
    expect(() => loadConfig({ file, env: {}, cwd: folder })).toThrow('object expected')
  })
})
