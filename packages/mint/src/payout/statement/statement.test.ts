import { signingKey, signRequest, statementComponents, statementSchema, type Statement } from '@tuppence/protocol'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountId, startTestMint, type TestMint } from '../../testing/mint.ts'
import { dayMs, openBooks, type Books } from '../../testing/payouts.ts'
import { writeCsv } from '../csv.ts'
import { releasePayout } from '../decide.ts'
import { sendPayouts } from '../pay.ts'
import { planPayouts } from '../plan.ts'
import { statementText } from './csv.ts'
import { makeStatement, taxIn } from './statement.ts'

describe('a statement', () => {
  let books: Books
  const account = 'the-press'
  beforeAll(async () => {
    books = await openBooks({
      fees: { commissionBasisPoints: 1000 },
      payout: { ...plain, tax: { basisPoints: 1900, operatorNumber: 'DE1' } },
    })
    await books.publisher(account)
    const reference = await books.deposit(account, 5000)
    books.clock.ms += dayMs
    await books.refund(account, reference, 501)
    await books.deposit(account, 1)
    await pay('paid')
    books.clock.ms += 35 * dayMs
    await books.deposit(account, 700)
    await books.deposit(account, 33)
    await pay('failed')
  })
  afterAll(() => books.close())
  const plain = { holdDays: 0, newHoldDays: 0, reviewDays: 0, reserveBasisPoints: 0, minAmounts: { usd: 100 } }
  const pay = async (says: 'paid' | 'failed') => {
    const [planned] = await planPayouts(books.deps, { by: 'cli', account })
    await releasePayout(books.deps.office.db, planned?.payout ?? '', books.clock.ms)
    books.bank.mood = { pays: says === 'paid', says }
    await sendPayouts(books.deps)
  }
  const row = async () => {
    const found = await books.deps.ledger.account(account)
    if (found === undefined) throw new Error('no account')
    return found
  }
  const statement = async (month: string, detail: 'all' | 'day' = 'all') =>
    makeStatement(books.deps, await row(), { month, unit: 'usd', detail })
  const shown = ({ lines }: Statement) => lines.map(({ kind, amount, balance }) => [kind, amount, balance])

  test('has every line of its month, each with what is owed after it', async () => {
    const november = await statement('2026-11')
    expect(shown(november)).toEqual([
      ['deposit', 5000, 5000],
      ['refund', -501, 4499],
      ['deposit', 1, 4500],
      ['payout', -4050, 450],
      ['commission', -450, 0],
      ['payout-arrived', 0, 0],
    ])
    expect(november).toMatchObject({
      opening: 0,
      closing: 0,
      isOver: true,
      // 19 % contained in 45.00, of 50.00, 5.01 and 0.01.
      totals: { deposits: 5001, refunds: -501, payouts: -4050, commission: -450, tax: 718, lines: 6 },
    })
    expect(v.parse(statementSchema, november)).toEqual(november)
  })

  test('begins with what the month before ended with, and ends with what is owed', async () => {
    expect(await statement('2026-10')).toMatchObject({ opening: 0, closing: 0, lines: [] })
    const december = await statement('2026-12')
    expect(shown(december)).toEqual([
      ['deposit', 700, 700],
      ['deposit', 33, 733],
      ['payout', -660, 73],
      ['commission', -73, 0],
      ['payout-returned', 660, 660],
      ['commission-returned', 73, 733],
    ])
    expect(await books.deps.ledger.balances(`publisher:${account}`)).toMatchObject([{ balance: december.closing }])
    expect(december.isOver).toBe(false)
  })

  test('by day it has fewer lines and the same sums', async () => {
    const [all, days] = [await statement('2026-12'), await statement('2026-12', 'day')]
    expect(shown(days)[0]).toEqual(['deposit', 733, 733])
    expect(days.lines[0]).toMatchObject({ count: 2, reference: '2026-12-07' })
    expect({ ...days.totals, lines: 6 }).toEqual(all.totals)
    expect(days.closing).toBe(all.closing)
  })

  test('of many small payments contains as much tax as of one large', async () => {
    await books.publisher('small')
    for (let index = 0; index < 40; index++) await books.deposit('small', 5)
    const small = await books.deps.ledger.account('small')
    if (small === undefined) throw new Error('no account')
    const month = new Date(books.clock.ms).toISOString().slice(0, 7)
    const made = await makeStatement(books.deps, small, { month, unit: 'usd', detail: 'all' })
    // 40 times 5 cents are 2.00, and contain 0.32: a cent of each would be 0.40.
    expect(made.totals.tax).toBe(32)
    expect(made.lines.reduce((sum, { tax }) => sum + tax, 0)).toBe(32)
  })

  test('is a file that adds up for who reads only that', async () => {
    const text = await statementText(books.deps, await row(), new URLSearchParams('month=2026-12&format=csv'))
    const rows = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','))
    expect(rows[0]?.slice(0, 6)).toEqual(['date', 'time', 'kind', 'reference', 'count', 'amount'])
    const cents = (decimals = '') => Math.round(Number(decimals) * 100)
    let balance = cents(rows[1]?.[7])
    for (const line of rows.slice(2, -2)) {
      balance += cents(line[5])
      expect(cents(line[7])).toBe(balance)
    }
    expect(rows.at(-2)?.slice(2, 3)).toEqual(['closing'])
    expect(rows.at(-2)?.[7]).toBe('7.33')
    expect(rows.at(-1)?.slice(2, 4)).toEqual(['tax', 'VAT 19 % DE1'])
  })

  test('is not made where the ledger has something else on the account', async () => {
    const entries = [
      { account: `publisher:${account}`, amount: 5 },
      { account: 'fees', amount: -5 },
    ]
    const odd = {
      hash: 'ab'.repeat(32),
      kind: 'swap',
      unit: 'usd',
      atMs: books.clock.ms,
      answer: '',
      spends: [],
      promises: [],
    } as const
    await books.deps.submit({ ...odd, entries })
    await expect(statement('2026-12')).rejects.toMatchObject({ code: 'storage-corrupt' })
  })
})

