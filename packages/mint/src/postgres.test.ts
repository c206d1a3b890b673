import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { depositBatchRoute } from '@tuppence/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditLedger } from './audit/run.ts'
import { loadConfig, parseConfig } from './config.ts'
import { batchOf, depositBody, depositHeaders } from './testing/account.ts'
import { activeKeyset, depositCoins, draft, startTestMint, topUp } from './testing/mint.ts'
import { startPostgres, type TestPostgres } from './testing/postgres.ts'

let server: TestPostgres
let dataDir: string
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'mint-two-'))
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}, 30_000)

test('two mints on one PostgreSQL are one mint: same keys, same answers, each coin once; and the audit agrees', async () => {
  const databaseUrl = await server.database('mints')
  const url = 'https://mint.example'
  const mints = await Promise.all([1, 2].map(() => startTestMint({ databaseUrl, url }, { dataDir })))
  const [a, b] = mints as [(typeof mints)[0], (typeof mints)[0]]
  const keyset = await activeKeyset(a)
  expect((await activeKeyset(b)).id).toBe(keyset.id)
  expect((await b.get('/v1/keysets')).text).toBe((await a.get('/v1/keysets')).text)
  const coins = await topUp(
    a,
    Array.from({ length: 20 }, () => 1),
  )
  // 500 clients with one coin, over both: exactly one has it.
  const rivals = await Promise.all(
    Array.from({ length: 500 }, (_, index) => {
      const { outputs } = draft(keyset, [1])
      return (index % 2 ? a : b).post('/v1/swap', { inputs: coins.slice(0, 1), outputs })
    }),
  )
  expect(rivals.filter(({ status }) => status === 200)).toHaveLength(1)
  const odd = rivals.filter(({ status, text }) => status !== 200 && status !== 503 && !text.includes('11001'))
  expect(odd.map(({ status, text }) => `${status} ${text}`)).toEqual([])
  // The same request to both has one answer.
  const swap = { inputs: coins.slice(1, 2), outputs: draft(keyset, [1]).outputs }
  const same = await Promise.all([a, b, a, b].map((mint) => mint.post('/v1/swap', swap)))
  expect(new Set(same.map(({ text }) => text)).size).toBe(1)
  const receipts = await Promise.all(
    [a, b].map((mint) => depositCoins(mint, coins.slice(2, 6), { reference: 'ab'.repeat(32) })),
  )
  expect(receipts.map(({ status }) => status)).toEqual([200, 200])
  expect(receipts[0]?.text).toBe(receipts[1]?.text)
  // A batch is its deposits: one that was made alone, one that is new, and a second one of the new one's coin.
  const body = batchOf([
    await depositBody('ab'.repeat(32), coins.slice(2, 6)),
    await depositBody('cd'.repeat(32), coins.slice(6, 7)),
    await depositBody('ef'.repeat(32), coins.slice(6, 7)),
  ])
  const sendBatch = async (mint: typeof a) =>
    (await mint.post(depositBatchRoute.path, body, await depositHeaders(body, { path: depositBatchRoute.path }))).text
  const answers = await sendBatch(a)
  expect(answers.startsWith(`{"answers":[${receipts[0]?.text},`)).toBe(true)
  // PostgreSQL may take them in any order, and one has the coin.
  const [, ...rivalry] = (JSON.parse(answers) as { answers: { code?: string }[] }).answers
  expect(rivalry.map(({ code }) => code ?? 'done').toSorted()).toEqual(['coins-spent', 'done'])
  expect(await sendBatch(b)).toBe(answers)
  await a.served.keyring.rotate('usd')
  expect((await activeKeyset(b)).id).not.toBe(keyset.id)
  await Promise.all(mints.map((mint) => mint.served.close()))
  const report = await auditLedger(parseConfig({ dataDir, databaseUrl }))
  expect(report).toMatchObject({ findings: [], spent: 7 })
}, 60_000)

test('is configured by DATABASE_URL', () => {
  const url = 'postgres://mint@db/mint'
  expect(loadConfig({ file: undefined, env: { DATABASE_URL: url }, cwd: dataDir })).toMatchObject({ databaseUrl: url })
  expect(() => loadConfig({ file: undefined, env: { DATABASE_URL: 'mysql://x' }, cwd: dataDir })).toThrow('databaseUrl')
})
