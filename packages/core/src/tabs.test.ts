import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import type { Wallet } from './api.ts'
import { directCurve } from './curve/direct.ts'
import type { Db } from './tables.ts'
import { lockedText, openStreet, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const at = (path: string) => ({ url: street.url(path), site: street.origin })
const topUp = (wallet: Wallet, amount: number) => wallet.topUp({ amount, unit: 'usd', method: 'test' })
const coinsIn = async (db: Db) =>
  (await db.transact(['coins'], 'read', (tx) => tx.list('coins'))).map(({ value }) => value.amount)
const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0)

/** Tabs of one reader: wallets of one seed over one storage. */
function tabs() {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const db = memoryDb()
  const open = (deps: Parameters<Street['wallet']>[0] = {}) => street.wallet({ db, seed: async () => seed, ...deps })
  return { db, open }
}

/** A gate: `reached` resolves when somebody waits at it, `let` them go on. */
function gate() {
  const reached = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    open: opened.resolve,
    wait: async () => {
      reached.resolve()
      await opened.promise
    },
  }
}

describe('tabs on one vault', () => {
  test('never take the same index or coin, whatever they do at once', async () => {
    const before = await street.truth()
    const { db, open } = tabs()
    const all = Array.from({ length: 4 }, () => open())
    await Promise.all(all.map((wallet) => topUp(wallet, 100)))
    expect(sum(await coinsIn(db))).toBe(400)
    await Promise.all([
      ...all.map((wallet, index) => wallet.makeChange({ amount: 33 + index })),
      topUp(all[0]!, 50),
      all[1]!.unlock(await all[1]!.look(at('/read/penny'))),
      all[2]!.tip({ ...at('/tip'), amount: 20 }),
      all[3]!.recover(),
    ])
    for (const wallet of all) await wallet.recover()
    const after = await street.truth()
    expect(after.outstanding - before.outstanding).toBe(sum(await coinsIn(db)))
    expect(after.publisher - before.publisher + sum(await coinsIn(db))).toBe(450)
    expect(after.unminted).toBe(before.unminted)
    const counters = await db.transact(['counters'], 'read', (tx) => tx.list('counters'))
    expect(counters.find(({ key }) => key === 'quote')?.value).toBe(5)
  })

  test('take other indices when both drew up the same ones', async () => {
    const before = await street.truth()
    const { db, open } = tabs()
    // Each waits with its draft until the other has drawn up its own, at the same indices.
    const drafts: (() => void)[] = []
    let gathering = true
    const curve = async () => {
      const direct = directCurve()
      return {
        ...direct,
        makeOutputs: async (input: Parameters<typeof direct.makeOutputs>[0]) => {
          const outputs = await direct.makeOutputs(input)
          if (gathering) {
            const both = new Promise<void>((resolve) => drafts.push(resolve))
            if (drafts.length === 2) {
              gathering = false
              for (const go of drafts) go()
            }
            await both
          }
          return outputs
        },
      }
    }
    await Promise.all([topUp(open({ curve }), 64), topUp(open({ curve }), 64)])
    expect(drafts).toHaveLength(2)
    expect(sum(await coinsIn(db))).toBe(128)
    const after = await street.truth()
    expect([after.outstanding - before.outstanding, after.unminted - before.unminted]).toEqual([128, 0])
  })

  test('open what another tab has bought since the price was shown', async () => {
    const { open } = tabs()
    const [here, there] = [open(), open()]
    await topUp(here, 100)
    const stale = await here.look(at('/read/salt'))
    expect(await there.unlock(await there.look(at('/read/salt')))).toMatchObject({ status: 'paid' })
    const before = await street.truth()
    expect(await here.unlock(stale)).toMatchObject({ status: 'opened', body: expect.stringContaining(lockedText) })
    expect(await street.truth()).toEqual(before)
    expect(here.$balance.get()['usd']?.spendable ?? 83).toBe(83)
  })

  test('claim a paid quote once, with the request that was journaled first', async () => {
    const { db, open } = tabs()
    const [paid, issuing] = [gate(), gate()]
    // This tab has the reader's money at the mint, and hangs before it claims the quote.
    let keysets = 0
    const here = open({
      fetch: async (url, init) => {
        if (url.endsWith('/v1/keysets') && ++keysets === 2) await paid.wait()
        return fetch(url, init)
      },
    })
    const there = open({
      fetch: async (url, init) => {
        if (url.endsWith('/v1/mint/test')) await issuing.wait()
        return fetch(url, init)
      },
    })
    const topping = topUp(here, 70)
    await paid.reached
    const recovering = there.recover()
    await issuing.reached
    paid.open()
    expect(await topping).toMatchObject({ status: 'topped-up', amount: 70 })
    issuing.open()
    expect(await recovering).toMatchObject({ open: 0 })
    expect(sum(await coinsIn(db))).toBe(70)
  })

  test('do not swap coins that were spent while the swap was being drawn up', async () => {
    const { db, open } = tabs()
    const here = open()
    await topUp(here, 60)
    let meanwhile: Promise<unknown> | undefined
    const there = open({
      curve: async () => {
        const curve = directCurve()
        return {
          ...curve,
          makeOutputs: async (input) => {
            meanwhile ??= (async () => here.unlock(await here.look(at('/read/salt'))))()
            await meanwhile
            return curve.makeOutputs(input)
          },
        }
      },
    })
    const before = await street.truth()
    expect(await there.makeChange({ amount: 43 })).toBe(true)
    expect(await meanwhile).toMatchObject({ status: 'paid' })
    expect(sum(await coinsIn(db))).toBe(43)
    expect((await street.truth()).outstanding - before.outstanding).toBe(-17)
    expect(there.$payments.get()).toEqual([])
  })
})
