import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getEncodedToken, Wallet as CashuWallet, type Proof } from '@cashu/cashu-ts'
import { parseConfig, serveMint, type ServedMint } from '@tuppence/mint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wallet } from './api.ts'
import {
  addMint,
  lookAtMint,
  mintsOf,
  moveMoney,
  payRequest,
  readRequest,
  receiveKey,
  receivePayload,
  receiveToken,
  requestMoney,
} from './cashu.ts'
import { memoryDb } from './db/memory.ts'
import { systemTimer } from './adapters/system.ts'
import type { Db } from './tables.ts'
import { createWallet } from './wallet.ts'

const dir = mkdtempSync(join(tmpdir(), 'core-cashu-'))
const lightning = { fakeLightning: { enabled: true, delayMs: 20 }, test: { enabled: true } }
let plain: ServedMint
/** Unlike ours: another unit first, fees, keysets that were replaced. */
let other: ServedMint

beforeAll(async () => {
  const open = (name: string, more: object) =>
    serveMint(parseConfig({ port: 0, dataDir: join(dir, name), logLevel: 'silent', funding: lightning, ...more }))
  plain = await open('plain', { units: ['sat', 'usd'] })
  other = await open('other', { units: ['sat', 'eur'], inputFeePpk: 400, denominationCount: 20 })
})
afterAll(async () => {
  await plain.close()
  await other.close()
  rmSync(dir, { recursive: true })
})

const unit = 'sat'
const worth = (proofs: readonly Proof[]) => proofs.reduce((sum, { amount }) => sum + Number(amount), 0)
const holds = (wallet: Wallet, of = unit) => wallet.$balance.get()[of]?.spendable ?? 0

function open(mints: readonly string[] = [plain.url, other.url], db: Db = memoryDb()): Wallet {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  const soon = { after: (_: number, run: () => void) => systemTimer.after(20, run) }
  return createWallet({ db, seed: async () => bytes, mints, timer: soon, reader: () => import('./reader.ts') })
}

async function funded(amount: number, mint: string, wallet = open()): Promise<Wallet> {
  await wallet.topUp({ amount, unit, mint, method: 'test' })
  return wallet
}

async function cashu(mint: string): Promise<CashuWallet> {
  const wallet = new CashuWallet(mint, { unit })
  await wallet.loadMint()
  return wallet
}

/** Coins of a cashu-ts wallet, which got them from ours. */
async function given(to: CashuWallet, mint: string, amount: number): Promise<Proof[]> {
  const sent = await (await funded(amount, mint)).send({ amount, unit, mint })
  if (sent.status !== 'sent') throw new Error(sent.status)
  return to.receive(sent.token)
}

describe('mints', () => {
  test('that the reader adds are asked first, kept, pinned and used in other tabs', async () => {
    const db = memoryDb()
    const wallet = open([plain.url], db)
    const sent = await (await funded(64, other.url)).send({ amount: 64, unit, mint: other.url })
    const { token } = sent as { token: string }
    expect(await wallet.receive(token)).toEqual({ status: 'declined', reason: 'unknown-mint' })
    expect(await lookAtMint(wallet, `${other.url}/`)).toMatchObject({
      url: other.url,
      units: expect.arrayContaining([
        { unit: 'sat', feePpk: 400 },
        { unit: 'eur', feePpk: 400 },
      ]),
    })
    expect(mintsOf(wallet)).toEqual([plain.url])
    await addMint(wallet, `${other.url}/`)
    expect(await wallet.receive(token)).toMatchObject({ status: 'received' })
    const tab = createWallet({ db, mints: [plain.url] })
    await tab.start()
    expect(mintsOf(tab)).toEqual([plain.url, other.url])
    await expect(addMint(wallet, 'http://mint.example')).rejects.toMatchObject({ code: 'url-refused' })
    await expect(addMint(wallet, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'mint-unavailable' })
    expect(mintsOf(wallet)).toEqual([plain.url, other.url])
  })

  test('that turn out to be none are not used, and may be tills', async () => {
    const wallet = createWallet({
      db: memoryDb(),
      seed: async () => new Uint8Array(64),
      mints: [plain.url],
      fetch: (input, init) =>
        String(input).includes('/v1/keys/') ? Promise.resolve(Response.json({ keysets: [] })) : fetch(input, init),
    })
    const page = { url: `${other.url}/read`, site: other.url }
    await expect(addMint(wallet, other.url)).rejects.toMatchObject({ code: 'mint-response-invalid' })
    expect(mintsOf(wallet)).toEqual([plain.url])
    await expect(wallet.look(page)).rejects.not.toMatchObject({ code: 'url-refused' })
  })

  test('of several units and with fees: exact to the unit, restored from the seed', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(64))
    const make = () =>
      createWallet({
        db: memoryDb(),
        seed: async () => bytes,
        mints: [plain.url, other.url],
        reader: () => import('./reader.ts'),
      })
    const wallet = await funded(300, other.url, make())
    await wallet.topUp({ amount: 50, unit: 'eur', mint: other.url, method: 'test' })
    await wallet.topUp({ amount: 70, unit: 'usd', mint: plain.url, method: 'test' })
    const friend = open()
    const sent = await wallet.send({ amount: 100, unit, mint: other.url, fees: 'paid' })
    expect(await friend.receive((sent as { token: string }).token)).toMatchObject({ status: 'received', amount: 100 })
    await wallet.recover()
    const left = holds(wallet)
    expect(left).toBeLessThan(200)
    expect(await wallet.withdraw({ amount: 30, unit, mint: other.url, method: 'test' })).toMatchObject({
      status: 'withdrawn',
      amount: 30,
    })
    const again = make()
    expect(await again.restore()).toEqual({ sat: holds(wallet), eur: 50, usd: 70 })
  })

  test('move money from one to another by an invoice', async () => {
    const wallet = await funded(200, plain.url)
    const moved = await moveMoney(wallet, { from: plain.url, to: other.url, amount: 60, unit })
    expect(moved).toMatchObject({ status: 'moved', amount: 60 })
    const { fee } = moved as { fee: number }
    expect(holds(wallet)).toBe(200 - fee)
    expect(wallet.$payments.get()).toEqual([])
    expect(await moveMoney(wallet, { from: plain.url, to: other.url, amount: 10_000, unit })).toMatchObject({
      status: 'insufficient',
    })
    expect(holds(wallet)).toBe(200 - fee)
  })
})

