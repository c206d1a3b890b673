import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { parseConfig, serveMint, type ServedMint } from '@tuppence/mint'
import { serveStripeDouble, type ServedStripeDouble } from '@tuppence/mint/stripe-double'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemTimer } from './adapters/system.ts'
import type { Wallet } from './api.ts'
import { memoryDb } from './db/memory.ts'
import { awaitTopUp, instrumentsOf, quoteWithdrawal, redeemVoucher, startCheckout, withdrawTo } from './funding.ts'
import type { Fetch } from './ports.ts'
import type { Db } from './tables.ts'
import { createWallet } from './wallet.ts'

const dir = mkdtempSync(join(tmpdir(), 'core-funding-'))
// A card takes no more than $20 a day: the mint's rule.
const [good, second, third, fourth, fifth, sixth, seventh] = [
  '4242424242424242',
  '5555555555554444',
  '378282246310005',
  '6011111111111117',
  '4000056655665556',
  '5200828282828210',
  '2223003122003222',
] as const
const declined = '4000000000000002'
const method = 'card'
const unit = 'usd'
const ten = { amount: 1_000, unit, method }

let stripe: ServedStripeDouble
let mint: ServedMint

beforeAll(async () => {
  stripe = await serveStripeDouble()
  mint = await serveMint(
    parseConfig({
      port: 0,
      dataDir: dir,
      logLevel: 'silent',
      units: [unit],
      inputFeePpk: 100,
      fraud: { 'card-testing': { mode: 'off' } },
      funding: {
        test: { enabled: true },
        voucher: { enabled: true },
        card: {
          enabled: true,
          secretKey: 'sk_test_double',
          webhookSecret: 'whsec_test',
          apiHost: stripe.url,
          returnUrl: 'http://wallet.localhost/topped-up.html',
          askEveryMs: 10,
        },
      },
    }),
  )
  stripe.tellTo({ url: `${mint.url}/v1/funding/card/webhook`, secret: 'whsec_test' })
})
afterAll(async () => {
  await mint.close()
  await stripe.close()
  rmSync(dir, { recursive: true })
})

const soon = { after: (_: number, run: () => void) => systemTimer.after(20, run) }

function open({ db = memoryDb(), fetch, seedByte = 7 }: { db?: Db; fetch?: Fetch; seedByte?: number } = {}): Wallet {
  const bytes = new Uint8Array(64).fill(seedByte)
  const seed = async () => bytes
  const reader = () => import('./reader.ts')
  return createWallet({ db, seed, mints: [mint.url], timer: soon, reader, ...(fetch && { fetch }) })
}

const holds = (wallet: Wallet) => wallet.$balance.get()[unit]?.spendable ?? 0
const sessionOf = (request: string) => new URL(request).pathname.split('/').at(-1) ?? ''
const gone = { signal: AbortSignal.abort() }

/** The card is charged and the mint knows. */
async function pay(request: string, card: string = good): Promise<void> {
  stripe.double.pay(sessionOf(request), { card })
  await stripe.settled()
}

