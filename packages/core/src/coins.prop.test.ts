import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '@tuppence/protocol'
import { planChange, planChangeFor, planCoins, planOutputs, priceMax, reach, selectExact, total } from './coins.ts'

const sizes = Array.from({ length: 16 }, (_, exponent) => 2 ** exponent)
const coin = (amount: number) => ({ amount })
const sum = (amounts: readonly number[]) => total(amounts.map(coin))
const wallet = fc.array(fc.constantFrom(...sizes.slice(0, 11)).map(coin), { maxLength: 14 })
const balance = fc.integer({ min: 1, max: 30_000 })

/** Every amount that some choice of at most `max` coins makes; the slow way, to hold the quick one to. */
function payable(amounts: readonly number[], max: number): Set<number> {
  let fewest = new Map([[0, 0]])
  for (const amount of amounts) {
    const next = new Map(fewest)
    for (const [made, used] of fewest) {
      if (used + 1 <= Math.min(max, next.get(made + amount) ?? Infinity)) next.set(made + amount, used + 1)
    }
    fewest = next
  }
  return new Set(fewest.keys())
}

describe('selectExact', () => {
  test('finds a choice exactly when there is one, out of what it was given, within the limit', () => {
    fc.assert(
      fc.property(wallet, fc.integer({ min: 1, max: 1_200 }), fc.integer({ min: 1, max: 14 }), (coins, amount, max) => {
        const chosen = selectExact(coins, amount, max)
        expect(chosen !== undefined).toBe(
          payable(
            coins.map((c) => c.amount),
            max,
          ).has(amount),
        )
        if (!chosen) return
        expect(total(chosen)).toBe(amount)
        expect(chosen.length).toBeLessThanOrEqual(max)
        expect(new Set(chosen).size).toBe(chosen.length)
        expect(chosen.every((c) => coins.includes(c))).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('leaves the wallet able to pay, where another choice would not', () => {
    // 4+1 leaves 1 2 2 and reach 5; 2+2+1 would leave 1 4 and nothing between.
    const chosen = selectExact([4, 2, 2, 1, 1].map(coin), 5)
    expect(chosen?.map((c) => c.amount).toSorted()).toEqual([1, 4])
  })
})

describe('reach', () => {
  test('is the end of what can be made without a gap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 9 }), (amounts) => {
        const made = payable(amounts, Infinity)
        let end = 0
        while (made.has(end + 1)) end++
        expect(reach(amounts)).toBe(end)
      }),
    )
  })
})

describe('planCoins', () => {
  test('adds up, and pays every price from 1 to priceMax with at most 12 coins, at any balance of twice that', () => {
    fc.assert(
      fc.property(balance, (amount) => {
        const plan = planCoins(amount, sizes)
        expect(sum(plan)).toBe(amount)
        expect(plan.every((size) => sizes.includes(size))).toBe(true)
        expect(reach(plan)).toBeGreaterThanOrEqual(Math.min(amount, priceMax))
        if (amount < 2 * priceMax) return
        const prices = payable(plan, limits.coinsPerCredentialMax)
        for (let price = 1; price <= priceMax; price++) expect(prices.has(price)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('holds few coins', () => {
    for (const [amount, coinsMax] of [
      [100, 13],
      [500, 20],
      [1_000, 27],
      [2_000, 33],
      [10_000, 40],
    ] as const)
      expect(planCoins(amount, sizes).length).toBeLessThanOrEqual(coinsMax)
  })
})

describe('planOutputs', () => {
  test('adds up to the new money, ascending, whatever is held', () => {
    fc.assert(
      fc.property(wallet, balance, (held, added) => {
        const outputs = planOutputs(
          held.map((c) => c.amount),
          added,
          sizes,
        )
        expect(sum(outputs)).toBe(added)
        expect(outputs).toEqual(outputs.toSorted((a, b) => a - b))
        expect(outputs.every((size) => sizes.includes(size))).toBe(true)
      }),
    )
  })

  test('makes an empty wallet what planCoins wants', () => {
    expect(planOutputs([], 1_000, sizes)).toEqual(planCoins(1_000, sizes))
  })
})

describe('planChange', () => {
  test('moves the same money in and out, and leaves nothing to change', () => {
    fc.assert(
      fc.property(wallet, (coins) => {
        const change = planChange(coins, sizes, () => true, 100)
        if (!change) return
        expect(sum(change.outputs)).toBe(total(change.inputs))
        const after = [...coins.filter((c) => !change.inputs.includes(c)), ...change.outputs.map(coin)]
        expect(planChange(after, sizes, () => true, 100)).toBeUndefined()
        expect(reach(after.map((c) => c.amount))).toBeGreaterThanOrEqual(Math.min(total(coins), priceMax))
      }),
    )
  })

  test('changes coins of an old keyset, all of them', () => {
    const coins = planCoins(1_000, sizes).map(coin)
    const old = new Set(coins.slice(0, 3))
    const change = planChange(coins, sizes, (c) => !old.has(c), 100)
    expect(change?.inputs).toEqual([...old])
    expect(change?.outputs).toEqual([...old].map((c) => c.amount))
  })
})

describe('planChangeFor', () => {
  test('makes the amount payable whenever the coins are worth it', () => {
    fc.assert(
      fc.property(wallet, fc.integer({ min: 1, max: 3_000 }), (coins, amount) => {
        const change = planChangeFor(coins, amount, sizes, 100)
        expect(change !== undefined).toBe(total(coins) >= amount)
        if (!change) return
        expect(sum(change.outputs)).toBe(total(change.inputs))
        const after = [...coins.filter((c) => !change.inputs.includes(c)), ...change.outputs.map(coin)]
        expect(selectExact(after, amount, 24)).toBeDefined()
      }),
    )
  })
})

describe('a reading history', () => {
  /** A seeded generator (Numerical Recipes' constants), so that the figure below is the same every time. */
  function seeded(seed: number): () => number {
    let state = seed
    return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32
  }

  test('finds at least 99% of prices payable at once, with change made after each payment', () => {
    const random = seeded(1)
    const prices = [1, 2, 3, 5, 5, 5, 7, 10, 10, 15, 19, 20, 25, 29, 49, 50, 99, 125, 250, 500]
    let payments = 0
    let failures = 0
    for (let history = 0; history < 200; history++) {
      let coins: { amount: number }[] = []
      for (let step = 0; step < 30; step++) {
        const price =
          random() < 0.7 ? prices[Math.floor(random() * prices.length)]! : 1 + Math.floor(random() * priceMax)
        if (total(coins) < price)
          coins = [
            ...coins,
            ...planOutputs(
              coins.map((c) => c.amount),
              1_000,
              sizes,
            ).map(coin),
          ]
        const chosen = selectExact(coins, price)
        payments++
        if (!chosen) failures++
        const rest = coins.filter((c) => !chosen?.includes(c))
        const change = planChange(rest, sizes, () => true, 100)
        coins = change ? [...rest.filter((c) => !change.inputs.includes(c)), ...change.outputs.map(coin)] : rest
      }
    }
    expect(failures / payments).toBeLessThan(0.01)
  })
})
