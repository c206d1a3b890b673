import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof } from '@tuppence/protocol'
import { hashToCurve } from '@tuppence/protocol/crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Funding, PayoutResult } from './funding/port.ts'
import { activeKeyset, coinsOf, draft, startTestMint, topUp, type Answer, type TestMint } from './testing/mint.ts'

const read = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown> & { quote: string; code?: number }
const Y = (coin: Proof) => Buffer.from(hashToCurve(coin.secret)).toString('hex')

let mint: TestMint
let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'mint-melt-'))
})
afterEach(async () => {
  const { entries, balances, promised, spent } = await mint.served.ledger.totals()
  const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0)
  const outstanding = entries.filter(({ account }) => account.startsWith('outstanding:'))
  expect(entries.reduce((total, { balance }) => total + balance, 0)).toBe(0)
  expect(outstanding.reduce((total, { balance }) => total + balance, 0)).toBe(sum(promised) - sum(spent))
  expect(balances).toEqual(entries)
  await mint.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const quoteFor = async (amount: number, method = 'test') =>
  read(await mint.post(`/v1/melt/quote/${method}`, { request: 'test-money:out', unit: 'usd', amount }))
const melt = (quote: string, inputs: readonly Proof[], more: object = {}, method = 'test') =>
  mint.post(`/v1/melt/${method}`, { quote, inputs, ...more })
const states = async (coins: readonly Proof[]) => {
  const { states } = read(await mint.post('/v1/checkstate', { Ys: coins.map(Y) })) as unknown as {
    states: { state: string }[]
  }
  return states.map(({ state }) => state)
}
const accounts = async () =>
  Object.fromEntries(
    (await mint.served.ledger.totals()).entries
      .filter(({ account, balance }) => balance !== 0 && !account.startsWith('outstanding:'))
      .map(({ account, balance }) => [account, balance]),
  )

describe('melting into test money', () => {
  beforeEach(async () => {
    mint = await startTestMint({}, { dataDir })
  })

  test('quotes, pays, and gives the same bytes again', async () => {
    const coins = await topUp(mint, [1, 4])
    const quote = await quoteFor(5)
    expect(quote).toMatchObject({ amount: 5, unit: 'usd', fee_reserve: 0, state: 'UNPAID', request: 'test-money:out' })
    expect(quote['expiry']).toBeTypeOf('number')
    const paid = await melt(quote.quote, coins)
    expect(paid.status).toBe(200)
    expect(read(paid)).toEqual({ ...quote, state: 'PAID' })
    expect((await melt(quote.quote, coins)).text).toBe(paid.text)
    expect((await mint.get(`/v1/melt/quote/test/${quote.quote}`)).text).toBe(paid.text)
    expect(await states(coins)).toEqual(['SPENT', 'SPENT'])
    expect(await accounts()).toEqual({ 'paid-in:test': -5, 'paid-out:test': 5 })
  })

  test('reads the amount out of the request, and refuses two that differ', async () => {
    const asked = (body: object) => mint.post('/v1/melt/quote/test', { unit: 'usd', ...body })
    expect(read(await asked({ request: 'test-money:out:7' }))).toMatchObject({ amount: 7 })
    expect(read(await asked({ request: 'test-money:out:7', amount: 8 })).code).toBe(11012)
    expect(read(await asked({ request: 'test-money:out' })).code).toBe(11011)
    expect((await asked({ request: 'lnbc1', amount: 1 })).status).toBe(400)
    expect(read(await asked({ request: 'test-money:out:200000' })).code).toBe(11006)
    expect(read(await asked({ request: 'test-money:out:7', unit: 'eur' })).code).toBe(11013)
  })

  test('takes a quote once, and a coin once', async () => {
    const coins = await topUp(mint, [4, 4])
    const [first, second] = [await quoteFor(4), await quoteFor(4)]
    expect((await melt(first.quote, coins.slice(0, 1))).status).toBe(200)
    expect(read(await melt(first.quote, coins.slice(1))).code).toBe(20006)
    expect(read(await melt(second.quote, coins.slice(0, 1))).code).toBe(11001)
    expect(await states(coins)).toEqual(['SPENT', 'UNSPENT'])
  })

  test('gives change onto blank outputs, and takes no more than it can cost without them', async () => {
    const [coin] = await topUp(mint, [16])
    const quote = await quoteFor(5)
    const blanks = draft(await activeKeyset(mint), [1, 1, 1, 1])
    const outputs = blanks.outputs.map((output) => ({ ...output, amount: 0 }))
    expect(read(await melt(quote.quote, [coin as Proof])).code).toBe(11005)
    const paid = await melt(quote.quote, [coin as Proof], { outputs })
    const change = (read(paid) as { change?: { amount: number }[] }).change ?? []
    expect(change.map(({ amount }) => amount)).toEqual([1, 2, 8])
    const coins = coinsOf(blanks, JSON.stringify({ signatures: change }))
    const next = draft(await activeKeyset(mint), [1, 2, 8])
    expect((await mint.post('/v1/swap', { inputs: coins, outputs: next.outputs })).status).toBe(200)
    expect(await accounts()).toEqual({ 'paid-in:test': -16, 'paid-out:test': 5 })
  })

  test('gives the largest parts of the change where there are too few outputs, and books the rest', async () => {
    const [coin] = await topUp(mint, [16])
    const { quote } = await quoteFor(5)
    const { outputs } = draft(await activeKeyset(mint), [1, 1])
    const { change } = read(await melt(quote, [coin as Proof], { outputs })) as { change?: { amount: number }[] }
    expect(change?.map(({ amount }) => amount)).toEqual([2, 8])
    expect(await accounts()).toEqual({ 'paid-in:test': -16, 'paid-out:test': 5, unclaimed: 1 })
  })

  test('refuses too little, another unit’s or a stranger’s coins, and an expired quote, changing nothing', async () => {
    const coins = await topUp(mint, [4])
    const before = await accounts()
    expect(read(await melt((await quoteFor(5)).quote, coins)).code).toBe(11005)
    expect(
      read(await melt((await quoteFor(4)).quote, [{ ...(coins[0] as Proof), C: `02${'11'.repeat(32)}` }])).code,
    ).toBe(10001)
    expect((await melt('no-such-quote', coins)).status).toBe(400)
    const old = await quoteFor(4)
    mint.clock.offsetMs = 3_600_001
    expect(read(await melt(old.quote, coins)).code).toBe(20007)
    expect(await accounts()).toEqual(before)
    expect(await states(coins)).toEqual(['UNSPENT'])
  })

  test('lets one of 50 requests at once have the quote, and pays once', async () => {
    const coins = await topUp(
      mint,
      Array.from({ length: 50 }, () => 4),
    )
    const quote = await quoteFor(4)
    const answers = await Promise.all(coins.map((coin) => melt(quote.quote, [coin])))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await states(coins)).filter((state) => state === 'SPENT')).toHaveLength(1)
    expect((await accounts())['paid-out:test']).toBe(4)
  })
})

