import { describe, expect, test } from 'vitest'
import { planChange, planChangeFor, planCoins, planCoinsFor, planOutputs, reach, selectExact, total } from './coins.ts'

/** Worked examples, one by one: what the properties beside this file leave open. */

const sizes = Array.from({ length: 16 }, (_, exponent) => 2 ** exponent)
const coin = (amount: number) => ({ amount })
const coins = (...amounts: number[]) => amounts.map(coin)
const amounts = (some: readonly { readonly amount: number }[] | undefined) => some?.map(({ amount }) => amount)

describe('total and reach', () => {
  test('of nothing are nothing', () => {
    expect(total([])).toBe(0)
    expect(reach([])).toBe(0)
  })

  test('add up, in any order, to the first gap', () => {
    expect(total(coins(1, 2, 4))).toBe(7)
    expect(reach([4, 1, 2])).toBe(7)
    expect(reach([2, 4])).toBe(0)
    expect(reach([1, 1, 4])).toBe(2)
    expect(reach([1, 1, 3, 9])).toBe(5)
  })
})

describe('selectExact', () => {
  test('keeps the order of coins in a pile, and gives the very coins', () => {
    const [first, second, third] = coins(4, 4, 4)
    const chosen = selectExact([first!, second!, third!], 8)
    expect(chosen?.[0] === first && chosen?.[1] === second).toBe(true)
    expect(chosen?.length).toBe(2)
  })

  test('pays nothing with nothing, and refuses what is not there', () => {
    expect(selectExact(coins(1, 2), 0)).toEqual([])
    expect(selectExact(coins(1, 2), 4)).toBeUndefined()
    expect(selectExact(coins(2, 4), 1)).toBeUndefined()
    expect(selectExact([], 1)).toBeUndefined()
  })

  test('takes as many coins as it may, and no more: twelve when nothing is said', () => {
    const ones = coins(...Array<number>(13).fill(1))
    expect(selectExact(ones, 12)?.length).toBe(12)
    expect(selectExact(ones, 13)).toBeUndefined()
    expect(selectExact(ones, 13, 13)?.length).toBe(13)
    expect(selectExact(coins(1, 1, 2), 4, 2)).toBeUndefined()
    expect(selectExact(coins(1, 1, 2), 4, 3)?.length).toBe(3)
  })

  // What is held, the price, and the coins that leave the most for the next payments; else the fewest.
  test.each<[held: number[], price: number, expected: number[], most?: number]>([
    [[4, 2, 2, 1, 1], 5, [4, 1]],
    [[1, 1, 1, 1, 1, 4, 4, 16], 4, [4]],
    [[1, 1, 2, 2, 2, 2, 2, 16], 4, [2, 2]],
    [[8, 4, 4, 4, 2, 1, 1], 8, [8]],
    [[64, 32, 32, 16, 16, 8, 8, 4, 2, 1], 64, [64]],
    [[1, 1, 2, 2, 4, 4, 8], 8, [8]],
    [[1, 2, 4, 1, 2, 4, 1, 2, 4, 7], 7, [7]],
    [[1, 1, 1, 1, 2, 2, 4, 4], 4, [2, 2]],
    [[3, 3, 6], 6, [6]],
    [[512, 256, 256, 128, 64, 32, 16, 8, 4, 2, 1], 512, [512]],
    [[1, 1, 1, 2, 4, 4, 8, 8, 16], 11, [8, 2, 1]],
    // Four payments ahead are looked at: for the fourth, 2 1 1 leave more than 4; a fifth doesn't count.
    [[4, 4, 4, 4, 2, 1, 1, 1, 1, 1, 1, 1], 4, [2, 1, 1]],
    [
      [...Array<number>(14).fill(4), ...Array<number>(13).fill(2), ...Array<number>(14).fill(1)],
      22,
      Array<number>(11).fill(2),
      33,
    ],
  ])('of %j pays %i with %j', (held, price, expected, most = 12) => {
    expect(amounts(selectExact(coins(...held), price, most))).toEqual(expected)
  })

  test('comes to an end with a hundred coins of every size', () => {
    const many = sizes.flatMap((size) => coins(...Array<number>(100).fill(size)))
    expect(total(selectExact(many, 32_767, 20) ?? [])).toBe(32_767)
  })

  test('comes to an end where there are more ways than could ever be looked at', () => {
    const even = sizes.slice(1, 10).flatMap((size) => coins(...Array<number>(25).fill(size)))
    expect(selectExact(even, 6_001, 60)).toBeUndefined()
  })
})

describe('planCoins', () => {
  test.each([
    [0, []],
    [1, [1]],
    [2, [1, 1]],
    [3, [1, 2]],
    [5, [1, 1, 1, 2]],
    [25, [1, 1, 1, 2, 2, 2, 4, 4, 8]],
    [100, [1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 16, 16, 32]],
    [255, [1, 2, 4, 8, 16, 32, 64, 128]],
    [256, [1, 1, 2, 4, 8, 16, 32, 64, 128]],
    [500, [1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64, 128]],
    [501, [1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 8, 16, 16, 32, 32, 32, 64, 64, 64, 128]],
    [511, [1, 2, 4, 8, 16, 32, 64, 128, 256]],
    [845, [1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 16, 16, 32, 32, 32, 64, 64, 128, 128, 256]],
    [600, [1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8, 8, 16, 16, 32, 32, 64, 128, 256]],
  ])('holds %i in %j', (balance, expected) => {
    expect(planCoins(balance, sizes)).toEqual(expected)
  })

  test('holds large balances in several of the largest coin that a price takes, then in as few as can be', () => {
    const large = planCoins(40_000, sizes).filter((size) => size >= 256)
    expect(large).toEqual([...Array<number>(9).fill(256), 4_096, 32_768])
    expect(planCoins(5_000, sizes).filter((size) => size > 64)).toEqual([
      128,
      128,
      128,
      128,
      ...Array<number>(10).fill(256),
      512,
      1_024,
    ])
  })

  test('makes do with the sizes that there are', () => {
    expect(planCoins(10, [4, 1, 2])).toEqual([1, 1, 2, 2, 4])
    expect(planCoins(600, sizes.toReversed())).toEqual(planCoins(600, sizes))
    expect(planOutputs([64], 36, sizes.toReversed())).toEqual(planOutputs([64], 36, sizes))
  })
})

