import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { depositBatchRoute, sha256Hex, type Proof } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { auditLedger } from './audit/run.ts'
import { parseConfig } from './config.ts'
import type { Failpoint } from './failpoint.ts'
import { batchOf, depositBody, depositHeaders } from './testing/account.ts'
import { activeKeyset, coinsOf, draft, type TestMint } from './testing/mint.ts'
import { serveProcess, type MintProcess } from './testing/process.ts'

/** `npm run test:long` sets it to 500. */
const kills = Number(process.env['TUPPENCE_KILLS'] ?? 10)
const spenders = 6
const failpoints: readonly Failpoint[] = [
  'batch-begun',
  'operation-applied',
  'before-commit',
  'after-commit',
  'before-answer',
  'melt-started',
  'melt-paid',
  'epoch-noted',
]

/** A request that was sent: `text` once it was acknowledged. */
interface Sent {
  readonly path: string
  readonly body: string
  text?: string
}

const quotes = /^\/v1\/(mint|melt)\/quote\//

/** Talks to whichever mint runs now, and keeps what it said; a deposit is signed anew each time it is sent. */
function client(server: () => MintProcess) {
  const sent: Sent[] = []
  const send = async (path: string, body: string) => {
    const headers = path.startsWith('/v1/deposit')
      ? await depositHeaders(body, { path })
      : { 'content-type': 'application/json' }
    const response = await fetch(server().url + path, { method: 'POST', headers, body })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const post = async (path: string, body: unknown) => {
    const record: Sent = { path, body: typeof body === 'string' ? body : JSON.stringify(body) }
    if (!quotes.test(path)) sent.push(record)
    const answer = await send(path, record.body)
    if (answer.status === 200) record.text = answer.text
    return answer
  }
  const get = async (path: string) => {
    const response = await fetch(server().url + path)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  return { sent, send, post, get } satisfies { sent: Sent[]; send: unknown } & Pick<TestMint, 'post' | 'get'>
}

/** Deposits two coins: in one deposit, or in a batch of two. */
async function depositTwo({ post }: ReturnType<typeof client>, coins: readonly Proof[]): Promise<void> {
  const bodyOf = async (inputs: readonly Proof[]) => depositBody(await sha256Hex(randomUUID()), inputs)
  if (Math.random() < 0.5) {
    await post('/v1/deposit', await bodyOf(coins))
    return
  }
  const bodies = await Promise.all(coins.map((coin) => bodyOf([coin])))
  await post(depositBatchRoute.path, batchOf(bodies))
}

/** Tops up, swaps, deposits and melts until the mint is gone. */
async function spender(talk: ReturnType<typeof client>): Promise<void> {
  const quoteOf = (answer: { text: string }) => (JSON.parse(answer.text) as { quote: string }).quote
  try {
    const keyset = await activeKeyset(talk)
    for (;;) {
      const quote = quoteOf(await talk.post('/v1/mint/quote/test', { amount: 7, unit: 'usd' }))
      await talk.post('/v1/test/pay', { quote })
      let made = draft(keyset, [1, 2, 4])
      let coins: Proof[] = coinsOf(made, (await talk.post('/v1/mint/test', { quote, outputs: made.outputs })).text)
      for (let swaps = 0; swaps < 3; swaps++) {
        made = draft(keyset, [1, 2, 4])
        coins = coinsOf(made, (await talk.post('/v1/swap', { inputs: coins, outputs: made.outputs })).text)
      }
      await depositTwo(talk, coins.slice(0, 2))
      const melt = quoteOf(await talk.post('/v1/melt/quote/test', { request: 'test-money:out:4', unit: 'usd' }))
      await talk.post('/v1/melt/test', { quote: melt, inputs: coins.slice(2) })
    }
  } catch {
    // The mint was killed: what was sent and not answered is in talk.sent without its text.
  }
}

/** Starts a mint that dies at a failpoint, or is killed at some moment; loads it until it is gone. */
async function loadUntilKilled(dataDir: string, round: number): Promise<Sent[]> {
  const point = failpoints[round % (failpoints.length + 2)]
  const env =
    point === undefined ? {} : { TUPPENCE_FAILPOINT: `${point}:${point === 'epoch-noted' ? 2 : 8 + (round % 40)}` }
  const server = await serveProcess(dataDir, { env, config: { logLevel: 'error' } }).catch(() => undefined)
  // It may die before it listens: the failpoints of the ledger are passed on the way.
  if (server === undefined) return []
  const talk = client(() => server)
  const working = Array.from({ length: spenders }, () => spender(talk))
  const deadline = setTimeout(
    () => server.child.kill('SIGKILL'),
    point === undefined ? 150 + Math.random() * 300 : 6000,
  )
  await server.ended
  clearTimeout(deadline)
  await Promise.all(working)
  return talk.sent
}

test(
  `killed ${kills} times, at every failpoint and at random, the mint has all that it acknowledged`,
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'mint-kill-'))
    let acknowledged = 0
    let unknown = 0
    try {
      for (let round = 0; round < kills; round++) {
        const sent = await loadUntilKilled(dataDir, round)
        const server = await serveProcess(dataDir, { config: { logLevel: 'error' } })
        const talk = client(() => server)
        const settle = async ({ path, body, text }: Sent) => {
          const again = await talk.send(path, body)
          expect(again.status, `${path} ${again.text}`).toBe(200)
          // In a batch, each deposit has an answer of its own.
          if (path === depositBatchRoute.path) expect(again.text).not.toContain('"code":')
          if (text === undefined) {
            // It happened or it did not; sent again it has happened, and stays so.
            unknown++
            expect((await talk.send(path, body)).text).toBe(again.text)
          } else {
            acknowledged++
            // A quote says by now that its coins were issued; all else has the bytes that it had.
            if (path !== '/v1/test/pay') expect(again.text).toBe(text)
          }
        }
        // In the order in which they were sent, since coins must be issued before they are spent, some at a time.
        const first = sent.filter(({ path }) => path.startsWith('/v1/test') || path.startsWith('/v1/mint'))
        for (const each of [...first, ...sent.filter((one) => !first.includes(one) && one.text === undefined)])
          await settle(each)
        await Promise.all(sent.filter((one) => !first.includes(one) && one.text !== undefined).map(settle))
        server.child.kill('SIGTERM')
        await server.ended
        const report = await auditLedger(parseConfig({ dataDir }))
        expect(report.findings).toEqual([])
        if (round % 50 === 49)
          console.log(
            `killed ${round + 1} times: ${acknowledged} acknowledged and there, ${unknown} unknown and settled`,
          )
      }
      expect(acknowledged).toBeGreaterThan(kills * 5)
      expect(unknown).toBeGreaterThan(kills / 2)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
  Math.max(120_000, kills * 20_000),
)
