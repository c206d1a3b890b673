import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wallet } from './api.ts'
import { memoryDb } from './db/memory.ts'
import { openStreet, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet({ refund: { windowSeconds: 600 } })
})
afterAll(() => street.close())

const at = (path: string) => ({ url: street.url(path), site: street.origin })
const spendable = (wallet: Wallet) => wallet.$balance.get()['usd']?.spendable ?? 0
const usd = (amount: number) => ({ amount, unit: 'usd' })

/** A wallet of another seed. */
function stranger(): Wallet {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  return street.wallet({ seed: async () => bytes })
}

/** Two live devices of one seed, each with a storage of its own, and 200 cents between them. */
async function twins() {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  const seed = async () => bytes
  const [a, b] = [memoryDb(), memoryDb()].map((db) => street.wallet({ db, seed }))
  if (!a || !b) throw new Error('two')
  await a.topUp({ ...usd(200), method: 'test' })
  await b.restore()
  expect(spendable(b)).toBe(200)
  return { a, b }
}

describe('two devices of one seed', () => {
  test('take turns at the same places: the second moves on, and nothing is lost', async () => {
    const { a, b } = await twins()
    for (const amount of [100, 33, 7]) await a.topUp({ ...usd(amount), method: 'test' })
    expect(await b.topUp({ ...usd(50), method: 'test' })).toMatchObject({ status: 'topped-up' })
    expect(spendable(b)).toBe(250)
    // The other way round.
    expect(await a.topUp({ ...usd(5), method: 'test' })).toMatchObject({ status: 'topped-up' })
    await a.restore()
    expect(spendable(a)).toBe(395)
    await b.restore()
    expect(spendable(b)).toBe(395)
    for (const wallet of [a, b]) expect(wallet.$payments.get()).toEqual([])
  })

  test('that spend the same coins: one has them, the other lets go of them and says so', async () => {
    const { a, b } = await twins()
    await a.topUp({ ...usd(90), method: 'test' })
    const sent = await a.send(usd(290))
    expect(sent.status).toBe('sent')
    const other = stranger()
    expect(await other.receive((sent as { token: string }).token)).toMatchObject({ status: 'received' })
    // It counts on coins that are gone.
    expect(spendable(b)).toBe(200)
    expect(await b.makeChange({ ...usd(199) })).toBe(false)
    expect(spendable(b)).toBe(0)
    const gone = b.$history.get().filter(({ reason, end }) => end === 'taken' && reason === 'taken-elsewhere')
    expect(gone.reduce((sum, { amount }) => sum + amount, 0)).toBe(200)
    expect(await b.send(usd(1))).toMatchObject({ status: 'insufficient' })
    expect(b.$payments.get()).toEqual([])
  })

  test('swap, take tokens, give back and take money out beside each other', async () => {
    const { a, b } = await twins()
    const giver = stranger()
    await giver.topUp({ ...usd(64), method: 'test' })
    for (let n = 0; n < 3; n++) await a.topUp({ ...usd(31), method: 'test' })
    const token = await giver.send(usd(20))
    expect(await b.receive((token as { token: string }).token)).toMatchObject({ status: 'received', amount: 20 })
    for (let n = 0; n < 3; n++) await a.topUp({ ...usd(31), method: 'test' })
    expect(await b.send(usd(99))).toMatchObject({ status: 'sent' })
    for (let n = 0; n < 3; n++) await a.topUp({ ...usd(31), method: 'test' })
    await b.unlock(await b.look(at('/read/salt')))
    expect(await b.refund(street.url('/read/salt'))).toMatchObject({ status: 'refunded', amount: 17 })
    expect(b.$payments.get().map(({ kind }) => kind)).toEqual(['send'])
    expect(spendable(b)).toBe(200 + 20 - 99)
  })
})