describe('a checkout', () => {
  test('is left and come back to: paid late, found once, whoever looks', async () => {
    const db = memoryDb()
    const wallet = open({ db })
    const { paymentId, request } = await startCheckout(wallet, ten)
    expect(await awaitTopUp(wallet, paymentId, gone)).toEqual({ status: 'waiting', paymentId })
    wallet.close()
    await pay(request)
    // Another window, later, and two of them at once.
    const [first, second] = [open({ db }), open({ db })]
    await Promise.all([first.recover(), awaitTopUp(second, paymentId)])
    await first.start()
    expect(holds(first)).toBe(1_000)
    expect(await awaitTopUp(first, paymentId)).toEqual({ status: 'topped-up', amount: 1_000, unit })
    await first.recover()
    expect(holds(first)).toBe(1_000)
  })

  test('that was gone back from is the same one again, also after a card that was declined', async () => {
    const wallet = open()
    const before = await startCheckout(wallet, ten)
    expect(await startCheckout(wallet, ten)).toEqual(before)
    await pay(before.request, declined)
    expect(await awaitTopUp(wallet, before.paymentId, gone)).toMatchObject({ status: 'waiting' })
    expect(await startCheckout(wallet, ten)).toEqual(before)
    expect(await startCheckout(wallet, { ...ten, amount: 500 })).not.toEqual(before)
    await pay(before.request, second)
    expect(await awaitTopUp(wallet, before.paymentId)).toMatchObject({ status: 'topped-up' })
    expect(await startCheckout(wallet, ten)).not.toEqual(before)
  })

  test('that was paid before the mint heard of it is the same one, paid: a second press charges nobody again', async () => {
    const wallet = open()
    const before = await startCheckout(wallet, ten)
    expect(await awaitTopUp(wallet, before.paymentId, gone)).toMatchObject({ status: 'waiting' })
    await pay(before.request, sixth)
    expect(await startCheckout(wallet, ten)).toEqual({ ...before, paid: true })
    expect(await awaitTopUp(wallet, before.paymentId)).toMatchObject({ status: 'topped-up' })
    expect(holds(wallet)).toBe(1_000)
    expect(await startCheckout(wallet, ten)).not.toMatchObject({ paymentId: before.paymentId })
  })

  test('that its mint does not know any more keeps nobody from another one', async () => {
    let forgotten: string | undefined
    const fetch: Fetch = async (url, init) =>
      forgotten !== undefined && url.includes('/v1/mint/quote/card/')
        ? Response.json({ code: 10_000, detail: `${forgotten}: forgotten` }, { status: 400 })
        : globalThis.fetch(url, init)
    const wallet = open({ fetch })
    const before = await startCheckout(wallet, ten)
    forgotten = 'internal'
    await expect(startCheckout(wallet, ten)).rejects.toMatchObject({ code: 'mint-response-invalid' })
    forgotten = 'quote-unknown'
    expect(await startCheckout(wallet, ten)).not.toMatchObject({ paymentId: before.paymentId })
  })

  test('is waited for while the mint is down', async () => {
    let left = 0
    const fetch: Fetch = (url, init) =>
      left-- > 0 ? Promise.reject(new TypeError('down')) : globalThis.fetch(url, init)
    const wallet = open({ fetch })
    const { paymentId, request } = await startCheckout(wallet, ten)
    await pay(request, third)
    left = 3
    expect(await awaitTopUp(wallet, paymentId)).toMatchObject({ status: 'topped-up' })
    expect(left).toBeLessThan(0)
  })

  test('that a rule refuses is over, and nothing was charged', async () => {
    const wallet = open()
    const twenty = { ...ten, amount: 2_000 }
    const first = await startCheckout(wallet, twenty)
    await pay(first.request, fourth)
    expect(await awaitTopUp(wallet, first.paymentId)).toMatchObject({ status: 'topped-up' })
    const refused = await startCheckout(wallet, twenty)
    await pay(refused.request, fourth)
    expect(await awaitTopUp(wallet, refused.paymentId)).toMatchObject({ status: 'refused' })
    expect(wallet.$payments.get()).toEqual([])
    expect(holds(wallet)).toBe(2_000)
  })

  test('that a person has to look at is looked after further', async () => {
    let reason: string | undefined
    const fetch: Fetch = async (url, init) => {
      const answer = await globalThis.fetch(url, init)
      if (!reason || !url.includes('/v1/mint/quote/card/')) return answer
      return Response.json({ ...((await answer.json()) as object), reason })
    }
    const wallet = open({ fetch })
    const held = await startCheckout(wallet, ten)
    reason = 'funding-held'
    expect(await awaitTopUp(wallet, held.paymentId)).toEqual({ status: 'refused', reason })
    await wallet.recover()
    reason = undefined
    await pay(held.request, third)
    await wallet.recover()
    expect(holds(wallet)).toBe(1_000)
  })
})

