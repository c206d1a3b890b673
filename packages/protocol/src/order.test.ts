import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answersOutputs, isOrdered, orderOutputs, splitAmount } from './order.ts'

const powers = [1, 2, 4, 8, 16, 32, 64, 128]

describe('orderOutputs', () => {
  test('ascends and keeps equals in their order', () => {
    const outputs = [
      { amount: 2, n: 0 },
      { amount: 1, n: 1 },
      { amount: 2, n: 2 },
    ]
    expect(orderOutputs(outputs).map(({ n }) => n)).toEqual([1, 0, 2])
    expect([isOrdered(outputs), isOrdered(orderOutputs(outputs)), isOrdered([])]).toEqual([false, true, true])
  })
})

describe('answersOutputs', () => {
  const [id, B_, C_] = ['01', '02', '02']

  test('wants a signature for each output, in their order', () => {
    const outputs = [1, 2].map((amount) => ({ amount, id, B_ }))
    const signatures = [1, 2].map((amount) => ({ amount, id, C_ }))
    expect(answersOutputs(outputs, signatures)).toBe(true)
    expect(answersOutputs(outputs, signatures.toReversed())).toBe(false)
    expect(answersOutputs(outputs, signatures.slice(1))).toBe(false)
    expect(
      answersOutputs(
        outputs,
        signatures.map((signature) => ({ ...signature, id: '00' })),
      ),
    ).toBe(false)
  })
})

describe('splitAmount', () => {
  test('splits into powers of two, each at most once below the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (amount) => {
        const coins = splitAmount(amount, powers) ?? []
        expect(coins.reduce((sum, coin) => sum + coin, 0)).toBe(amount)
        expect(new Set(coins).size).toBe(coins.length)
        expect(isOrdered(coins.map((coin) => ({ amount: coin })))).toBe(true)
      }),
    )
  })

  test('says when it cannot', () => {
    expect(splitAmount(3, [2])).toBeUndefined()
  })
})
