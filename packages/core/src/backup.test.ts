import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wallet } from './api.ts'
import { exportBackup, importBackup, pullBackup, pushBackup } from './backup.ts'
import { memoryDb } from './db/memory.ts'
import { noRules } from './rules.ts'
import type { Db, HistoryEntry, Purchase } from './tables.ts'
import { openStreet, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet({ refund: { windowSeconds: 600 } })
})
afterAll(() => street.close())

const at = (path: string) => ({ url: street.url(path), site: street.origin })
const newSeed = () => crypto.getRandomValues(new Uint8Array(64))

/** A device: a storage of its own under a seed that others may share. */
function device(bytes = newSeed()) {
  const db = memoryDb()
  const seed = async () => bytes
  return { db, seed, bytes, wallet: street.wallet({ db, seed }) }
}

const store = () => ({ mint: street.mint.url })
const buy = async (wallet: Wallet, path: string) => wallet.unlock(await wallet.look(at(path)))

async function purchases(db: Db): Promise<string[]> {
  return db.transact(['purchases'], 'read', async (tx) => (await tx.list('purchases')).map(({ key }) => key))
}

describe('a backup', () => {
  test('brings purchases, receipts and rules back on a new device, where they open', async () => {
    const a = device()
    await a.wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
    await buy(a.wallet, '/read/penny')
    await a.wallet.setRules({ ...noRules, autoMax: 7 })
    const text = await exportBackup(a)
    expect(text).not.toMatch(/penny|news|usd/)

    const b = device(a.bytes)
    expect(await importBackup(b, ` ${text}\n`)).toEqual({ purchases: 1, history: 2 })
    await b.wallet.start()
    expect(b.wallet.$rules.get().autoMax).toBe(7)
    expect(await b.wallet.look(at('/read/penny'))).toMatchObject({
      status: 'owned',
      purchase: { amount: 5, receiptVerified: true },
    })
    expect(await buy(b.wallet, '/read/penny')).toMatchObject({ status: 'opened' })
    // No coin is in it: those the seed brings.
    expect(b.wallet.$balance.get()).toEqual({})
    expect(await b.wallet.restore()).toEqual({ usd: 95 })
    expect(await importBackup(b, text)).toEqual({ purchases: 0, history: 0 })
  })

  test('opens with its own seed only, and whole', async () => {
    const a = device()
    const text = await exportBackup(a)
    const invalid = { code: 'backup-invalid' }
    await expect(importBackup(device(), text)).rejects.toMatchObject(invalid)
    await expect(importBackup(a, text.slice(0, -4))).rejects.toMatchObject(invalid)
    await expect(importBackup(a, 'tuppence-backup-1.%%%')).rejects.toMatchObject(invalid)
    await expect(importBackup(a, '')).rejects.toMatchObject(invalid)
  })

  test('at the mint is one for all devices of a seed: each adds, and what one gave back no other keeps', async () => {
    const a = device()
    await a.wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
    expect(await pullBackup(a, store())).toBeUndefined()
    await buy(a.wallet, '/read/penny')
    await pushBackup(a, store())
    const b = device(a.bytes)
    expect(await pullBackup(b, store())).toEqual({ purchases: 1, history: 2 })
    await b.wallet.restore()
    await b.wallet.start()
    await buy(b.wallet, '/read/salt')
    // Both at once: one is first, the other reads what it wrote and goes again.
    await Promise.all([pushBackup(a, store()), pushBackup(b, store())])
    await pushBackup(a, store())
    expect(await purchases(a.db)).toEqual([street.url('/read/penny'), street.url('/read/salt')])

    expect(await b.wallet.refund(street.url('/read/salt'))).toMatchObject({ status: 'refunded' })
    await pushBackup(b, store())
    await pullBackup(a, store())
    expect(await purchases(a.db)).toEqual([street.url('/read/penny')])
    const c = device(a.bytes)
    await pullBackup(c, store())
    expect(await purchases(c.db)).toEqual([street.url('/read/penny')])
    expect(await pullBackup(device(), store())).toBeUndefined()
  })

  test('leaves what a till would not take back', async () => {
    const a = device()
    await a.wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
    await buy(a.wallet, '/read/penny')
    await a.db.transact(['history', 'purchases'], 'write', async (tx) => {
      const { paymentId: of, url } = (await tx.get('purchases', street.url('/read/penny'))) as Purchase
      const refund = { kind: 'refund', end: 'undone', reason: 'window', amount: 5, unit: 'usd', mint: street.mint.url }
      await tx.put('history', 'late', { ...refund, id: 'late', atMs: 1, url, of } as HistoryEntry)
    })
    await pushBackup(a, store())
    await pullBackup(a, store())
    expect(await purchases(a.db)).toEqual([street.url('/read/penny')])
  })

  test('of a thousand articles takes several blobs', async () => {
    const a = device()
    await a.wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
    await buy(a.wallet, '/read/penny')
    await a.db.transact(['purchases'], 'write', async (tx) => {
      const one = (await tx.list('purchases'))[0]?.value as Purchase
      for (let n = 0; n < 1_000; n++) {
        // As hard to compress as real receipts are.
        const random = Buffer.from(crypto.getRandomValues(new Uint8Array(250))).toString('base64url')
        const url = street.url(`/read/${n}`)
        await tx.put('purchases', url, { ...one, url, atMs: n, paymentId: `${n}`, title: random })
      }
    })
    const seen = street.fetch()
    await pushBackup(a, { ...store(), fetch: seen })
    expect(seen.seen.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1)
    const b = device(a.bytes)
    expect(await pullBackup(b, store())).toMatchObject({ purchases: 1_001 })
    await pushBackup(b, store())
    expect(await purchases(b.db)).toHaveLength(1_001)
  })
})
