import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from '../command.ts'
import { accountId, publisherKey } from '../testing/account.ts'
import { depositCoins, startTestMint, topUp, type TestMint } from '../testing/mint.ts'
import { heldPayout } from '../testing/payout.ts'

let mint: TestMint | undefined
afterEach(async () => {
  await mint?.close()
  mint = undefined
})

async function command(of: TestMint, args: string[], config: object = {}) {
  const said = { out: '', error: '' }
  const file = join(of.dataDir, 'mint.json')
  writeFileSync(file, JSON.stringify({ dataDir: '.', ...config }))
  const code = await runCommand([...args, '--config', file], {
    env: {},
    cwd: () => of.dataDir,
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.error += text) },
    once: () => undefined,
  })
  return { code, error: said.error, out: said.out }
}

const forget = async (of: TestMint, id: string, config: object = {}) => {
  const { code, out } = await command(of, ['forget-publisher', id], config)
  return {
    code,
    ...(JSON.parse(out) as { status: string; kept: { what: string; untilMs?: number }[]; erased: { what: string }[] }),
  }
}

const day = 86_400_000

describe('forgetting a publisher', () => {
  test('locks it out, waits for what is owed, keeps what books need and erases the rest', async () => {
    mint = await startTestMint({ accounts: [] })
    const { x } = await publisherKey()
    await command(mint, ['account', 'add', accountId, '--key', x, '--name', 'Daily News'])
    const coins = await topUp(mint, [4, 8, 16])
    expect((await depositCoins(mint, coins.slice(0, 1))).status).toBe(200)
    expect(
      await command(mint, ['forget-publisher', accountId], { accounts: [{ id: accountId, publicKey: x }] }),
    ).toMatchObject({ code: 2 })
    expect(await forget(mint, 'nobody')).toMatchObject({ code: 1, status: 'unknown' })
    expect(await forget(mint, accountId)).toMatchObject({ code: 1, status: 'owed', balances: { usd: 4 } })
    // Its key opens nothing any more, though the money is still there.
    await expect
      .poll(async () => (await depositCoins(mint as TestMint, coins.slice(1, 2))).status, {
        timeout: 10_000,
        interval: 300,
      })
      .toBe(401)

    const { ledger, office, submit } = mint.served.deps
    const nowMs = Date.now()
    // A deposit of the old key's last second may have come through.
    const [owed] = await ledger.balances(`publisher:${accountId}`)
    const amount = owed?.balance ?? 0
    const entries = [
      { account: `publisher:${accountId}`, amount: -amount },
      { account: 'paid-out:bank-file', amount },
    ]
    const row = {
      hash: 'ab'.repeat(32),
      kind: 'payout-paid',
      unit: 'usd',
      atMs: nowMs,
      answer: '',
      spends: [],
      promises: [],
      entries,
    } as const
    expect(await submit(row)).toMatchObject({ status: 'committed' })
    const { db } = office
    const where = {
      account: accountId,
      method: 'bank-file',
      changed_by: 'account',
      changed_at_ms: 1,
      fingerprint: 'iban:1',
    } as const
    for (const number of [1, 2])
      await db
        .insertInto('payout_destinations')
        .values({ ...where, id: `${accountId} ${number}`, number, label: 'DE89', details: '{"holder":"Jane Doe"}' })
        .execute()
    const paid = heldPayout({ number: 1, state: 'paid', destination: `${accountId} 1`, updated_at_ms: nowMs - 5 * day })
    const refused = heldPayout({ number: 2, state: 'failed', destination: `${accountId} 2`, destination_label: 'GB33' })
    await db
      .insertInto('payouts')
      .values([{ ...paid, batch: 'tup-1' }, refused])
      .execute()
    const file = { id: 'tup-1', unit: 'usd', payments: 1, total: 1, created_at_ms: nowMs - 6 * day }
    await db
      .insertInto('payout_batches')
      .values({ ...file, document: '<Nm>Jane Doe</Nm>', csv: 'Jane Doe' })
      .execute()
    await db
      .insertInto('fraud_reports')
      .values({ id: 'r', account: accountId, unit: 'usd', day_at_ms: 0, body: '{}', received_at_ms: 0 })
      .execute()

    const done = await forget(mint, accountId)
    expect([done.code, done.status]).toEqual([0, 'forgotten'])
    expect(done.kept.map(({ what }) => what)).toContainEqual(expect.stringContaining('Daily News'))
    expect(done.kept.map(({ what }) => what)).toContainEqual(expect.stringContaining('file'))
    const tenYears = done.kept.find(({ what }) => what.startsWith('payouts that were made'))?.untilMs ?? 0
    expect((tenYears - nowMs) / day / 365.25).toBeCloseTo(10, 1)
    expect((await db.selectFrom('payout_destinations').select('id').execute()).map(({ id }) => id)).toEqual([
      `${accountId} 1`,
    ])
    const left = JSON.stringify(await db.selectFrom('payouts').selectAll().execute())
    expect(left).not.toContain('GB33')
    expect(left).not.toContain('first-payout')
    expect(await db.selectFrom('fraud_reports').selectAll().execute()).toEqual([])

    // After its time the rest goes, too.
    const later = await forget(mint, accountId, { recordsKeptYears: 0 })
    expect(later.erased.map(({ what }) => what)).toContain('name of the account')
    expect((await ledger.account(accountId))?.name).toBe('(erased)')
    expect(await db.selectFrom('payout_destinations').selectAll().execute()).toEqual([])
    expect(JSON.stringify(later.kept)).not.toContain('Daily News')
    expect(JSON.stringify(await db.selectFrom('payout_batches').selectAll().execute())).not.toContain('Jane Doe')
  }, 60_000)
})
