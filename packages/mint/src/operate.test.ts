import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from './command.ts'
import { parseConfig } from './config.ts'
import { createMint } from './mint.ts'
import { createRateLimit, isLocal, visitorOf } from './rate.ts'
import { activeKeyset, depositCoins, startTestMint, topUp, type TestMint } from './testing/mint.ts'

const token = 'operator-token-of-32-characters!'
let mint: TestMint | undefined
afterEach(async () => {
  await mint?.close()
  mint = undefined
})

const admin = (path: string, init: RequestInit = {}, bearer = token) =>
  fetch(`http://127.0.0.1:${mint?.served.adminPort}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${bearer}` },
  })

describe('the operator’s listener', () => {
  test('shows metrics and rotates keys, to who has the token, and not on the public one', async () => {
    mint = await startTestMint({ admin: { port: 0, token } })
    await topUp(mint, [1])
    expect((await mint.get('/metrics')).status).toBe(404)
    for (const bearer of ['', 'x', `${token}x`]) expect((await admin('/metrics', {}, bearer)).status).toBe(401)
    const text = await (await admin('/metrics')).text()
    expect(text).toContain('tuppence_mint_requests_total{route="issue",status="200"} 1\n')
    expect(text).toMatch(/tuppence_mint_request_seconds_count\{route="quote"\} 1\n/)
    expect(text).toMatch(/^tuppence_mint_in_flight 0$/m)
    for (const line of text.split('\n').filter((each) => each !== '')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]+\})? [\d.e+-]+)$/)
    }
    const before = (await activeKeyset(mint)).id
    expect((await admin('/keys/rotate?unit=eur', { method: 'POST' })).status).toBe(400)
    expect((await admin('/keys/rotate?unit=usd', { method: 'POST' })).status).toBe(200)
    expect((await activeKeyset(mint)).id).not.toBe(before)
    expect(await (await admin('/position')).json()).toMatchObject({ epoch: 1 })
    expect((await admin('/')).status).toBe(404)
  })
})

describe('rates', () => {
  test('are limited by address for quotes, and by publisher for deposits, until the minute is over', async () => {
    mint = await startTestMint({ limits: { quotesPerMinute: 3, depositsPerMinute: 1, countLocal: true } })
    const quote = () => (mint as TestMint).post('/v1/mint/quote/test', { amount: 1, unit: 'usd' })
    const coins = await topUp(mint, [1, 1])
    expect([(await quote()).status, (await quote()).status]).toEqual([200, 200])
    const refused = await quote()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await mint.get('/v1/keys')).status).toBe(200)
    expect((await depositCoins(mint, coins.slice(0, 1))).status).toBe(200)
    expect((await depositCoins(mint, coins.slice(1))).status).toBe(429)
    mint.clock.offsetMs = 61_000
    expect((await quote()).status).toBe(200)
    expect((await depositCoins(mint, coins.slice(1))).status).toBe(200)
  })

  test('take one subscriber for one visitor', () => {
    expect(visitorOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
    for (const address of ['127.0.0.1', '::ffff:10.0.0.1', '172.31.9.9', '::1', 'fd00::1'])
      expect(isLocal(address)).toBe(true)
    for (const address of ['192.0.2.1', '172.32.0.1', '2001:db8::1', '11.0.0.1']) expect(isLocal(address)).toBe(false)
    expect(parseConfig({}).limits).toMatchObject({
      requestsPerMinute: 1200,
      quotesPerMinute: 60,
      depositsPerMinute: 60_000,
    })
    expect(visitorOf('2001:db8:1:2:3:4:5:6')).toBe(visitorOf('2001:db8:1:2::9'))
    expect(visitorOf('2001:db8:1:2::9')).not.toBe(visitorOf('2001:db8:1:3::9'))
    const limit = createRateLimit(1)
    limit.visit('a', 0)
    limit.visit('b', 0)
    expect(() => limit.visit('a', 1)).toThrow('too-many-requests')
    limit.visit('a', 60_000)
  })
})

describe('the master secret at rest', () => {
  test('is sealed under a passphrase, opens with no other, and is sealed anew under another', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'mint-sealed-'))
    const said: string[] = []
    const run = (env: Record<string, string>) =>
      runCommand(['keys', 'seal'], {
        env: { TUPPENCE_MINT_DATA_DIR: dataDir, ...env },
        cwd: () => dataDir,
        stdout: { write: (text) => said.push(text) },
        stderr: { write: (text) => said.push(text) },
        once: () => undefined,
      })
    const start = (keyPassphrase?: string) =>
      createMint(parseConfig({ dataDir, ...(keyPassphrase && { keyPassphrase }) }))
    try {
      const first = await start('the first passphrase')
      const { id } = (await first.keyring.list())[0]?.row ?? {}
      await first.close()
      expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toContain('"kdf":"scrypt"')
      await expect(start()).rejects.toMatchObject({ code: 'key-file-invalid' })
      await expect(start('another passphrase')).rejects.toMatchObject({ code: 'key-file-invalid' })
      const TUPPENCE_MINT_KEY_PASSPHRASE = 'the first passphrase'
      expect(await run({ TUPPENCE_MINT_KEY_PASSPHRASE, NEW_KEY_PASSPHRASE: 'short' })).toBe(2)
      expect(await run({ TUPPENCE_MINT_KEY_PASSPHRASE, NEW_KEY_PASSPHRASE: 'the second passphrase' })).toBe(0)
      await expect(start('the first passphrase')).rejects.toMatchObject({ code: 'key-file-invalid' })
      const second = await start('the second passphrase')
      expect((await second.keyring.list())[0]?.row.id).toBe(id)
      await second.close()
      expect(said.join('')).not.toContain('passphrase"')
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }, 30_000)
})
