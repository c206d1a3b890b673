import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { HeldCoin } from '../coins.ts'
import type { Payment } from '../payment.ts'
import type { Db, Tx } from '../tables.ts'
import { openStreet, type Street } from '../testing/street.ts'
import { dbContract } from './contract.ts'
import { openIdb } from './idb.ts'
import { memoryDb } from './memory.ts'
import { sealedDb } from './sealed.ts'

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange))
afterAll(() => void vi.unstubAllGlobals())

dbContract('a sealed storage', () => {
  const db = sealedDb(memoryDb())
  return { open: async () => db }
})

const secretOf = (name: string) => name.padStart(2, '0').repeat(32)
const coin = (name: string, amount = 1): HeldCoin => ({
  amount,
  id: '01ab',
  secret: secretOf(name),
  C: `02${secretOf(name)}`,
  mint: 'https://mint.example',
  unit: 'usd',
})
const payment = (id: string, coins: string[]) =>
  ({ id, kind: 'send', state: 'handed', mint: 'm', unit: 'usd', amount: 1, atMs: 0, coins, token: 'cashuB' }) as Payment

const write = (db: Db, body: (tx: Tx) => Promise<void>) => db.transact(['coins', 'payments'], 'write', body)
const coinsIn = (db: Db) =>
  db.transact(['coins'], 'read', async (tx) => (await tx.list('coins')).map(({ value }) => value))
const all = (db: Db) =>
  db.transact(['coins', 'payments'], 'read', async (tx) => [
    ...(await tx.list('coins')),
    ...(await tx.list('payments')),
  ])

describe('a sealed storage', () => {
  test('shows whoever copies it no secret, no signature, no token; and the wallet everything', async () => {
    const inner = memoryDb()
    const db = sealedDb(inner)
    await write(db, async (tx) => {
      await tx.put('coins', secretOf('a1'), coin('a1', 64))
      await tx.put('payments', 'p', payment('p', [secretOf('a1')]))
    })
    const lies = JSON.stringify(await all(inner))
    for (const hidden of [secretOf('a1'), coin('a1').C, 'cashuB', 'handed', 'mint.example', '"amount"'])
      expect(lies.includes(hidden)).toBe(false)
    // Of the coin's key: too little to spend it.
    expect(secretOf('a1').length - 24).toBe(40)
    expect(await coinsIn(db)).toEqual([coin('a1', 64)])
    const [first] = await db.transact(['coins'], 'read', (tx) => tx.list('coins'))
    expect(first?.key).toBe(secretOf('a1'))
    expect(await db.transact(['payments'], 'read', (tx) => tx.get('payments', 'p'))).toEqual(
      payment('p', [secretOf('a1')]),
    )
  })

  test('is opened by another tab and after a restart, with the key that cannot be exported', async () => {
    const inner = memoryDb()
    const [here, there] = [sealedDb(inner), sealedDb(inner)]
    await Promise.all([
      write(here, (tx) => tx.put('coins', secretOf('a1'), coin('a1'))),
      write(there, (tx) => tx.put('coins', secretOf('b2'), coin('b2'))),
    ])
    expect(await coinsIn(here)).toEqual([coin('a1'), coin('b2')])
    expect(await coinsIn(there)).toEqual([coin('a1'), coin('b2')])
    expect(await coinsIn(sealedDb(inner))).toEqual([coin('a1'), coin('b2')])
    const key = (await inner.transact(['settings'], 'read', (tx) => tx.get('settings', 'coins-key'))) as CryptoKey
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })

  test('uses no part of a key stream twice, whatever is written, failed or long', async () => {
    const inner = memoryDb()
    const db = sealedDb(inner)
    const used = new Set<string>()
    for (let round = 0; round < 40; round++) {
      const id = `p${round}`
      // The longest has to be given a stream of its own.
      const long = { ...payment(id, []), token: 'x'.repeat(round === 20 ? 200_000 : 5_000) } as Payment
      await write(db, (tx) => tx.put('payments', id, long))
      await write(db, async (tx) => {
        await tx.put('payments', 'failed', long)
        throw new Error('full')
      }).catch(() => {})
      const row = (await inner.transact(['payments'], 'read', (tx) => tx.get('payments', id))) as unknown as {
        nonce: Uint8Array
        block: number
        text: Uint8Array
      }
      const blocks = Math.ceil(row.text.length / 16)
      const names = Array.from({ length: blocks }, (_, at) => `${row.nonce.join()}/${row.block + at}`)
      expect(names.some((name) => used.has(name))).toBe(false)
      for (const name of names) used.add(name)
    }
    expect(await db.transact(['payments'], 'read', async (tx) => (await tx.list('payments')).length)).toBe(40)
    expect(await db.transact(['payments'], 'read', (tx) => tx.get('payments', 'failed'))).toBeUndefined()
  })

  test('takes over what an earlier version left open, once', async () => {
    const inner = memoryDb()
    await write(inner, async (tx) => {
      await tx.put('coins', secretOf('a1'), coin('a1'))
      await tx.put('payments', 'p', payment('p', [secretOf('a1')]))
    })
    const db = sealedDb(inner)
    expect(await coinsIn(db)).toEqual([coin('a1')])
    expect(JSON.stringify(await all(inner)).includes(secretOf('a1'))).toBe(false)
    expect((await all(inner)).length).toBe(2)
    await write(db, (tx) => tx.delete('coins', secretOf('a1')))
    expect(await coinsIn(sealedDb(inner))).toEqual([])
  })

  test('says that it is corrupt when its key is gone', async () => {
    const inner = memoryDb()
    await write(sealedDb(inner), (tx) => tx.put('coins', secretOf('a1'), coin('a1')))
    await inner.transact(['settings'], 'write', (tx) => tx.delete('settings', 'coins-key'))
    await expect(coinsIn(sealedDb(inner))).rejects.toMatchObject({ code: 'storage-corrupt' })
  })
})

describe('a wallet in IndexedDB', () => {
  let street: Street
  beforeAll(async () => void (street = await openStreet()))
  afterAll(() => street.close())

  test('pays, changes and recovers on sealed rows, in two tabs at once', async () => {
    const factory = new IDBFactory()
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const open = async () => street.wallet({ db: await openIdb({ factory }), seed: async () => seed })
    const [first, second] = [await open(), await open()]
    await first.topUp({ amount: 300, unit: 'usd', method: 'test' })
    const look = await first.look({ url: street.url('/read/salt'), site: street.origin })
    const outcomes = await Promise.all([first.unlock(look), second.unlock(look)])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(expect.arrayContaining(['paid']))
    await Promise.all([first.makeChange({ amount: 37 }), second.send({ amount: 5, unit: 'usd' })])
    // A tab that is pressed before it has opened a row.
    const penny = await first.look({ url: street.url('/read/penny'), site: street.origin })
    const cold = await open()
    expect(await cold.unlock(penny, { gesture: 'one' })).toMatchObject({ status: 'paid' })
    const later = await open()
    await later.start()
    await later.recover()
    expect(later.$balance.get()['usd']).toEqual({ spendable: 300 - 17 - 5 - 5, reserved: 5, lent: 0 })
    for (const wallet of [first, second, cold, later]) wallet.close()
  })
})
