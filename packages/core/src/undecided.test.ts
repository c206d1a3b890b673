import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TuppenceError } from '@tuppence/protocol'
import type { Wallet } from './api.ts'
import { memoryDb } from './db/memory.ts'
import type { Db } from './tables.ts'
import { openStreet, type Fault, type Street } from './testing/street.ts'
import { createWallet } from './wallet.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const day = 86_400_000
const hundred = { amount: 100, unit: 'usd', method: 'test' } as const
const usd = (wallet: Wallet) => wallet.$balance.get()['usd']
const salt = () => ({ url: street.url('/read/salt'), site: street.origin })

/** A till that answers as told without ever being reached, at its own time. */
function playing(answer: (headers: { readonly date: string }) => Response) {
  const till = { laterMs: 0, plays: false }
  const fault = (): Fault => ({ instead: () => answer({ date: new Date(Date.now() + till.laterMs).toUTCString() }) })
  const fetch = street.fetch(({ url }) => (till.plays && url === salt().url ? fault() : 'pass'))
  return { till, fetch }
}

const refusing = (headers: { readonly date: string }) =>
  new Response('{"code":"verification-failed"}', { status: 402, headers })

describe('a refusal of coins that are still good', () => {
  test('leaves them with the payment in a frame until the challenge has run out, and the till still says no', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const vault = street.wallet({ seed: async () => seed, db: memoryDb() })
    await vault.topUp(hundred)
    const { till, fetch } = playing(refusing)
    const frame = createWallet({ db: memoryDb(), mints: [street.mint.url], fetch })
    const look = await vault.look(salt())
    if (look.status !== 'priced') throw new Error(look.status)
    const { tillOrigin, realm } = look.offer
    const allowance = await vault.lend({ site: street.origin, tillOrigin, realm, amount: 40, price: 17, unit: 'usd' })
    await frame.acceptAllowance(allowance!)
    const asked = await frame.look(salt())
    till.plays = true
    expect(await frame.unlock(asked)).toEqual({ status: 'declined', reason: 'verification-failed' })
    expect(usd(frame)).toMatchObject({ spendable: 23, reserved: 17 })
    expect(await frame.recover()).toMatchObject({ open: 1 })
    till.laterMs = day
    expect(await frame.recover()).toMatchObject({ undone: 1, open: 0 })
    expect(usd(frame)).toMatchObject({ spendable: 40, reserved: 0 })
  })

  test('has them swapped in a vault: a copy of the credential that comes late gets nothing', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const { till, fetch } = playing(refusing)
    const wallet = street.wallet({ seed: async () => seed, db: memoryDb(), fetch })
    await wallet.topUp(hundred)
    const look = await wallet.look(salt())
    till.plays = true
    await wallet.unlock(look)
    expect(usd(wallet)).toEqual({ spendable: 100, reserved: 0, lent: 0 })
    const before = await street.truth()
    const credential = fetch.seen.find(({ headers }) => headers.has('authorization'))
    const late = await globalThis.fetch(salt().url, { headers: credential!.headers })
    expect(late.status).toBe(402)
    expect(await street.truth()).toEqual(before)
  })
})

describe('a till that said yes and never fetched the coins', () => {
  test('is asked again; what lay for a week after it could have been fetched comes home', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const { till, fetch } = playing((headers) => new Response('here you are', { headers }))
    const wallet = street.wallet({ seed: async () => seed, db: memoryDb(), fetch })
    await wallet.topUp(hundred)
    const look = await wallet.look(salt())
    till.plays = true
    expect(await wallet.unlock(look)).toMatchObject({ status: 'paid' })
    till.laterMs = 6 * day
    expect(await wallet.recover()).toMatchObject({ open: 1 })
    expect(usd(wallet)).toEqual({ spendable: 83, reserved: 17, lent: 0 })
    till.laterMs = 9 * day
    expect(await wallet.recover()).toMatchObject({ undone: 1, open: 0 })
    expect(usd(wallet)).toEqual({ spendable: 100, reserved: 0, lent: 0 })
  })
})

describe('a storage without room', () => {
  /** Fails the writes from a given one on. */
  function full(inner: Db, from: () => number): Db {
    let writes = 0
    return {
      ...inner,
      transact: (names, mode, body) => {
        if (mode === 'write' && ++writes >= from())
          return inner.transact(names, 'write', async (tx) => {
            await body(tx)
            throw new TuppenceError('storage-full')
          })
        return inner.transact(names, mode, body)
      },
    }
  }

  test('says so before anything is sent', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const limit = { from: Infinity }
    const fetch = street.fetch()
    const wallet = street.wallet({ seed: async () => seed, db: full(memoryDb(), () => limit.from), fetch })
    await wallet.topUp(hundred)
    const look = await wallet.look(salt())
    const before = fetch.seen.length
    limit.from = 0
    await expect(wallet.unlock(look)).rejects.toMatchObject({ code: 'storage-full' })
    expect(fetch.seen.length).toBe(before)
  })
})

describe('a wiped storage', () => {
  test('is found again from the seed alone, beyond a gap and with progress', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const db = memoryDb()
    const wallet = street.wallet({ seed: async () => seed, db })
    await wallet.topUp(hundred)
    // Indices that were taken and never signed: a gap of more than two batches.
    await db.transact(['counters'], 'write', async (tx) => {
      const [keyset] = (await tx.list('counters')).filter(({ key }) => key !== 'quote')
      await tx.put('counters', keyset!.key, keyset!.value + 230)
    })
    await wallet.topUp(hundred)
    const progress: number[] = []
    const anew = street.wallet({ seed: async () => seed, db: memoryDb() })
    const found = await anew.restore({ onProgress: ({ scanned }) => progress.push(scanned) })
    expect(found).toEqual({ usd: 200 })
    expect(progress).toEqual([100, 200, 300, 400, 500, 600])
    expect(await anew.unlock(await anew.look(salt()))).toMatchObject({ status: 'paid' })
  })
})

describe('recovery', () => {
  test('of fifty payments that were cut off asks for each once, and ends them all', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const db = memoryDb()
    const lost = street.fetch(({ url, method }) =>
      url.endsWith('/tip') && method === 'POST' && cut.on ? 'lose' : 'pass',
    )
    const cut = { on: false }
    const wallet = street.wallet({ seed: async () => seed, db, fetch: lost })
    await wallet.topUp({ ...hundred, amount: 2_000 })
    const site = street.origin
    for (let at = 0; at < 50; at++) {
      const tip = { url: street.url('/tip'), site, amount: 5 }
      let look = await wallet.lookTip(tip)
      if (look.status === 'priced' && look.affordable !== 'now') {
        await wallet.makeChange()
        look = await wallet.lookTip(tip)
      }
      cut.on = true
      await wallet.unlock(look, { gesture: `tip ${at}` }).catch(() => {})
      cut.on = false
    }
    expect(usd(wallet)).toMatchObject({ reserved: 250 })
    const fetch = street.fetch()
    const later = street.wallet({ seed: async () => seed, db, fetch })
    const startMs = performance.now()
    expect(await later.recover()).toEqual({ finished: 50, undone: 0, open: 0 })
    console.log(
      `recover() with 50 open payments: ${Math.round(performance.now() - startMs)} ms, HTTP on this machine included`,
    )
    expect(fetch.seen.filter(({ url }) => url.endsWith('/tip')).length).toBe(50)
    expect(usd(later)).toMatchObject({ spendable: 1_750, reserved: 0 })
  }, 120_000)
})
