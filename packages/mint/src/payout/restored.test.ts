import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditLedger } from '../audit/run.ts'
import { backupLedger, restoreLedger } from '../backup.ts'
import { addUpIncome } from '../fraud/income.ts'
import { dayMs, openBooks, sums, type Books } from '../testing/payouts.ts'
import { releasePayout } from './decide.ts'
import { everybody, freezeOf, liftFreeze } from './freeze.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { rebookLost } from './restored.ts'

const account = 'press'
let books: Books
let folder: string
beforeEach(async () => {
  books = await openBooks()
  folder = `${books.dataDir}-backup`
  await books.publisher(account)
  await books.deposit(account, 1000)
})
afterEach(async () => {
  await books.close()
  for (const end of ['', '.office']) rmSync(folder + end, { force: true })
})

const pay = async () => {
  const [planned] = await planPayouts(books.deps, { by: 'cli', account })
  await releasePayout(books.deps.office.db, planned?.payout ?? '', books.clock.ms)
  await sendPayouts(books.deps)
  return planned?.payout ?? ''
}
/** Puts the backup, or a part of it, back and starts again. */
const reopen = async (put: () => Promise<unknown> | void) => {
  const { bank, clock, dataDir } = books
  await books.mint.close()
  await put()
  books = await openBooks({}, { dataDir, bank, clock })
}
const paidTotal = () => [...books.bank.paid.values()].reduce((sum, net) => sum + net, 0)
const owed = async () => (await sums(books.deps)).get(`publisher:${account}`) ?? 0

test('both set back, payouts are held; and what was paid is not paid again even if somebody lets it go', async () => {
  backupLedger(books.deps.config, folder)
  const id = await pay()
  expect(paidTotal()).toBe(1000)
  await reopen(() => restoreLedger(books.deps.config, folder, { acceptLoss: true, nowMs: books.clock.ms }))
  expect(await owed()).toBe(1000)
  const frozen = await freezeOf(books.deps.office.db, everybody)
  expect(frozen?.reason).toContain('compare what was paid out since')
  const again = await pay()
  expect(again).toBe(id)
  expect([await owed(), paidTotal()]).toEqual([1000, 1000])
  // The mistake: nobody has compared. The payout has the name that it had, and the bank has paid it.
  await liftFreeze(books.deps.office.db, frozen?.id ?? '', { person: 'anna', nowMs: books.clock.ms })
  await releasePayout(books.deps.office.db, again, books.clock.ms)
  await sendPayouts(books.deps)
  expect([await owed(), paidTotal()]).toEqual([0, 1000])
})

test('a backup of a mint that had stopped holds nothing', async () => {
  await pay()
  await reopen(async () => {
    backupLedger(books.deps.config, folder)
    rmSync(join(books.dataDir, 'ledger.db'))
    await restoreLedger(books.deps.config, folder, { acceptLoss: false, nowMs: books.clock.ms })
  })
  expect(await freezeOf(books.deps.office.db, account)).toBeUndefined()
  expect([await owed(), paidTotal()]).toEqual([0, 1000])
})

test('only the ledger set back, it books again what the office knows was paid', async () => {
  backupLedger(books.deps.config, folder)
  await pay()
  rmSync(`${folder}.office`)
  await reopen(() => restoreLedger(books.deps.config, folder, { acceptLoss: true, nowMs: books.clock.ms }))
  const out = async () => (await sums(books.deps)).get('paid-out:stripe-connect')
  await expect.poll(out, { timeout: 20_000 }).toBe(1000)
  expect(await owed()).toBe(0)
  expect(await rebookLost(books.deps)).toBe(0)
  expect((await auditLedger(books.deps.config)).findings).toEqual([])
})

test('only the office set back, it follows the ledger', async () => {
  const old = join(books.dataDir, 'old')
  await reopen(() => cpSync(join(books.dataDir, 'office.db'), old))
  const id = await pay()
  await books.deposit(account, 500)
  await reopen(() => cpSync(old, join(books.dataDir, 'office.db')))
  // The same month is planned anew, of what is owed now, and meets the payout that was.
  expect(await pay()).toBe(id)
  expect([await owed(), paidTotal()]).toEqual([500, 1000])
  const row = await books.deps.office.db.selectFrom('payouts').selectAll().where('id', '=', id).executeTakeFirst()
  expect(row).toMatchObject({ state: 'paid' })
  const next = await pay()
  expect(next).not.toBe(id)
  expect([await owed(), paidTotal()]).toEqual([0, 1500])
})

test('where nothing says what came after a backup, payouts are held', async () => {
  backupLedger(books.deps.config, folder)
  await pay()
  // The disk is gone, and the mark with it.
  await reopen(async () => {
    for (const name of ['ledger.db', 'office.db', 'ledger.epoch']) rmSync(join(books.dataDir, name))
    await restoreLedger(books.deps.config, folder, { acceptLoss: false, nowMs: books.clock.ms })
  })
  expect((await freezeOf(books.deps.office.db, everybody))?.reason).toContain('nobody knows what came after it')
})

test('a restore that cannot hold payouts leaves a mint that does not start', async () => {
  backupLedger(books.deps.config, folder)
  await pay()
  await books.mint.close()
  const mark = join(books.dataDir, 'ledger.epoch')
  const before = readFileSync(mark, 'utf8')
  writeFileSync(`${folder}.office`, 'no database')
  await expect(restoreLedger(books.deps.config, folder, { acceptLoss: true, nowMs: books.clock.ms })).rejects.toThrow()
  expect(readFileSync(mark, 'utf8')).toBe(before)
})

test('what the rules had added up of a ledger that was set back is added up anew', async () => {
  backupLedger(books.deps.config, folder)
  rmSync(`${folder}.office`)
  for (const amount of [100, 200, 300]) await books.deposit(account, amount)
  await addUpIncome(books.deps, books.clock.ms + dayMs)
  await reopen(() => restoreLedger(books.deps.config, folder, { acceptLoss: true, nowMs: books.clock.ms }))
  await books.deposit(account, 50)
  await addUpIncome(books.deps, books.clock.ms + dayMs)
  const rows = await books.deps.office.db.selectFrom('fraud_income').selectAll().execute()
  expect(rows.map(({ body }) => (JSON.parse(body) as { amount: number }).amount)).toEqual([1050])
})
