import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBooks, sums, type Books } from '../testing/payouts.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { releasePayout } from './decide.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { makeStatement } from './statement/statement.ts'

let server: TestPostgres
let dataDir: string
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'mint-payouts-'))
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}, 30_000)

test('two mints on one PostgreSQL plan and send at once, and each payout is made once', async () => {
  const databaseUrl = await server.database('payouts')
  const input = { databaseUrl, url: 'https://mint.example', fees: { commissionBasisPoints: 100 } }
  const a = await openBooks(input, { dataDir })
  const b = await openBooks(input, { dataDir, bank: a.bank, clock: a.clock })
  const both = [a, b] as const
  const accounts = ['one', 'two', 'three']
  for (const account of accounts) {
    await a.publisher(account)
    await b.deposit(account, 1000)
  }
  const release = async (books: Books) => {
    const held = await books.deps.office.db.selectFrom('payouts').select('id').where('state', '=', 'held').execute()
    for (const { id } of held) await releasePayout(books.deps.office.db, id, a.clock.ms)
  }
  await Promise.all(both.map(({ deps }) => planPayouts(deps)))
  await release(a)
  a.bank.mood = { pays: true, says: 'nothing' }
  await Promise.all(both.map(({ deps }) => sendPayouts(deps)))
  a.bank.mood = { pays: true, says: 'paid' }
  await Promise.all(both.map(({ deps }) => sendPayouts(deps)))
  await sendPayouts(a.deps)
  expect([...a.bank.paid.values()]).toEqual([990, 990, 990])
  const rows = await b.deps.office.db.selectFrom('payouts').select(['account', 'state']).orderBy('account').execute()
  expect(rows).toEqual(['one', 'three', 'two'].map((account) => ({ account, state: 'paid' })))
  const of = await sums(b.deps)
  expect([of.get('paid-out:stripe-connect'), of.get('fees:platform'), of.get('publisher:one')]).toEqual([2970, 30, 0])
  const account = await b.deps.ledger.account('two')
  if (account === undefined) throw new Error('no account')
  const statement = await makeStatement(b.deps, account, { month: '2026-11', unit: 'usd', detail: 'all' })
  expect(statement.lines.map(({ kind, amount, balance }) => [kind, amount, balance])).toEqual([
    ['deposit', 1000, 1000],
    ['payout', -990, 10],
    ['commission', -10, 0],
    ['payout-arrived', 0, 0],
  ])
  await Promise.all(both.map(({ mint }) => mint.close()))
})
