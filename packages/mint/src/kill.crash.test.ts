import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { openSqliteLedger } from './ledger/sqlite.ts'
import { coinsOf, draft, activeKeyset, type TestMint } from './testing/mint.ts'

const main = new URL('./main.ts', import.meta.url).pathname

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<void>
}

async function serve(dataDir: string): Promise<Server> {
  const child = spawn(process.execPath, ['--conditions=@tuppence/source', main, 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      TUPPENCE_MINT_PORT: '0',
      TUPPENCE_MINT_DATA_DIR: dataDir,
      TUPPENCE_MINT_FUNDING_TEST_ENABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (data) => {
      out += String(data)
      const found = /"event":"listening","url":"([^"]+)"/.exec(out)
      if (found !== null) resolve(found[1] as string)
    })
    child.once('close', () => reject(new Error(`the mint ended: ${out}`)))
  })
  return { child, url, ended }
}

/** A request that was sent: `bytes` once it was acknowledged. */
interface Sent {
  readonly path: string
  readonly body: string
  bytes?: string
}

/** Talks to whichever server runs now. */
function client(server: () => Server) {
  const sent: Sent[] = []
  const post = async (path: string, body: unknown) => {
    const record: Sent = { path, body: JSON.stringify(body) }
    if (path !== '/v1/mint/quote/test') sent.push(record)
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(server().url + path, { method: 'POST', headers, body: record.body })
    const text = await response.text()
    if (response.status === 200) record.bytes = text
    return { status: response.status, text, headers: response.headers }
  }
  const get = async (path: string) => {
    const response = await fetch(server().url + path)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  return { sent, post, get } satisfies { sent: Sent[] } & Pick<TestMint, 'post' | 'get'>
}

/** Tops up, then swaps its coins for others until the server is gone. */
async function spender(talk: ReturnType<typeof client>): Promise<void> {
  try {
    const { quote } = JSON.parse((await talk.post('/v1/mint/quote/test', { amount: 3, unit: 'usd' })).text) as {
      quote: string
    }
    await talk.post('/v1/test/pay', { quote })
    const keyset = await activeKeyset(talk)
    let made = draft(keyset, [1, 2])
    let coins: Proof[] = coinsOf(made, (await talk.post('/v1/mint/test', { quote, outputs: made.outputs })).text)
    for (;;) {
      made = draft(keyset, [1, 2])
      coins = coinsOf(made, (await talk.post('/v1/swap', { inputs: coins, outputs: made.outputs })).text)
    }
  } catch {
    // The server was killed: what was sent and not answered is in talk.sent without bytes.
  }
}

test('killed in the middle of it, the mint has all that it acknowledged, and gives retries their original bytes', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mint-kill-'))
  let server = await serve(dataDir)
  try {
    for (const round of [1, 2]) {
      const talk = client(() => server)
      const spenders = Array.from({ length: 16 }, () => spender(talk))
      while (talk.sent.filter(({ path, bytes }) => path === '/v1/swap' && bytes !== undefined).length < 40 * round) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      server.child.kill('SIGKILL')
      await server.ended
      await Promise.all(spenders)
      const acknowledged = talk.sent.filter(({ bytes }) => bytes !== undefined)
      const unknown = talk.sent.filter(({ bytes }) => bytes === undefined)
      expect(unknown.length).toBeGreaterThan(0)

      server = await serve(dataDir)
      for (const { path, body, bytes } of acknowledged) {
        const again = await talk.post(path, JSON.parse(body))
        expect(again.status).toBe(200)
        // A quote says by now that its coins were issued; all else has the bytes that it had.
        expect(path === '/v1/test/pay' ? bytes : again.text).toBe(bytes)
      }
      // What was not acknowledged happened or did not; sent again, it has happened, and stays so.
      for (const { path, body } of unknown) {
        const again = await talk.post(path, JSON.parse(body))
        expect(again).toMatchObject({ status: 200 })
        expect((await talk.post(path, JSON.parse(body))).text).toBe(again.text)
      }
    }
    server.child.kill('SIGTERM')
    await server.ended
    const ledger = openSqliteLedger({ path: join(dataDir, 'ledger.db'), nowMs: 0 })
    const { entries, balances, promised, spent } = await ledger.totals()
    await ledger.close()
    expect(entries.reduce((sum, { balance }) => sum + balance, 0)).toBe(0)
    expect(balances).toEqual(entries)
    const outstanding = entries.find(({ account }) => account.startsWith('outstanding:'))?.balance
    expect(outstanding).toBe((promised[0]?.amount ?? 0) - (spent[0]?.amount ?? 0))
  } finally {
    server.child.kill('SIGKILL')
    await server.ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 60_000)
