// @cashu/cashu-ts as the wallet: nothing here makes a Cashu message but that library.

import { randomBytes } from 'node:crypto'
import {
  Amount,
  getDecodedToken,
  getEncodedToken,
  Wallet,
  type AmountLike,
  type MeltQuoteBaseResponse,
  type MintQuoteBaseResponse,
  type Proof,
} from '@cashu/cashu-ts'
import { publicKey } from '@tuppence/protocol/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestMint, type TestMint } from './testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startTestMint({ inputFeePpk: 100 })
})
afterAll(() => mint.close())

const newWallet = async (bip39seed = randomBytes(64)) => {
  const wallet = new Wallet(mint.url, { unit: 'usd', bip39seed: Uint8Array.from(bip39seed) })
  await wallet.loadMint()
  return wallet
}

type TestQuote = MintQuoteBaseResponse & { amount: Amount; state: string }
const normalize = (raw: Record<string, unknown>) =>
  ({ ...raw, amount: Amount.from(raw['amount'] as AmountLike) }) as unknown as TestQuote

const worth = (proofs: readonly Proof[]) => proofs.reduce((sum, { amount }) => sum + Amount.from(amount).toNumber(), 0)

async function topUp(wallet: Wallet, amount: number, privkey?: Uint8Array): Promise<Proof[]> {
  const pubkey = privkey === undefined ? {} : { pubkey: Buffer.from(publicKey(privkey)).toString('hex') }
  const quote = await wallet.createMintQuote<TestQuote>('test', { amount, ...pubkey }, { normalize })
  expect(quote.state).toBe('UNPAID')
  await mint.post('/v1/test/pay', { quote: quote.quote })
  const paid = await wallet.checkMintQuote<TestQuote>('test', quote.quote, { normalize })
  expect(paid.state).toBe('PAID')
  const config = privkey === undefined ? {} : { privkey: Buffer.from(privkey).toString('hex') }
  return wallet.mintProofs('test', amount, paid, config)
}

describe('cashu-ts', () => {
  test('NUT-06: reads what the mint says of itself', async () => {
    const info = (await newWallet()).getMintInfo()
    expect(info.isSupported(4)).toMatchObject({ disabled: false, params: [{ method: 'test', unit: 'usd' }] })
    expect(info.isSupported(5)).toMatchObject({ disabled: false, params: [{ method: 'test', unit: 'usd' }] })
    for (const nut of [7, 8, 9, 10, 11, 12, 14, 20] as const) expect(info.isSupported(nut).supported).toBe(true)
  })

  test('NUT-00, NUT-03, NUT-04, NUT-07: tops up with a custom method, sends, receives and checks states', async () => {
    const alice = await newWallet()
    const proofs = await topUp(alice, 100)
    expect(worth(proofs)).toBe(100)
    expect(proofs.every(({ dleq }) => dleq !== undefined)).toBe(true)
    const { keep, send } = await alice.send(30, proofs)
    expect(worth(send)).toBe(30)
    const token = getEncodedToken({ mint: mint.url, unit: 'usd', proofs: send })
    expect(token.startsWith('cashuB')).toBe(true)
    const carol = await newWallet()
    const decoded = getDecodedToken(token, [carol.keysetId])
    const received = await carol.receive(decoded)
    expect(worth(received)).toBe(29)
    const states = async (coins: Proof[]) =>
      new Set((await alice.checkProofsStates(coins)).map(({ state }) => String(state)))
    expect(await states(send)).toEqual(new Set(['SPENT']))
    expect(await states(keep)).toEqual(new Set(['UNSPENT']))
    await expect(carol.receive(decoded)).rejects.toMatchObject({ code: 11001 })
  })

  test('NUT-20: claims a quote that is locked to its key', async () => {
    const alice = await newWallet()
    expect(worth(await topUp(alice, 7, new Uint8Array(32).fill(3)))).toBe(7)
  })

  test('NUT-09, NUT-13: restores its coins from its seed', async () => {
    const seed = randomBytes(64)
    const first = await newWallet(seed)
    const quote = await first.createMintQuote<TestQuote>('test', { amount: 77 }, { normalize })
    await mint.post('/v1/test/pay', { quote: quote.quote })
    const made = await first.mintProofs('test', 77, quote, {}, { type: 'deterministic', counter: 0 })
    const again = await newWallet(seed)
    const { proofs } = await again.batchRestore()
    expect(new Set(proofs.map(({ secret }) => secret))).toEqual(new Set(made.map(({ secret }) => secret)))
    expect(new Set(proofs.map(({ C }) => C))).toEqual(new Set(made.map(({ C }) => C)))
  })

  test('NUT-05, NUT-08: melts by a custom method, and gets its change back', async () => {
    const alice = await newWallet()
    const proofs = await topUp(alice, 100)
    const normalize = (raw: Record<string, unknown>) => raw as unknown as MeltQuoteBaseResponse
    const payload = { request: 'test-money:out', amount: 37 }
    const quote = await alice.createMeltQuote('test', payload, { normalize })
    const melted = await alice.meltProofs('test', { ...quote, amount: Amount.from(37) }, proofs)
    expect(String(melted.quote.state)).toBe('PAID')
    expect(worth(melted.change)).toBe(100 - 37 - 1)
    expect(worth((await alice.send(10, melted.change)).send)).toBe(10)
    const again = await alice.createMeltQuote('test', payload, { normalize })
    await expect(alice.meltProofs('test', { ...again, amount: Amount.from(37) }, proofs)).rejects.toMatchObject({
      code: 11001,
    })
  })

  test('NUT-11: locks coins to a key, one by one and all together, and unlocks them', async () => {
    const alice = await newWallet()
    const privkey = new Uint8Array(32).fill(4)
    const pubkey = Buffer.from(publicKey(privkey)).toString('hex')
    for (const options of [{ pubkey }, { pubkey, sigFlag: 'SIG_ALL' as const }]) {
      const proofs = await topUp(alice, 64)
      const { send } = await alice.ops.send(32, proofs).asP2PK(options).run()
      const token = { mint: mint.url, unit: 'usd', proofs: send }
      const thief = await newWallet()
      await expect(thief.receive(token, { privkey: 'ee'.repeat(32) })).rejects.toThrow(/sign|witness|locked/i)
      const received = await (await newWallet()).receive(token, { privkey: Buffer.from(privkey).toString('hex') })
      expect(worth(received)).toBe(31)
    }
  })
})