/** A processor whose answers are set by the test. */
function processor() {
  const state = { pay: 'unknown' as PayoutResult['status'] | 'throws', outcome: 'unknown', payments: new Set<string>() }
  const answer = (status: string): PayoutResult => {
    if (status === 'throws') throw new Error('connection reset')
    return status === 'paid' ? { status, feePaid: 1 } : { status: status as 'failed' | 'unknown' }
  }
  const funding: Funding = {
    method: 'bank',
    name: 'Bank',
    units: ['usd'],
    minAmount: 1,
    maxAmount: 1000,
    request: async () => 'iban',
    payout: {
      quote: async ({ amount = 0 }) => ({ amount, feeReserve: 2 }),
      pay: async ({ id, attempt }) => {
        state.payments.add(`${id} ${attempt}`)
        return answer(state.pay)
      },
      outcome: async () => answer(state.outcome),
    },
  }
  return { state, funding: new Map([['bank', funding]]) }
}

describe('melting through a processor', () => {
  const start = async () => {
    const { state, funding } = processor()
    mint = await startTestMint({ inputFeePpk: 1000 }, { dataDir, ports: { funding } })
    return state
  }

  test('stays PENDING while the outcome is unknown, through a restart, and is then paid with change', async () => {
    const bank = await start()
    const coins = await topUp(mint, [16])
    const quote = await quoteFor(9, 'bank')
    const blanks = draft(await activeKeyset(mint), [1, 1, 1])
    const more = { outputs: blanks.outputs }
    bank.pay = 'throws'
    expect(read(await melt(quote.quote, coins, more, 'bank'))).toMatchObject({ state: 'PENDING' })
    expect(await states(coins)).toEqual(['PENDING'])
    expect(await accounts()).toMatchObject({ 'melting:bank': 15, fees: 1 })
    // The same request asks after it; another one may not have the quote; the coin may not be spent elsewhere.
    expect(read(await melt(quote.quote, coins, more, 'bank'))).toMatchObject({ state: 'PENDING' })
    expect(read(await melt(quote.quote, coins, {}, 'bank')).code).toBe(20005)
    const swap = draft(await activeKeyset(mint), [1, 2, 4, 8])
    expect(read(await mint.post('/v1/swap', { inputs: coins, outputs: swap.outputs })).code).toBe(11002)

    await mint.served.close()
    const again = await start()
    expect(await accounts()).toMatchObject({ 'melting:bank': 15 })
    again.outcome = 'paid'
    const paid = await mint.get(`/v1/melt/quote/bank/${quote.quote}`)
    expect(read(paid)).toMatchObject({ state: 'PAID', change: [{ amount: 1 }, { amount: 4 }] })
    expect((await melt(quote.quote, coins, more, 'bank')).text).toBe(paid.text)
    expect(await accounts()).toEqual({ 'paid-in:test': -16, 'paid-out:bank': 10, fees: 1 })
    expect(again.payments.size).toBe(0)
  })

  test('gives the coins back when it is certain that nothing was paid, and may be tried again with them', async () => {
    const bank = await start()
    const coins = await topUp(mint, [1, 2, 8])
    const quote = await quoteFor(6, 'bank')
    bank.pay = 'failed'
    expect(read(await melt(quote.quote, coins, {}, 'bank')).code).toBe(20004)
    expect(await states(coins)).toEqual(['UNSPENT', 'UNSPENT', 'UNSPENT'])
    expect(read(await mint.get(`/v1/melt/quote/bank/${quote.quote}`))).toMatchObject({ state: 'UNPAID' })
    expect(await accounts()).toEqual({ 'paid-in:test': -11 })
    bank.pay = 'paid'
    expect(read(await melt(quote.quote, coins, {}, 'bank'))).toMatchObject({ state: 'PAID' })
    // Without outputs the reserve that was not needed stays with the mint, as NUT-08 has it.
    expect(await accounts()).toEqual({ 'paid-in:test': -11, 'paid-out:bank': 7, fees: 4 })
    expect(bank.payments.size).toBe(2)
  })

  test('pays even when its change can no longer be signed, and books that as unclaimed', async () => {
    const bank = await start()
    const coins = await topUp(mint, [16])
    const quote = await quoteFor(9, 'bank')
    const blanks = draft(await activeKeyset(mint), [1, 1, 1])
    expect(read(await melt(quote.quote, coins, { outputs: blanks.outputs }, 'bank'))).toMatchObject({
      state: 'PENDING',
    })
    await mint.served.keyring.rotate('usd')
    bank.outcome = 'paid'
    expect(read(await mint.get(`/v1/melt/quote/bank/${quote.quote}`))).toMatchObject({ state: 'PAID' })
    expect(await accounts()).toEqual({ 'paid-in:test': -16, 'paid-out:bank': 10, fees: 1, unclaimed: 5 })
  })

  test('begins one payment for the same request sent ten times at once', async () => {
    const bank = await start()
    bank.pay = 'paid'
    // Asked after too early, this processor would say that there is no such payment.
    bank.outcome = 'failed'
    const coins = await topUp(mint, [1, 8])
    const quote = await quoteFor(5, 'bank')
    const answers = await Promise.all(Array.from({ length: 10 }, () => melt(quote.quote, coins, {}, 'bank')))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(bank.payments.size).toBe(1)
    expect(await states(coins)).toEqual(['SPENT', 'SPENT'])
  })
})

describe('a mint without test money', () => {
  test('has no way out either', async () => {
    mint = await startTestMint({ funding: {} }, { dataDir })
    expect((await mint.post('/v1/melt/quote/test', { request: 'test-money:out:1', unit: 'usd' })).text).toContain(
      'funding-unsupported',
    )
    const { nuts } = read(await mint.get('/v1/info')) as unknown as { nuts: Record<string, unknown> }
    expect(nuts['5']).toEqual({ methods: [], disabled: true })
  })
})