describe('the way back', () => {
  test('leads to the card that paid, for no more than it paid, and is counted', async () => {
    const wallet = open()
    const { paymentId, request } = await startCheckout(wallet, ten)
    expect(await instrumentsOf(wallet)).toEqual([])
    await pay(request, fifth)
    await awaitTopUp(wallet, paymentId)
    const [instrument] = await instrumentsOf(wallet)
    expect(instrument).toMatchObject({ paymentId, method, amount: 1_000, left: 1_000 })
    const input = { amount: 600, unit, method, instrument }
    const quoted = await quoteWithdrawal(wallet, input)
    expect(await withdrawTo(wallet, input, quoted)).toMatchObject({ status: 'withdrawn', amount: 600 })
    const [intent] = [...stripe.double.world.intents.values()].slice(-1)
    const refunds = [...stripe.double.world.refunds.values()].filter((one) => one.payment_intent === intent?.id)
    expect(refunds.map(({ amount }) => amount)).toEqual([600])
    const [rest] = await instrumentsOf(wallet)
    expect(rest?.left).toBe(400)
    await expect(quoteWithdrawal(wallet, { ...input, amount: 401, instrument: rest })).rejects.toMatchObject({
      code: 'amount-out-of-range',
    })
    // Whatever a wallet thinks is left, the mint knows.
    await expect(quoteWithdrawal(wallet, { ...input, amount: 401 })).rejects.toMatchObject({
      details: { reason: 'withdrawal-too-large' },
    })
  })

  test.each([
    ['is finished later', 'done', 400],
    ['comes to nothing', 'undone', 1_000],
  ])('whose answer was lost and that %s is counted as it ends', async (_, end, left) => {
    let how: 'through' | 'lost' | 'no' = 'through'
    const fetch: Fetch = async (url, init) => {
      if (how === 'through' || !url.endsWith('/v1/melt/card')) return globalThis.fetch(url, init)
      if (how === 'lost') throw new TypeError('lost')
      return Response.json({ code: 10_000, detail: 'withdrawal-refused: no' }, { status: 400 })
    }
    const wallet = open({ fetch, seedByte: end === 'done' ? 11 : 12 })
    const { paymentId, request } = await startCheckout(wallet, ten)
    await pay(request, end === 'done' ? sixth : seventh)
    await awaitTopUp(wallet, paymentId)
    const [instrument] = await instrumentsOf(wallet)
    const input = { amount: 600, unit, method, instrument }
    const quoted = await quoteWithdrawal(wallet, input)
    how = 'lost'
    await expect(withdrawTo(wallet, input, quoted)).rejects.toMatchObject({ code: 'mint-unavailable' })
    expect(await instrumentsOf(wallet)).toMatchObject([{ left: 400 }])
    how = end === 'done' ? 'through' : 'no'
    await wallet.recover()
    expect(wallet.$history.get()).toContainEqual(expect.objectContaining({ kind: 'withdraw', end }))
    expect(await instrumentsOf(wallet)).toMatchObject([{ left }])
  })

  test('costs what was said at most', async () => {
    const wallet = open()
    await wallet.topUp({ amount: 1_000, unit, method: 'test' })
    const input = { amount: 321, unit, method: 'test' }
    const quoted = await quoteWithdrawal(wallet, input)
    expect(quoted.fee).toBeGreaterThan(0)
    expect(await withdrawTo(wallet, { ...input, feeMax: 0 }, quoted)).toMatchObject({ status: 'dearer' })
    const before = holds(wallet)
    expect(await withdrawTo(wallet, input, await quoteWithdrawal(wallet, input))).toMatchObject({ status: 'withdrawn' })
    const taken = before - holds(wallet) - 321
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThanOrEqual(quoted.fee)
  })
})

describe('a voucher', () => {
  let codes: string[]
  beforeAll(() => {
    // As the operator does, beside the running mint.
    const config = join(dir, 'sell.json')
    writeFileSync(config, JSON.stringify({ dataDir: dir, units: [unit], funding: { voucher: { enabled: true } } }))
    const mintEntry = createRequire(import.meta.url).resolve('@tuppence/mint')
    const main = join(dirname(mintEntry), `main${extname(mintEntry)}`)
    const sell = ['vouchers', 'sell', '--count', '3', '--amount', '700', '--wallet', 'http://wallet.localhost']
    execFileSync(process.execPath, [
      '--conditions=@tuppence/source',
      main,
      ...sell,
      '--out',
      join(dir, 'sheet'),
      '--config',
      config,
    ])
    codes = readFileSync(join(dir, 'sheet.csv'), 'utf8').match(/^[\w]{5}(-\w{5}){3}/gm) ?? []
  })

  test('is taken once, by whoever comes first', async () => {
    const [first, second] = [open(), open({ seedByte: 9 })]
    const sloppy = codes[0]!.toLowerCase().replaceAll('-', ' ')
    expect(await redeemVoucher(first, sloppy, { unit })).toEqual({ status: 'topped-up', amount: 700, unit })
    expect(holds(first)).toBe(700)
    expect(await redeemVoucher(second, codes[0]!, { unit })).toEqual({ status: 'refused', reason: 'voucher-used' })
    expect(second.$payments.get()).toEqual([])
    await expect(redeemVoucher(second, '0', { unit })).rejects.toMatchObject({ code: 'voucher-invalid' })
  })

  test.each(['never sent', 'sent, and the answer lost'])('whose request is %s is finished by recovery', async (how) => {
    const code = codes[how === 'never sent' ? 1 : 2]!
    const db = memoryDb()
    const cut: Fetch = async (url, init) => {
      if (!url.endsWith('/quote/voucher')) return globalThis.fetch(url, init)
      if (how !== 'never sent') await globalThis.fetch(url, init)
      throw new TypeError('cut')
    }
    await expect(redeemVoucher(open({ db, fetch: cut }), code, { unit })).rejects.toMatchObject({
      code: 'mint-unavailable',
    })
    const later = open({ db })
    await later.recover()
    expect(holds(later)).toBe(700)
    await later.recover()
    expect(holds(later)).toBe(700)
    // The code was in the journal, and is nowhere any more.
    const rows = await db.transact(['payments', 'history'], 'read', async (tx) => [
      ...(await tx.list('payments')),
      ...(await tx.list('history')),
    ])
    expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''))
  })
})
