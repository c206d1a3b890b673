import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../command.ts'
import { parseConfig } from '../config.ts'
import {
  activeKeyset,
  coinsOf,
  depositCoins,
  draft,
  paidQuote,
  refundCoins,
  startTestMint,
  topUp,
} from '../testing/mint.ts'
import { auditLedger } from './run.ts'

let folder: string
const sound = () => join(folder, 'sound')

/** A ledger in which everything has happened that can happen: top-up, unclaimed money, rotation, swap, deposit, refund, melt. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-audit-'))
  const mint = await startTestMint({ inputFeePpk: 500 }, { dataDir: sound() })
  const coins = await topUp(mint, [1, 2, 4, 8, 16, 32])
  await paidQuote(mint, 7)
  await mint.served.keyring.rotate('usd')
  const made = draft(await activeKeyset(mint), [1, 2, 4])
  const answer = await mint.post('/v1/swap', { inputs: coins.slice(3, 4), outputs: made.outputs })
  const swapped = coinsOf(made, answer.text)
  expect((await depositCoins(mint, swapped.slice(1), { reference: 'ab'.repeat(32) })).status).toBe(200)
  expect((await refundCoins(mint, draft(await activeKeyset(mint), [1, 2]), 'ab'.repeat(32))).status).toBe(200)
  const asked = { request: 'test-money:out:9', unit: 'usd' }
  const { quote } = JSON.parse((await mint.post('/v1/melt/quote/test', asked)).text) as { quote: string }
  const { outputs } = draft(await activeKeyset(mint), [1, 1, 1, 1])
  expect((await mint.post('/v1/melt/test', { quote, inputs: coins.slice(4, 5), outputs })).status).toBe(200)
  await mint.served.close()
}, 30_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Audits a copy of the sound ledger after it was tampered with, by someone who has the file and drops the triggers. */
async function auditAfter(name: string, tamper: (db: DatabaseSync) => void) {
  const dataDir = join(folder, name.replace(/\W+/g, '-'))
  cpSync(sound(), dataDir, { recursive: true })
  const db = new DatabaseSync(join(dataDir, 'ledger.db'))
  db.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON')
  for (const { name: trigger } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()) {
    db.exec(`DROP TRIGGER ${trigger as string}`)
  }
  tamper(db)
  db.close()
  return auditLedger(parseConfig({ dataDir }))
}

const sql = (text: string) => (db: DatabaseSync) => {
  const before = db.prepare('SELECT total_changes() AS n').get() as { n: number }
  db.exec(text)
  const after = db.prepare('SELECT total_changes() AS n').get() as { n: number }
  // A fault that changes nothing would prove nothing.
  expect(after.n).toBeGreaterThan(before.n)
}
const one = (table: string, order = 'rowid') => `(SELECT ${order} FROM ${table} ORDER BY ${order} LIMIT 1)`
const kind = (name: string) => `(SELECT max(sequence) FROM operations WHERE kind = '${name}')`

