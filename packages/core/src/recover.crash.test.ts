import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import type { Wallet } from './api.ts'
import type { Db } from './tables.ts'
import { Crash, crashingDb, type CrashPoint } from './testing/crash.ts'
import { openStreet, type Spoiler, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet({ refund: { windowSeconds: 600 } })))
afterAll(() => street.close())

/** `out`: minor units that leave for good. */
type Case = { readonly name: string; readonly out?: number; readonly run: (wallet: Wallet) => Promise<unknown> }

const at = (path: string) => ({ url: street.url(path), site: street.origin })
const topUp = (wallet: Wallet, amount: number) => wallet.topUp({ amount, unit: 'usd', method: 'test' })

const cases: readonly Case[] = [
  { name: 'top-up', run: (wallet) => topUp(wallet, 137) },
  { name: 'pay', run: async (wallet) => wallet.unlock(await wallet.look(at('/read/salt'))) },
  { name: 'tip', run: (wallet) => wallet.tip({ ...at('/tip'), amount: 25 }) },
  { name: 'change', run: (wallet) => wallet.makeChange({ amount: 37 }) },
  {
    name: 'pay and give back',
    run: async (wallet) => {
      await wallet.unlock(await wallet.look(at('/read/salt')))
      await wallet.refund(street.url('/read/salt'))
    },
  },
  { name: 'money out', out: 33, run: (wallet) => wallet.withdraw({ amount: 33, unit: 'usd', method: 'test' }) },
  {
    name: 'send and take back',
    run: async (wallet) => {
      const sent = await wallet.send({ amount: 41, unit: 'usd' })
      if (sent.status === 'sent') await wallet.cancel(sent.paymentId)
    },
  },
  {
    name: 'lend and call home',
    run: async (wallet) => {
      const loan = { site: 'http://reader.example', tillOrigin: street.origin, realm: 'news', amount: 60, unit: 'usd' }
      const allowance = await wallet.lend(loan)
      if (allowance) await wallet.acknowledgeLoan(allowance.id)
      await wallet.callHome(loan.site)
    },
  },
]

/** A wallet's storage with money in it, and its seed. */
async function vault(): Promise<{ db: Db; seed: Uint8Array; open: (over: Db, spoiler?: Spoiler) => Wallet }> {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const db = memoryDb()
  const open = (over: Db, spoiler?: Spoiler) =>
    street.wallet({ db: over, seed: async () => seed, fetch: street.fetch(spoiler) })
  await topUp(open(db), 200)
  return { db, seed, open }
}

const coinsIn = async (db: Db) =>
  (await db.transact(['coins'], 'read', (tx) => tx.list('coins'))).reduce((sum, { value }) => sum + value.amount, 0)

/** Opens the storage again, as after a restart, recovers until nothing changes, and holds what it has to the mint's rows. */
async function expectSound(db: Db, open: (over: Db) => Wallet, before: Awaited<ReturnType<Street['truth']>>, out = 0) {
  const wallet = open(db)
  await wallet.recover()
  // Loans younger than a minute are left alone by recovery; here nobody took them.
  await wallet.callHome('http://reader.example')
  for (const payment of wallet.$payments.get()) if (payment.kind === 'send') await wallet.cancel(payment.id)
  // A quote that nobody has paid may wait; nothing else may.
  const waiting = wallet.$payments.get()
  expect(waiting.every(({ state }) => state === 'quoted')).toBe(true)
  expect(await wallet.recover()).toEqual({ finished: 0, undone: 0, open: waiting.length })
  const after = await street.truth()
  expect(after.unminted).toBe(before.unminted)
  // What the wallet holds is what the mint says is out there, to the cent; the rest is the publisher's.
  expect(await coinsIn(db)).toBe(after.outstanding - before.outstanding + 200)
  expect(after.outstanding + after.publisher).toBeGreaterThanOrEqual(before.outstanding + before.publisher - out)
  return { wallet, after }
}

describe('recovery after a crash', () => {
  for (const { name, run, out } of cases) {
    test(
      `loses and doubles nothing when ${name} dies before or after any of its writes`,
      { timeout: 60_000 },
      async () => {
        const counting = await vault()
        const whole = crashingDb(counting.db)
        await run(counting.open(whole))
        expect(whole.writes()).toBeGreaterThan(0)
        const points = Array.from({ length: whole.writes() }, (_, write) => write + 1).flatMap(
          (write): CrashPoint[] => [
            { write, side: 'before' },
            { write, side: 'after' },
          ],
        )
        for (const point of points) {
          const { db, open } = await vault()
          const before = await street.truth()
          const dying = crashingDb(db, point)
          await expect(run(open(dying)), JSON.stringify(point)).rejects.toThrow(Crash)
          expect(dying.isDead()).toBe(true)
          await expectSound(db, open, before, out)
          // W9, at the last of them: the seed alone finds as much.
          if (point.write === whole.writes())
            expect((await open(memoryDb()).restore())['usd'] ?? 0).toBe(await coinsIn(db))
        }
      },
    )

    test(
      `loses and doubles nothing when any answer to ${name} is lost, or never asked for`,
      { timeout: 60_000 },
      async () => {
        const counting = await vault()
        const fetch = street.fetch()
        await run(street.wallet({ db: counting.db, seed: async () => counting.seed, fetch }))
        for (let request = 1; request <= fetch.seen.length; request++) {
          for (const fault of ['lose', 'lose-answer'] as const) {
            const { db, open } = await vault()
            const before = await street.truth()
            // From that request on nothing gets through, as for a device that goes offline.
            const spoiler: Spoiler = ({ count }) => (count < request ? 'pass' : count === request ? fault : 'lose')
            await run(open(db, spoiler)).catch((error: { code?: string }) =>
              expect(error.code).toMatch(/^(mint|till)-/),
            )
            await expectSound(db, open, before, out)
          }
        }
      },
    )
  }

  test('dies and recovers again at every write of recovery itself', { timeout: 60_000 }, async () => {
    for (const side of ['before', 'after'] as const) {
      for (let write = 1; write <= 3; write++) {
        const { db, open } = await vault()
        const before = await street.truth()
        // Paid and the answer lost; a swap answered and its commit lost.
        const offline: Spoiler = ({ method, url }) =>
          method === 'GET' && url.endsWith('/read/salt') ? 'lose-answer' : 'pass'
        const look = await open(db).look(at('/read/salt'))
        await open(db, offline)
          .unlock(look)
          .catch(() => {})
        await open(crashingDb(db, { write: 2, side: 'before' }))
          .makeChange({ amount: 37 })
          .catch(() => {})
        const dying = crashingDb(db, { write, side })
        await open(dying)
          .recover()
          .catch((error) => expect(error).toBeInstanceOf(Crash))
        const { after } = await expectSound(db, open, before)
        expect(after.publisher - before.publisher).toBe(17)
      }
    }
  })
})
