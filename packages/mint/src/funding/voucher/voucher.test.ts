import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, readVoucher } from '@tuppence/protocol'
import { publicKey, signQuote } from '@tuppence/protocol/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLedger } from '../../audit/run.ts'
import { runCommand } from '../../command.ts'
import { accountsOf } from '../../testing/card.ts'
import { activeKeyset, draft, split, startTestMint, type TestMint } from '../../testing/mint.ts'
import { sellVouchers, voidVouchers } from './sell.ts'

const newKey = () => {
  const key = Uint8Array.from(randomBytes(32))
  key[0] = 1
  return key
}

describe('vouchers', () => {
  let mint: TestMint
  const redeem = (voucher: string, key: Uint8Array, unit = 'usd') =>
    mint.post('/v1/mint/quote/voucher', { unit, pubkey: bytesToHex(publicKey(key)), voucher })
  const sell = async (count = 1, more: { amount?: number; expiresAtMs?: number } = {}) => {
    const { amount = 1000, expiresAtMs } = more
    return sellVouchers(mint.served.deps, { unit: 'usd', amount, count, label: 'test', expiresAtMs })
  }
  beforeAll(async () => {
    mint = await startTestMint({ funding: { voucher: { enabled: true } } })
  })
  afterAll(() => mint.close())

  test('are redeemed into a paid quote, once, by whoever is first; the same key hears the same again', async () => {
    const { codes } = await sell(2)
    const [code = ''] = codes
    expect(await accountsOf({ mint })).toMatchObject({ 'paid-in:voucher': -2000, vouchers: 2000 })
    const key = newKey()
    const first = await redeem(code, key)
    expect(JSON.parse(first.text)).toMatchObject({ state: 'PAID', amount: 1000, amount_paid: 1000, unit: 'usd' })
    // As somebody types it.
    const again = await redeem(` ${code.toLowerCase().replaceAll('-', ' ')}`, key)
    expect(JSON.parse(again.text)).toEqual(JSON.parse(first.text))
    expect((await redeem(code, newKey())).text).toContain('another quote')
    const { quote } = JSON.parse(first.text) as { quote: string }
    const { outputs } = draft(await activeKeyset(mint), split(1000))
    const minted = await mint.post('/v1/mint/voucher', {
      quote,
      outputs,
      signature: signQuote({ quote, outputs }, key),
    })
    expect(minted.status).toBe(200)
    expect(JSON.parse((await redeem(code, key)).text)).toMatchObject({ state: 'ISSUED' })
    expect(await accountsOf({ mint })).toEqual({ 'paid-in:voucher': -2000, vouchers: 1000, outstanding: 1000 })
  })

  test('go to exactly one of many who come at once', async () => {
    const { codes } = await sell(1)
    const answers = await Promise.all(Array.from({ length: 12 }, () => redeem(codes[0] ?? '', newKey())))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('that were never sold, are mistyped, over, called off, or of another unit are refused, and nothing changes', async () => {
    const { codes, batch } = await sell(1)
    const { codes: old } = await sell(1, { expiresAtMs: mint.served.deps.clock.nowMs() - 1 })
    const [code = ''] = codes
    expect(await voidVouchers(mint.served.deps, batch)).toBe(1)
    expect(await voidVouchers(mint.served.deps, batch)).toBe(0)
    const before = await accountsOf({ mint })
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
    for (const [voucher, unit, what] of [
      [wrong, 'usd', 'Not the code'],
      ['KKKKK-KKKKK-KKKKK-KKKKK', 'usd', 'Not the code'],
      [old[0] ?? '', 'usd', 'expired'],
      [code, 'usd', 'expired'],
      [code, 'eur', 'Unit'],
    ] as const) {
      const answer = await redeem(voucher, newKey(), unit)
      expect([answer.status, answer.text], what).toEqual([400, expect.stringContaining(what)])
    }
    expect((await mint.post('/v1/mint/quote/voucher', { unit: 'usd', voucher: code })).status).toBe(400)
    expect(await accountsOf({ mint })).toEqual(before)
    expect(mint.log.join('\n')).not.toContain(readVoucher(code))
    // The code itself is nowhere.
    expect(readFileSync(join(mint.dataDir, 'office.db')).includes(readVoucher(code))).toBe(false)
  })

  test('of a batch that was cut off once it was booked can be called off', async () => {
    const before = await accountsOf({ mint })
    const { batch } = await sell(2)
    const { db } = mint.served.deps.office
    await db.updateTable('voucher_batches').set({ state: 'making' }).where('id', '=', batch).execute()
    expect(await voidVouchers(mint.served.deps, batch)).toBe(2)
    expect(await accountsOf({ mint })).toEqual(before)
  })

  test('keep the books: an audit finds nothing', async () => {
    const { findings } = await auditLedger(mint.served.deps.config)
    expect(findings).toEqual([])
  })
})

test('the command sells a batch into a CSV and a sheet of QR codes that only their owner can read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mint-vouchers-'))
  const file = join(folder, 'mint.json')
  writeFileSync(file, JSON.stringify({ dataDir: 'data', funding: { voucher: { enabled: true } } }))
  const said: string[] = []
  const io = { write: (text: string) => said.push(text) }
  const proc = { env: {}, cwd: () => folder, stdout: io, stderr: io, once: () => {} }
  const sell = (...more: string[]) =>
    runCommand(
      [
        'vouchers',
        'sell',
        '--count',
        '3',
        '--wallet',
        'https://wallet.test',
        '--config',
        file,
        '--out',
        'batch',
        ...more,
      ],
      proc,
    )
  expect(await sell('--amount', '50')).toBe(2)
  expect(await sell('--amount', '500', '--until', 'someday')).toBe(2)
  expect(await sell('--amount', '500', '--until', '2020-12-31')).toBe(2)
  expect(await sell('--amount', '500', '--until', '2030-12-31')).toBe(0)
  const csv = readFileSync(join(folder, 'batch.csv'), 'utf8').trim().split('\n')
  expect(csv).toHaveLength(4)
  const [, code = '', amount, link] = /^([\w-]+),(\d+),usd,(.*)$/.exec(csv[1] ?? '') ?? []
  expect([amount, link]).toEqual(['500', `https://wallet.test/#voucher=${code}`])
  const html = readFileSync(join(folder, 'batch.html'), 'utf8')
  expect(html.match(/<svg/g)).toHaveLength(3)
  expect(html).toContain(code)
  expect(html).toContain('Good until 2030-12-31')
  expect([statSync(join(folder, 'batch.csv')).mode & 0o077, statSync(join(folder, 'batch.html')).mode & 0o077]).toEqual(
    [0, 0],
  )
  // What was printed once is not written over, nothing is sold then, and its codes are on no screen.
  expect(await sell('--amount', '500')).toBe(2)
  said.length = 0
  expect(await runCommand(['vouchers', 'list', '--config', file], proc)).toBe(0)
  expect(said).toHaveLength(1)
  expect(said.join('')).not.toContain(code)
  rmSync(folder, { recursive: true, force: true })
})