describe('the audit', () => {
  test('finds nothing in a sound ledger, and every operation of it is signed off', async () => {
    const report = await auditLedger(parseConfig({ dataDir: sound() }))
    expect(report).toMatchObject({ findings: [], findingsTotal: 0, unsigned: 0, spent: 4 })
    expect(report.operations).toBeGreaterThan(8)
  })

  test.each<[string, string]>([
    ['a spent coin is forgotten', `DELETE FROM spent WHERE y = ${one('spent', 'y')}`],
    ['a spent coin was worth less', `UPDATE spent SET amount = 1 WHERE operation = ${kind('melt')}`],
    ['a spent coin is of another keyset', `UPDATE spent SET keyset = 2 WHERE operation = ${kind('swap')}`],
    ['a reader’s coin is marked spent', `INSERT INTO spent VALUES (1, randomblob(33), 1, ${kind('deposit')}, NULL)`],
    [
      'a coin is released that no melt released',
      `INSERT INTO released VALUES (${kind('swap')}, 1, randomblob(33), 8, ${kind('deposit')})`,
    ],
    ['a promise is forgotten', `DELETE FROM promises WHERE b = ${one('promises', 'b')}`],
    ['a promise is worth more', `UPDATE promises SET amount = 64 WHERE amount = 32`],
    ['a promise is of another signature', `UPDATE promises SET c = randomblob(33) WHERE b = ${one('promises', 'b')}`],
    ['a proof was changed', `UPDATE promises SET s = randomblob(32) WHERE b = ${one('promises', 'b')}`],
    [
      'coins come from nowhere',
      `INSERT INTO promises SELECT randomblob(33), keyset, amount, c, e, s, operation FROM promises LIMIT 1`,
    ],
    ['an entry is larger', `UPDATE entries SET amount = amount + 1 WHERE account LIKE 'publisher:%'`],
    ['an entry is gone', `DELETE FROM entries WHERE account = 'fees' AND operation = ${kind('swap')}`],
    ['a credit is another’s', `UPDATE entries SET account = 'publisher:thief' WHERE account LIKE 'publisher:%'`],
    ['a balance is larger', `UPDATE balances SET balance = balance + 1 WHERE account LIKE 'publisher:%'`],
    [
      'two balances differ and cancel out',
      `UPDATE balances SET balance = balance + CASE account WHEN 'fees' THEN 1 ELSE -1 END WHERE account IN ('fees', 'unminted')`,
    ],
    ['an operation is gone', `DELETE FROM operations WHERE sequence = ${kind('swap')}`],
    [
      'an answer was changed',
      `UPDATE operations SET answer = replace(answer, '"amount":1', '"amount":2') WHERE kind = 'swap'`,
    ],
    ['an operation was at another time', `UPDATE operations SET at_ms = at_ms + 1 WHERE sequence = ${kind('deposit')}`],
    ['an operation is of another kind', `UPDATE operations SET kind = 'quote' WHERE sequence = ${kind('payment')}`],
    ['a payment is gone', `DELETE FROM payments WHERE operation = ${kind('payment')}`],
    ['a payment was larger', `UPDATE payments SET amount = amount + 1`],
    ['a quote was paid more', `UPDATE quotes SET amount_paid = amount_paid + 5`],
    [
      'a quote was issued less, so that it may be issued again',
      `UPDATE quotes SET amount_issued = 0 WHERE amount_issued > 0`,
    ],
    ['a deposit was larger', `UPDATE deposits SET amount = amount + 1`],
    ['a deposit is of another offer', `UPDATE deposits SET offer = randomblob(32)`],
    ['a deposit is gone', `DELETE FROM deposits`],
    ['a refund was larger', `UPDATE refunds SET amount = amount + 1`],
    ['a refund was more than the deposit', `UPDATE deposits SET amount = 2`],
    ['a refund is of another deposit', `UPDATE refunds SET reference = randomblob(32)`],
    ['a refund is gone, so that it may be made again', `DELETE FROM refunds`],
    [
      'a refund is booked on another publisher',
      `UPDATE entries SET account = 'publisher:victim' WHERE operation = ${kind('refund')} AND account LIKE 'publisher:%'`,
    ],
    [
      'a refund was answered otherwise',
      `UPDATE operations SET answer = replace(answer, '"unit":"usd"', '"unit":"eur"') WHERE kind = 'refund'`,
    ],
    [
      'a publisher was debited without a refund',
      `UPDATE entries SET account = 'publisher:daily-news', amount = -amount WHERE account = 'fees' AND operation = ${kind('swap')}`,
    ],
    ['a retired keyset signs again', 'UPDATE keysets SET active = 0; UPDATE keysets SET active = 1 WHERE number = 1'],
    ['a keyset has another fee', `UPDATE keysets SET input_fee_ppk = 0 WHERE number = 1`],
    ['a melt was answered otherwise', `UPDATE melts SET answer = replace(answer, '9', '8')`],
    ['a melt is pending again', `UPDATE melts SET state = 'PENDING', answer = NULL`],
    ['what a quote was paid is said to be taken back', `UPDATE quotes SET amount_revoked = 1 WHERE amount_issued = 0`],
    ['a checkpoint is forged', `UPDATE checkpoints SET signature = randomblob(64)`],
    ['the epoch was turned back', `UPDATE meta SET value = 0`],
    [
      'the last operations are gone, with everything that they did',
      `DELETE FROM operations WHERE sequence >= ${kind('melt-paid')}; DELETE FROM promises WHERE operation NOT IN (SELECT sequence FROM operations);
       DELETE FROM entries WHERE operation NOT IN (SELECT sequence FROM operations);
       DELETE FROM balances; INSERT INTO balances SELECT account, unit, sum(amount) FROM entries GROUP BY account, unit;
       UPDATE melts SET state = 'PENDING', answer = NULL`,
    ],
    [
      'a forged deposit that adds up in every table',
      `CREATE TEMP TABLE forged AS SELECT max(sequence) + 1 AS sequence FROM operations;
       INSERT INTO operations SELECT f.sequence, randomblob(32), o.kind, o.unit, o.at_ms, o.answer, o.writer FROM operations o, forged f WHERE o.kind = 'deposit';
       UPDATE checkpoints SET sequence = sequence + 1 WHERE sequence = (SELECT max(sequence) FROM checkpoints);
       INSERT INTO spent SELECT keyset, randomblob(33), amount, f.sequence, NULL FROM spent, forged f WHERE operation = ${kind('deposit')} LIMIT 0;
       INSERT INTO deposits SELECT d.account, randomblob(32), d.amount, d.offer, f.sequence FROM deposits d, forged f`,
    ],
  ])('finds that %s', async (name, text) => {
    const { findings } = await auditAfter(name, sql(text))
    expect(findings.length).toBeGreaterThan(0)
    // Rows are named by number; nothing that a reader or a publisher sent is told.
    for (const finding of findings) expect(JSON.stringify(finding)).not.toMatch(/[0-9a-f]{64}.*[0-9a-f]{64}/)
  })

  test('is a command that fails when something is found', async () => {
    const out: string[] = []
    const proc = {
      env: { TUPPENCE_MINT_DATA_DIR: sound() },
      cwd: () => folder,
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => out.push(text) },
      once: () => undefined,
    }
    expect(await runCommand(['audit'], proc)).toBe(0)
    expect(JSON.parse(out.at(-1) ?? '')).toMatchObject({ event: 'audited', findingsTotal: 0 })
    await auditAfter('told', sql('UPDATE deposits SET amount = amount + 1'))
    expect(await runCommand(['audit'], { ...proc, env: { TUPPENCE_MINT_DATA_DIR: join(folder, 'told') } })).toBe(1)
    expect(out.find((line) => line.includes('"finding"'))).toContain('"rule":"S6"')
    expect(out.join('')).not.toContain(readFileSync(join(sound(), 'master.key'), 'utf8').trim())
  })
})
