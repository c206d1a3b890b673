import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { sha256Hex, type Proof } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { auditLedger } from './audit/run.ts'
import { parseConfig } from './config.ts'
import { depositBody, depositHeaders } from './testing/account.ts'
import { activeKeyset, coinsOf, draft, startTestMint, type TestMint } from './testing/mint.ts'
import { copyCluster, initCluster, runCluster, runPostgres, type TestPostgres } from './testing/postgres.ts'

/** `npm run test:long` sets it to 20. */
const failovers = Number(process.env['TUPPENCE_FAILOVERS'] ?? 1)

interface Sent {
  readonly path: string
  readonly body: string
  text?: string
}

/** A primary, and a standby that every commit waits for. */
async function startPair(): Promise<{ primary: TestPostgres; standby: TestPostgres }> {
  const first = initCluster()
  const second = join(dirname(first), 'standby')
  // Before either has started they are the same cluster: what pg_basebackup would make.
  copyCluster(first, second)
  const primary = await runCluster(first, { synchronous_standby_names: '*' })
  const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres`
  try {
    return { primary, standby: await runCluster(second, { primary_conninfo: conninfo }) }
  } catch (error) {
    await primary.stop('SIGQUIT')
    throw error
  }
}

async function failOver(): Promise<{ acknowledged: number; unknown: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mint-failover-'))
  const { primary, standby } = await startPair()
  const databaseUrl = `${primary.url},${standby.url}`
  const mint: TestMint = await startTestMint({ databaseUrl }, { dataDir })
  const sent: Sent[] = []
  const send = async (path: string, body: string) => {
    const headers = path === '/v1/deposit' ? await depositHeaders(body) : {}
    return mint.post(path, body, headers)
  }
  const post = async (path: string, body: string): Promise<string> => {
    const record: Sent = { path, body }
    if (!path.startsWith('/v1/mint/quote/')) sent.push(record)
    const { status, text } = await send(path, body)
    if (status !== 200) throw new Error(`${status}`)
    record.text = text
    return text
  }
  const spend = async () => {
    const keyset = await activeKeyset(mint)
    for (;;) {
      const { quote } = JSON.parse(await post('/v1/mint/quote/test', '{"amount":7,"unit":"usd"}')) as { quote: string }
      await post('/v1/test/pay', JSON.stringify({ quote }))
      let made = draft(keyset, [1, 2, 4])
      let coins: Proof[] = coinsOf(made, await post('/v1/mint/test', JSON.stringify({ quote, outputs: made.outputs })))
      made = draft(keyset, [1, 2, 4])
      coins = coinsOf(made, await post('/v1/swap', JSON.stringify({ inputs: coins, outputs: made.outputs })))
      await post('/v1/deposit', await depositBody(await sha256Hex(randomUUID()), coins))
    }
  }
  try {
    const spenders = Array.from({ length: 12 }, () => spend().catch(() => {}))
    while (sent.filter(({ text }) => text !== undefined).length < 60) await new Promise((r) => setTimeout(r, 10))
    await primary.stop('SIGKILL')
    runPostgres('pg_ctl', ['promote', '-D', standby.dataDir, '-w'])
    await Promise.all(spenders)
    let unknown = 0
    for (const { path, body, text } of sent) {
      let again = await send(path, body)
      for (let tries = 0; again.status === 503 && tries < 50; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        again = await send(path, body)
      }
      expect(again.status, `${path} ${again.text}`).toBe(200)
      if (text === undefined) {
        unknown++
        expect((await send(path, body)).text).toBe(again.text)
      } else if (path !== '/v1/test/pay') expect(again.text).toBe(text)
    }
    await mint.served.close()
    expect((await auditLedger(parseConfig({ dataDir, databaseUrl: standby.url }))).findings).toEqual([])
    return { acknowledged: sent.length - unknown, unknown }
  } finally {
    await mint.served.close().catch(() => {})
    await standby.stop('SIGQUIT')
    rmSync(dirname(standby.dataDir), { recursive: true, force: true })
    rmSync(dataDir, { recursive: true, force: true })
  }
}

test(
  `loses nothing and doubles nothing when the primary is killed under load (${failovers} times)`,
  async () => {
    for (let round = 0; round < failovers; round++) {
      const { acknowledged, unknown } = await failOver()
      expect(acknowledged).toBeGreaterThanOrEqual(60)
      console.log(`failover: ${acknowledged} acknowledged and there, ${unknown} unknown and settled`)
    }
  },
  failovers * 60_000 + 60_000,
)
