import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const main = new URL('./main.ts', import.meta.url).pathname
const key = Buffer.alloc(32, 7).toString('base64url')

/** Starts the command as a process of its own. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@tuppence/source', main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout?.on('data', (data) => (out += String(data)))
  child.stderr?.on('data', (data) => (err += String(data)))
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const line = async (event: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = out.split('\n').find((each) => each.includes(`"event":"${event}"`))
      if (found !== undefined) return JSON.parse(found) as Record<string, unknown>
      if (child.exitCode !== null) throw new Error(`ended before "${event}": ${out} ${err}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { child, exit, line, out: () => out, err: () => err }
}

describe('tuppence-mint', () => {
  let folder: string
  let config: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mint-command-'))
    config = join(folder, 'mint.json')
    writeFileSync(config, JSON.stringify({ port: 0, dataDir: 'data' }))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('serves, logs in JSON lines, sees keys rotated and accounts added beside it, and ends well on SIGTERM', async () => {
    const serving = start(['serve', '--config', config], { TUPPENCE_MINT_LOG_LEVEL: 'debug' })
    const { url, testMoney } = await serving.line('listening')
    expect(testMoney).toBe(false)
    expect(await (await fetch(`${String(url)}/health`)).json()).toMatchObject({ status: 'ok', curve: 'native' })

    const rotating = start(['keys', 'rotate', '--config', config])
    expect(await rotating.exit).toBe(0)
    const { keyset } = await rotating.line('rotated')
    const { keysets } = (await (await fetch(`${String(url)}/v1/keysets`)).json()) as {
      keysets: { id: string; active: boolean }[]
    }
    expect(keysets.map(({ active }) => active)).toEqual([false, true])
    expect(keysets[1]?.id).toBe(keyset)

    const adding = start(['account', 'add', 'daily-news', '--key', key, '--name', 'Daily News', '--config', config])
    expect(await adding.exit).toBe(0)
    expect((await fetch(`${String(url)}/v1/accounts/daily-news`)).status).toBe(401)
    expect((await fetch(`${String(url)}/v1/accounts/nobody`)).status).toBe(404)
    const listing = start(['account', 'list', '--config', config])
    expect(await listing.exit).toBe(0)
    expect(JSON.parse(listing.out())).toMatchObject({ id: 'daily-news', name: 'Daily News', balances: {} })

    serving.child.kill('SIGTERM')
    expect(await serving.exit).toBe(0)
    const lines = serving
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-1)).toMatchObject({ event: 'stopped' })
    expect(lines.find(({ path }) => path === '/v1/accounts/{account}')).toMatchObject({ method: 'GET', status: 401 })
    expect(serving.out()).not.toContain('daily-news')
    expect(serving.err()).toBe('')
  }, 30_000)

  test.each([
    [['dance'], 2, 'tuppence-mint serve'],
    [['serve', '--fast'], 2, "Unknown option '--fast'"],
    [['account', 'add', 'Bad Id', '--key', key], 2, 'account add'],
    [['account', 'add', 'good-id', '--key', 'short'], 2, '32 bytes of base64url'],
    [['keys', 'rotate', '--unit', 'eur'], 2, 'no unit eur'],
    [['serve', '--config', '/nowhere/mint.json'], 1, 'cannot read /nowhere/mint.json'],
  ])('answers %j with exit code %i and says why', async (args, code, reason) => {
    const run = start(args, { TUPPENCE_MINT_DATA_DIR: join(folder, 'data') })
    expect(await run.exit).toBe(code)
    expect(run.err()).toContain(reason)
  })

  test('names the field of a configuration that it does not know', async () => {
    writeFileSync(config, JSON.stringify({ port: 0, dataDri: 'data' }))
    const run = start(['serve', '--config', config])
    expect(await run.exit).toBe(1)
    expect(run.err()).toContain('dataDri')
  })

  test('says that the port is taken, and leaves', async () => {
    const first = start(['serve', '--config', config])
    const { port } = await first.line('listening')
    const second = start(['serve'], { TUPPENCE_MINT_PORT: String(port), TUPPENCE_MINT_DATA_DIR: join(folder, 'other') })
    expect(await second.exit).toBe(1)
    expect(second.err()).toContain('EADDRINUSE')
    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
  })
})