describe('planCoinsFor', () => {
  test('has the price in the fewest coins, and the rest as planCoins would', () => {
    expect(planCoinsFor(99, 100, sizes)).toEqual([1, 1, 2, 32, 64])
    expect(planCoinsFor(5, 20, sizes)).toEqual([1, 1, 2, 4, 4, 8])
  })
})

describe('planOutputs', () => {
  test.each([
    [[], 0, []],
    [[1, 2, 4], 13, [1, 2, 2, 8]],
    [[64], 36, [1, 1, 2, 2, 2, 4, 4, 4, 8, 8]],
    [[1, 1, 1, 1, 1, 1], 10, [2, 4, 4]],
    [[1, 1], 4, [2, 2]],
    [[512], 100, [1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 16, 16, 16]],
  ])('beside %j takes %i in %j', (held, added, expected) => {
    expect(planOutputs(held, added, sizes)).toEqual(expected)
  })
})

describe('planChange', () => {
  const change = (held: readonly number[], max = 100, isCurrent = true) => {
    const made = planChange(coins(...held), sizes, () => isCurrent, max)
    return made && { inputs: amounts(made.inputs), outputs: made.outputs }
  }

  test.each([[[]], [[1]], [[1, 1, 2]], [[1, 2, 4, 8, 16]], [planCoins(1_000, sizes)]])('lets %j be', (held) => {
    expect(change(held)).toBeUndefined()
  })

  test('changes what no price or not every price can take', () => {
    expect(change([2])).toEqual({ inputs: [2], outputs: [1, 1] })
    expect(change([64])).toEqual({ inputs: [64], outputs: [1, 1, 2, 4, 8, 16, 32] })
    const twoLarge = planCoins(1_024, sizes)
    expect(change([512, 512])).toEqual({ inputs: [512, 512], outputs: twoLarge })
    // Payable, but not twice.
    expect(change([...planCoins(511, sizes), 512])?.inputs).toEqual([512])
  })

  test('lets coins be that no price takes, whatever the plan would have in their place', () => {
    const held = planCoins(5_000, sizes).filter((size) => size < 512)
    expect(change([...held, 512, 512, 512])).toBeUndefined()
  })

  test('changes what is of another keyset though it is of the right size', () => {
    expect(change([1, 2], 100, false)).toEqual({ inputs: [1, 2], outputs: [1, 2] })
  })

  test('does without where it would take too many coins', () => {
    expect(change([64], 6)).toBeUndefined()
    expect(change([64], 7)?.outputs.length).toBe(7)
    expect(change([1, 1, 1, 1, 1, 1, 1, 1], 5)).toBeUndefined()
    expect(change([1, 1, 1, 1, 1, 1, 1, 1], 6)).toEqual({ inputs: [1, 1, 1, 1, 1, 1], outputs: [2, 4] })
  })
})

describe('planChangeFor', () => {
  const changeFor = (held: readonly number[], amount: number, max = 100) => {
    const made = planChangeFor(coins(...held), amount, sizes, max)
    return made && { inputs: amounts(made.inputs), outputs: made.outputs }
  }

  test('takes the smallest single coin that is enough', () => {
    expect(changeFor([64, 8], 5)).toEqual({ inputs: [8], outputs: [1, 1, 1, 1, 4] })
    expect(changeFor([64, 8], 8)).toEqual({ inputs: [8], outputs: [8] })
  })

  test('else the largest together, as few as will do', () => {
    expect(changeFor([4, 4], 5)).toEqual({ inputs: [4, 4], outputs: [1, 1, 2, 4] })
    expect(changeFor([4, 4, 1], 8)).toEqual({ inputs: [4, 4], outputs: [8] })
    expect(changeFor([1, 4, 16], 17)).toEqual({ inputs: [16, 4], outputs: [1, 1, 2, 16] })
  })

  test('does without where there is not enough, or it would take too many coins', () => {
    expect(changeFor([4, 4], 9)).toBeUndefined()
    expect(changeFor([2, 2, 2], 5, 2)).toBeUndefined()
    expect(changeFor([2, 2, 2], 5, 3)).toEqual({ inputs: [2, 2, 2], outputs: [1, 1, 4] })
    expect(changeFor([64], 5, 13)).toBeUndefined()
    expect(changeFor([64], 5, 14)?.outputs.length).toBe(14)
  })

  test('counts what it costs to spend the coins', () => {
    const priced = coins(8, 8).map((one) => ({ ...one, feePpk: 1_000 }))
    expect(planChangeFor(priced, 8, sizes, 100)?.inputs.length).toBe(2)
    expect(total(planChangeFor(priced, 8, sizes, 100)?.outputs.map(coin) ?? [])).toBe(14)
    expect(planChangeFor(priced, 15, sizes, 100)).toBeUndefined()
    expect(total(planChangeFor(priced, 7, sizes, 100)?.outputs.map(coin) ?? [])).toBe(7)
  })

  test('makes the price in the coins that are asked for', () => {
    expect(planChangeFor(coins(8), 4, sizes, 100, [1, 1, 2])?.outputs).toEqual([1, 1, 1, 1, 2, 2])
  })
})
