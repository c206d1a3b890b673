import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../config.ts'
import { releasePayout } from '../payout/decide.ts'
import { sendPayouts } from '../payout/pay.ts'
import { planPayouts } from '../payout/plan.ts'
import { openBooks, type Mood } from '../testing/payouts.ts'
import { auditLedger } from './run.ts'

let folder: string
const sound = () => join(folder, 'sound')

/** A ledger with a payout that was paid, one that failed and one that nobody knows of. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-audit-payouts-'))
  const books = await openBooks({ fees: { commissionBasisPoints: 1000 } }, { dataDir: sound() })
  const moods: readonly Mood['says'][] = ['paid', 'failed', 'nothing']
  for (const [index, says] of moods.entries()) {
    const account = `press-${index}`
    await books.publisher(account)
    await books.deposit(account, 1000 + index)
    const [planned] = await planPayouts(books.deps, { by: 'cli', account })
    await releasePayout(books.deps.office.db, planned?.payout ?? '', books.clock.ms)
    books.bank.mood = { pays: says === 'paid', says }
    await sendPayouts(books.deps)
  }
  await books.mint.close()
}, 30_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('finds nothing in sound payouts', async () => {
  const report = await auditLedger(parseConfig({ dataDir: sound() }))
  expect(report).toMatchObject({ findings: [], findingsTotal: 0 })
})

const of = (kind: string) => `(SELECT max(sequence) FROM operations WHERE kind = '${kind}')`
const move = (kind: string, from: string, to: string) =>
  `UPDATE entries SET account = '${to}' WHERE operation = ${of(kind)} AND account LIKE '${from}%'`

test.each([
  ['a payout is another publisher’s', move('payout', 'publisher:', 'publisher:press-0')],
  ['a payout is on its way to another', move('payout-paid', 'paying-out:', 'paying-out:press-2')],
  ['it went out by another way', move('payout-paid', 'paid-out:', 'publisher:press-0')],
  [
    'a commission is kept though the payout failed',
    `DELETE FROM entries WHERE operation = ${of('payout-failed')} AND account = 'fees:platform'`,
  ],
  ['a payout took more', `UPDATE entries SET amount = amount * 2 WHERE operation = ${of('payout')}`],
  [
    'an answer has other figures',
    `UPDATE operations SET answer = replace(answer, '"net":900', '"net":901') WHERE kind = 'payout-paid'`,
  ],
  [
    'an answer is another payout’s',
    `UPDATE operations SET answer = replace(answer, '"payout":"po-', '"payout":"po-0') WHERE kind = 'payout'`,
  ],
  ['a payment out is no payout', `UPDATE operations SET kind = 'swap' WHERE sequence = ${of('payout')}`],
  ['one that was paid is told as failed', `UPDATE operations SET kind = 'payout-failed' WHERE kind = 'payout-paid'`],
])('finds that %s', async (name, sql) => {
  const dataDir = join(folder, name.replace(/\W+/g, '-'))
  cpSync(sound(), dataDir, { recursive: true })
  const db = new DatabaseSync(join(dataDir, 'ledger.db'))
  db.exec('PRAGMA foreign_keys = OFF')
  for (const { name: trigger } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()) {
    db.exec(`DROP TRIGGER ${trigger as string}`)
  }
  const changed = () => (db.prepare('SELECT total_changes() AS n').get() as { n: number }).n
  const before = changed()
  db.exec(sql)
  expect(changed()).toBeGreaterThan(before)
  db.close()
  const { findings } = await auditLedger(parseConfig({ dataDir }))
  // The checkpoint alone would see it: it has to be seen by what the rows say, too.
  expect(
    findings.filter(
      ({ rule, where }) =>
        rule !== 'S11' && (where.includes('payout') || where.includes('operation') || where.includes('paying-out')),
    ),
  ).not.toEqual([])
})
