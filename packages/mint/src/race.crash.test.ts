import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { BlindedMessage, Proof } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLedger } from './audit/run.ts'
import { parseConfig } from './config.ts'
import { activeKeyset, draft, topUp, type Answer, type TestMint } from './testing/mint.ts'
import { startPostgres, type TestPostgres } from './testing/postgres.ts'
import { serveProcess, type MintProcess } from './testing/process.ts'

const clients = 500
const rounds = 20
const triangles = 30

let server: TestPostgres
let mints: MintProcess[]
let folders: string[]
let databaseUrl: string

/** What testing/mint.ts needs of a mint, of one in another process. */
function at({ url }: MintProcess): TestMint {
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const headers = { 'content-type': 'application/json' }
  return {
    get: (path: string) => send(path, {}),
    post: (path: string, body: unknown) => send(path, { method: 'POST', headers, body: JSON.stringify(body) }),
  } as TestMint
}

beforeAll(async () => {
  server = await startPostgres()
  databaseUrl = await server.database('race')
  folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'mint-race-')))
  const [first, second] = folders as [string, string]
  // A full queue is refused with 503, which is no answer to the question here.
  const limits = { inFlightMax: 4_096, queueMax: 4_096, waitMaxMs: 60_000 }
  const options = { config: { limits }, env: { DATABASE_URL: databaseUrl, TUPPENCE_MINT_URL: 'https://mint.example' } }
  const one = await serveProcess(first, options)
  const key = readdirSync(first).find((name) => name.endsWith('.key')) as string
  if (!existsSync(join(second, key))) copyFileSync(join(first, key), join(second, key))
  mints = [one, await serveProcess(second, options)]
}, 90_000)

afterAll(async () => {
  for (const { child } of mints) child.kill('SIGTERM')
  await Promise.all(mints.map(({ ended }) => ended))
  await server.stop('SIGQUIT')
  for (const folder of [...folders, dirname(server.dataDir)]) rmSync(folder, { recursive: true, force: true })
}, 30_000)

describe('two mint processes on one PostgreSQL', () => {
  test(`let exactly one of ${clients} clients have a coin, ${rounds} times`, async () => {
    const [a, b] = mints.map(at) as [TestMint, TestMint]
    const keyset = await activeKeyset(a)
    const coins = await topUp(
      a,
      Array.from({ length: rounds }, () => 1),
    )
    // Whoever loses has signed nothing: the same outputs serve in the next round. The winner gets a new one.
    const outputs = draft(
      keyset,
      Array.from({ length: clients }, () => 1),
    ).outputs
    for (const coin of coins) {
      const swaps = outputs.map((output) => ({ inputs: [coin], outputs: [output] }))
      const answers = await Promise.all(swaps.map((swap, client) => (client % 2 ? a : b).post('/v1/swap', swap)))
      const winners = answers.flatMap(({ status }, client) => (status === 200 ? [client] : []))
      expect(winners).toHaveLength(1)
      const losers = answers.filter(({ status }) => status !== 200)
      expect(losers.every(({ status, text }) => status === 400 && text.includes('11001'))).toBe(true)
      const [winner] = winners as [number]
      const again = await Promise.all([a, b].map((mint) => mint.post('/v1/swap', swaps[winner])))
      expect(again.map(({ text }) => text)).toEqual([answers[winner]?.text, answers[winner]?.text])
      outputs[winner] = draft(keyset, [1]).outputs[0] as BlindedMessage
    }
  }, 180_000)

  test('never wait for each other in a circle: overlapping inputs, each coin spent at most once', async () => {
    const [a, b] = mints.map(at) as [TestMint, TestMint]
    const keyset = await activeKeyset(a)
    const coins = await topUp(
      a,
      Array.from({ length: triangles * 3 }, () => 1),
    )
    const results = await Promise.all(
      Array.from({ length: triangles }, async (_, index) => {
        const [x, y, z] = coins.slice(index * 3) as [Proof, Proof, Proof]
        const pairs = [
          [x, y],
          [y, z],
          [z, x],
          [y, x],
          [z, y],
          [x, z],
        ] as const
        const answers = await Promise.all(
          pairs.map((inputs, turn) =>
            (turn % 2 ? a : b).post('/v1/swap', { inputs, outputs: draft(keyset, [1, 1]).outputs }),
          ),
        )
        return answers.map(({ status }) => status)
      }),
    )
    // Two pairs of three coins always overlap: one wins, and every other is told so.
    for (const statuses of results) expect(statuses.toSorted()).toEqual([200, 400, 400, 400, 400, 400])
  }, 60_000)

  test('leave books that add up', async () => {
    const report = await auditLedger(parseConfig({ dataDir: folders[0] as string, databaseUrl }))
    expect(report).toMatchObject({ findings: [], spent: rounds + triangles * 2 })
  })
})