describe('coins that cashu-ts locks', () => {
  test.each([
    ['plainly', (key: string) => ({ pubkey: key })],
    ['blindly', (key: string) => ({ pubkey: key, blindKeys: true })],
    ['with all outputs signed', (key: string) => ({ pubkey: key, sigFlag: 'SIG_ALL' as const })],
  ])('NUT-11, NUT-28: to this wallet, %s, are taken by it and by nobody else', async (_, lock) => {
    const wallet = open()
    const them = await cashu(plain.url)
    const proofs = await given(them, plain.url, 32)
    const { send } = await them.ops
      .send(21, proofs)
      .asP2PK(lock(await receiveKey(wallet)) as never)
      .run()
    const token = getEncodedToken({ mint: plain.url, unit, proofs: send })
    expect(await wallet.receive(token)).toEqual({ status: 'declined', reason: 'locked' })
    expect(await receiveToken(open(), token)).toEqual({ status: 'declined', reason: 'locked' })
    expect(await receiveToken(wallet, `cashu:${token}`)).toEqual({ status: 'received', amount: 21, unit })
    expect(holds(wallet)).toBe(21)
  })
})

describe('a payment request', () => {
  test.each(['cbor', 'bech32'] as const)('NUT-18, NUT-26: written as %s is paid whole, fees on top', async (form) => {
    const payee = open([other.url])
    const received: unknown[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        received.push(JSON.parse(body))
        response.end('{}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const post = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pay`
    const { text, id } = requestMoney(payee, { amount: 33, unit, description: 'Tea', post, form })
    expect(readRequest(text)).toMatchObject({ id, amount: 33, unit, mints: [other.url], description: 'Tea' })
    const payer = await funded(100, other.url)
    expect(await payRequest(payer, { request: text })).toEqual({ status: 'delivered', amount: 33, unit })
    server.close()
    expect(received).toMatchObject([{ id, mint: other.url, unit }])
    expect(await receivePayload(payee, received[0])).toEqual({ status: 'received', amount: 33, unit })
    await payer.recover()
    expect(holds(payer)).toBeLessThanOrEqual(67)
    expect(payer.$payments.get()).toEqual([])
  })

  test('without a way to send is a token to show; one that can’t be met moves nothing', async () => {
    const payer = await funded(40, plain.url)
    const shown = await payRequest(payer, { request: requestMoney(open([plain.url]), { unit }).text, amount: 9 })
    expect(shown).toMatchObject({ status: 'shown' })
    const { token, paymentId } = shown as { token: string; paymentId: string }
    expect(await open().receive(token)).toMatchObject({ amount: 9 })
    expect(await payer.cancel(paymentId)).toBe('finished')
    const { text } = requestMoney(open([plain.url]), { amount: 50, unit })
    expect(await payRequest(payer, { request: text })).toEqual({ status: 'insufficient', missing: 19, unit })
    const elsewhere = requestMoney(open(['https://mint.example']), { amount: 1, unit })
    expect(await payRequest(payer, { request: elsewhere.text })).toEqual({ status: 'declined', reason: 'unknown-mint' })
    const gone = requestMoney(open([plain.url]), { amount: 1, unit, post: 'http://127.0.0.1:1/pay' })
    const lost = await payRequest(payer, { request: gone.text })
    expect(lost).toMatchObject({ status: 'undelivered' })
    expect(await payer.cancel((lost as { paymentId: string }).paymentId)).toBe('undone')
    expect(holds(payer)).toBe(31)
    // Whoever listens on the way would have the coins.
    const overheard = requestMoney(open([plain.url]), { amount: 1, unit, post: 'http://shop.example/pay' })
    expect(await payRequest(payer, { request: overheard.text })).toEqual({ status: 'declined', reason: 'transport' })
    expect(holds(payer)).toBe(31)
    await expect(payRequest(payer, { request: text, amount: 51 })).rejects.toMatchObject({
      code: 'amount-out-of-range',
    })
    await expect(payRequest(payer, { request: 'creqAxyz' })).rejects.toMatchObject({ code: 'bad-payment-request' })
  })
})

describe('tokens of cashu-ts', () => {
  test('NUT-00: version 3 and 4, of a mint with fees, are taken less the fee', async () => {
    const them = await cashu(other.url)
    for (const version of [3, 4] as const) {
      const proofs = await given(them, other.url, 64)
      const wallet = open()
      const old = {
        token: [{ mint: other.url, proofs: proofs.map((one) => ({ ...one, amount: Number(one.amount) })) }],
        unit,
      }
      const token =
        version === 3
          ? `cashuA${Buffer.from(JSON.stringify(old)).toString('base64url')}`
          : getEncodedToken({ mint: other.url, unit, proofs })
      const fee = Math.ceil((proofs.length * 400) / 1_000)
      expect(await receiveToken(wallet, token)).toEqual({ status: 'received', amount: worth(proofs) - fee, unit })
    }
  })
})
