import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import type { Wallet } from './api.ts'
import { lockedText, openStreet, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const spendable = (wallet: Wallet) => wallet.$balance.get()['usd']?.spendable ?? 0
const topUp = (wallet: Wallet, amount: number) => wallet.topUp({ amount, unit: 'usd', method: 'test' })
const at = (path: string) => ({ url: street.url(path), site: street.origin })

/** A wallet of its own seed with test money in it. */
async function fundedWallet(amount: number, deps: Parameters<Street['wallet']>[0] = {}) {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const wallet = street.wallet({ seed: async () => seed, ...deps })
  await wallet.start()
  expect(await topUp(wallet, amount)).toEqual({ status: 'topped-up', amount, unit: 'usd' })
  return { wallet, seed }
}

describe('a wallet', () => {
  test('tops up, looks, pays, and opens again without paying', async () => {
    const before = await street.truth()
    const fetch = street.fetch()
    const { wallet } = await fundedWallet(1_000, { fetch })
    expect(spendable(wallet)).toBe(1_000)

    const look = await wallet.look(at('/read/penny'))
    expect(look).toMatchObject({
      status: 'priced',
      affordable: 'now',
      offer: { amount: 5, unit: 'usd', title: 'The penny press' },
    })
    const asked = fetch.seen.length
    const outcome = await wallet.unlock(look)
    expect(outcome).toMatchObject({ status: 'paid', contentType: 'text/html; charset=utf-8' })
    expect('body' in outcome && outcome.body).toContain(lockedText)
    // After the gesture: one request, to the till, and none to the mint.
    expect(fetch.seen.slice(asked).map(({ url }) => url)).toEqual([street.url('/read/penny')])
    expect(spendable(wallet)).toBe(995)
    expect(wallet.$payments.get()).toEqual([])
    expect(wallet.$purchases.get()[street.url('/read/penny')]).toMatchObject({ amount: 5, receiptVerified: true })
    expect(wallet.$history.get()[0]).toMatchObject({ kind: 'pay', end: 'done', amount: 5, title: 'The penny press' })

    const again = await wallet.look(at('/read/penny'))
    expect(again.status).toBe('owned')
    expect(await wallet.unlock(again)).toMatchObject({ status: 'opened', body: expect.stringContaining(lockedText) })
    expect(fetch.seen.at(-1)?.headers.has('authorization')).toBe(false)
    expect(spendable(wallet)).toBe(995)
    const after = await street.truth()
    expect({ publisher: after.publisher - before.publisher, deposits: after.deposits - before.deposits }).toEqual({
      publisher: 5,
      deposits: 1,
    })
  })

  test("tips an amount of the reader's choosing, twice if asked twice, once for one gesture", async () => {
    const { wallet } = await fundedWallet(500)
    const tip = { ...at('/tip'), amount: 25 }
    expect(await wallet.tip(tip, { gesture: 'g1' })).toMatchObject({ status: 'paid', body: '{"thanks":25}' })
    expect(await wallet.tip(tip, { gesture: 'g1' })).toMatchObject({ status: 'opened' })
    expect(spendable(wallet)).toBe(475)
    expect(await wallet.tip(tip, { gesture: 'g2' })).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(450)
    await expect(wallet.tip({ ...tip, amount: 3 })).rejects.toMatchObject({ code: 'amount-out-of-range' })
    expect(spendable(wallet)).toBe(450)
  })

  test('makes one debit of a double click, in one wallet and in two on one storage', async () => {
    const before = await street.truth()
    const db = memoryDb()
    const { wallet, seed } = await fundedWallet(500, { db })
    const other = street.wallet({ db, seed: async () => seed })
    await other.start()
    const look = await wallet.look(at('/read/salt'))
    const outcomes = await Promise.all([
      wallet.unlock(look),
      wallet.unlock(look),
      other.unlock(look),
      other.unlock(await other.look(at('/read/salt'))),
    ])
    for (const outcome of outcomes) expect(outcome).toMatchObject({ body: expect.stringContaining(lockedText) })
    expect(spendable(wallet)).toBe(483)
    const after = await street.truth()
    expect(after.publisher - before.publisher).toBe(17)
    expect(after.deposits - before.deposits).toBe(1)
  })

  test('says what is missing, that change is needed, and that an item is over the cap', async () => {
    const { wallet } = await fundedWallet(3)
    expect(await wallet.look(at('/read/penny'))).toMatchObject({ affordable: 'no' })
    expect(await wallet.unlock(await wallet.look(at('/read/penny')))).toEqual({
      status: 'insufficient',
      missing: 2,
      unit: 'usd',
    })
    await topUp(wallet, 3_000)
    const dear = await wallet.look(at('/read/dear'))
    expect(await wallet.unlock(dear)).toEqual({ status: 'over-budget', max: 2_000, unit: 'usd', by: 'item' })
    expect(await wallet.unlock(dear, { approved: 2_499 })).toMatchObject({ status: 'over-budget' })
    expect(spendable(wallet)).toBe(3_003)
    // More than any price that is planned for: the coins are made on the way.
    await wallet.makeChange({ amount: 2_500, unit: 'usd' })
    expect(await wallet.unlock(dear, { approved: 2_500 })).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(503)
  })

  test('changes coins so that a price is payable', async () => {
    const { wallet } = await fundedWallet(64)
    const db = memoryDb()
    const { wallet: poor } = await fundedWallet(1, { db })
    const sent = await wallet.send({ amount: 64, unit: 'usd' })
    if (sent.status !== 'sent') throw new Error(sent.status)
    await poor.receive(sent.token)
    // Leave it one coin only.
    const one = await poor.send({ amount: 1, unit: 'usd' })
    expect(one.status).toBe('sent')
    while (await poor.makeChange()) expect(spendable(poor)).toBe(64)
    expect(await poor.unlock(await poor.look(at('/read/penny')))).toMatchObject({ status: 'paid' })
    expect(spendable(poor)).toBe(59)
  })

  test('keeps a credential under 4 KB also where the challenge is wordy', async () => {
    const fetch = street.fetch()
    const { wallet } = await fundedWallet(600, { fetch })
    const look = await wallet.look(at(`/read/${'w'.repeat(250)}`))
    let outcome = await wallet.unlock(look)
    if (outcome.status === 'needs-change') {
      await wallet.makeChange({ amount: 493 })
      outcome = await wallet.unlock(look)
    }
    expect(outcome.status).toBe('paid')
    const sizes = fetch.seen.map(({ headers }) => headers.get('authorization')?.length ?? 0)
    expect(Math.max(...sizes)).toBeGreaterThan(1_000)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4_096)
    expect(spendable(wallet)).toBe(107)
  })

  test('hands over a token, takes one, and takes back what nobody claimed', async () => {
    const { wallet: giver } = await fundedWallet(300)
    const { wallet: taker } = await fundedWallet(10)
    const first = await giver.send({ amount: 123, unit: 'usd', memo: 'for the paper' })
    if (first.status !== 'sent') throw new Error(first.status)
    expect(giver.$balance.get()['usd']).toEqual({ spendable: 177, reserved: 123, lent: 0 })
    expect(await taker.receive(first.token)).toEqual({ status: 'received', amount: 123, unit: 'usd' })
    expect(await taker.receive(first.token)).toEqual({ status: 'declined', reason: 'spent' })
    expect(spendable(taker)).toBe(133)
    expect(await giver.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(giver.$balance.get()['usd']).toEqual({ spendable: 177, reserved: 0, lent: 0 })

    const second = await giver.send({ amount: 50, unit: 'usd' })
    if (second.status !== 'sent') throw new Error(second.status)
    expect(await giver.cancel(second.paymentId)).toBe('undone')
    expect(spendable(giver)).toBe(177)
    expect(await taker.receive(second.token)).toEqual({ status: 'declined', reason: 'spent' })
    expect(await giver.send({ amount: 178, unit: 'usd' })).toEqual({ status: 'insufficient', missing: 1, unit: 'usd' })
  })

  test('finds every coin again from the seed alone, and opens what it bought', async () => {
    const { wallet, seed } = await fundedWallet(700)
    await wallet.unlock(await wallet.look(at('/read/penny')))
    await wallet.makeChange()
    await wallet.send({ amount: 100, unit: 'usd' })
    const again = street.wallet({ seed: async () => seed })
    await again.start()
    const progress: number[] = []
    // The coins of the token that nobody claimed are still unspent, and so the seed's.
    expect(await again.restore({ onProgress: ({ scanned }) => progress.push(scanned) })).toEqual({ usd: 695 })
    expect(progress).toEqual([100, 200, 300, 400])
    expect(spendable(again)).toBe(695)
    expect(await again.restore()).toEqual({})
    expect(spendable(again)).toBe(695)
    // New coins take new indices.
    await topUp(again, 50)
    expect(spendable(again)).toBe(745)
    expect(await again.unlock(await again.look(at('/read/salt')))).toMatchObject({ status: 'paid' })
  })
})
