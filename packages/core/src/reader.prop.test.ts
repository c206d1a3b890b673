import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import { noRules } from './rules.ts'
import { openStreet, type Street } from './testing/street.ts'

const prices = [1, 2, 3, 5, 8, 13, 21, 34]
const cap = 60

let street: Street
beforeAll(async () => {
  street = await openStreet({
    cap: { amount: '0.60', per: 'month' },
    refund: { windowSeconds: 600, allowance: { count: 4, per: 'week' } },
    offers: prices.map((price) => ({
      id: `at-${price}`,
      kind: 'article' as const,
      path: `/read/at-${price}`,
      title: `At ${price}`,
      price: `0.${String(price).padStart(2, '0')}`,
    })),
  })
})
afterAll(() => street.close())

const at = (price: number) => ({ url: street.url(`/read/at-${price}`), site: street.origin })
const article = fc.constantFrom(...prices)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), price: article }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('auto' as const), price: article }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back' as const), price: article }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('out' as const), price: fc.constantFrom(1, 7, 20) }) },
)

describe('a reader', () => {
  test('never pays more than the cap, never twice for one thing, and every cent is at wallet, till or mint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 14 }), async (steps) => {
        const seed = crypto.getRandomValues(new Uint8Array(64))
        const db = memoryDb()
        // Two tabs, turn by turn.
        const tabs = [street.wallet({ db, seed: async () => seed }), street.wallet({ db, seed: async () => seed })]
        const [first] = tabs
        const before = await street.truth()
        await first?.topUp({ amount: 300, unit: 'usd', method: 'test' })
        await first?.setRules({ ...noRules, autoMax: 10, perDay: 15, perSiteDay: 15 })
        let out = 0
        let auto = 0
        for (const [turn, { do: what, price }] of steps.entries()) {
          const wallet = tabs[turn % 2]
          if (!wallet) continue
          if (what === 'out') {
            const gone = await wallet.withdraw({ amount: price, unit: 'usd', method: 'test' })
            if (gone.status === 'withdrawn') out += price
          } else if (what === 'back') await wallet.refund(at(price).url)
          else {
            const money = wallet.$balance.get()['usd']?.spendable ?? 0
            const owned = (await wallet.look(at(price))).status === 'owned'
            const outcome = await wallet.unlock(await wallet.look(at(price)), { auto: what === 'auto' })
            const cost = money - (wallet.$balance.get()['usd']?.spendable ?? 0)
            if (outcome.status !== 'paid' || owned) expect(cost).toBe(0)
            expect(cost).toBeLessThanOrEqual(price)
            if (what === 'auto') auto += cost
          }
          await wallet.recover()
          const now = await street.truth()
          const mine = wallet.$balance.get()['usd']?.spendable ?? 0
          const paid = now.publisher - before.publisher
          expect(paid).toBeLessThanOrEqual(cap)
          expect(mine + paid + out).toBe(300)
          expect(now.outstanding - before.outstanding).toBe(mine)
          expect(wallet.$payments.get()).toEqual([])
        }
        expect(auto).toBeLessThanOrEqual(15)
        // Leaves the street as the next run wants it: nobody else's coins.
        const rest = first?.$balance.get()['usd']?.spendable ?? 0
        if (rest > 0) await first?.withdraw({ amount: rest, unit: 'usd', method: 'test' })
      }),
      { numRuns: 8 },
    )
  })
})