test('tax contained is rounded to the nearest, exactly', () => {
  expect([taxIn(119, 1900), taxIn(-119, 1900), taxIn(3, 1900), taxIn(0, 1900), taxIn(5, 0)]).toEqual([19, -19, 0, 0, 0])
  expect(taxIn(Number.MAX_SAFE_INTEGER, 10_000)).toBe((Number.MAX_SAFE_INTEGER + 1) / 2)
})

test('a spreadsheet computes nothing that somebody else wrote', () => {
  const text = writeCsv(
    ['a'],
    [['=HYPERLINK("http://x")'], ['+1'], ['-5.00'], ['-cmd'], ['@x'], ['a "b", c\r\nd'], ['＝x']],
  )
  expect(text).toBe(
    'a\r\n"\'=HYPERLINK(""http://x"")"\r\n+1\r\n-5.00\r\n\'-cmd\r\n\'@x\r\n"a ""b"", c\r\nd"\r\n\'＝x\r\n'.replace(
      '\r\n+1',
      "\r\n'+1",
    ),
  )
})

describe('the statement route', () => {
  let mint: TestMint
  beforeAll(async () => {
    mint = await startTestMint()
    const other = await signingKey(new Uint8Array(32).fill(8))
    await mint.served.ledger.putAccount({
      id: 'other',
      name: 'Other',
      publicKey: other.x,
      keyId: other.keyId,
      createdAtMs: 1,
    })
  })
  afterAll(() => mint.close())
  const ask = async (path: string, signed = path) => {
    const { privateKey, keyId } = mint.accountKey
    const components = [...statementComponents]
    const headers = await signRequest(
      { method: 'GET', url: mint.url + signed, headers: {} },
      { key: privateKey, keyId, createdMs: Date.now(), components },
    )
    const { status, text, headers: answered } = await mint.get(path, headers as Record<string, string>)
    return { status, text, type: answered.get('content-type') ?? '' }
  }

  test('gives a publisher its own, in both forms, and nobody else’s', async () => {
    const path = `/v1/accounts/${accountId}/statement`
    expect(await ask(path)).toMatchObject({ status: 200, type: 'application/json' })
    const csv = await ask(`${path}?format=csv&unit=usd`)
    expect(csv).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8; header=present' })
    expect(csv.text).toContain('opening')
    expect((await mint.get(path)).status).toBe(401)
    expect(await ask('/v1/accounts/other/statement')).toMatchObject({ status: 401 })
    expect(await ask(`${path}?month=2026-01`, `${path}?month=2026-02`)).toMatchObject({ status: 401 })
    expect(await ask('/v1/accounts/nobody/statement')).toMatchObject({ status: 404 })
  })

  test('refuses what is no month, unit or form', async () => {
    for (const query of ['month=2026-13', 'month=2999-01', 'month=1', 'detail=x', 'format=xls', 'unit=eur']) {
      expect((await ask(`/v1/accounts/${accountId}/statement?${query}`)).status, query).toBe(400)
    }
  })
})
