import { describe, expect, test } from 'vitest'
import { newcombe, welchRatio, wilson, type Unit } from './intervals.ts'
import { normalQuantile, studentQuantile } from './student.ts'

describe('studentQuantile', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2: upper critical values of Student's t distribution.
  test.each([
    [1, 0.975, 12.706],
    [2, 0.95, 2.92],
    [5, 0.975, 2.571],
    [10, 0.9, 1.372],
    [10, 0.995, 3.169],
    [19, 0.975, 2.093],
    [30, 0.975, 2.042],
    [100, 0.99, 2.364],
    [100, 0.999, 3.174],
  ])('df %d, p %d: %d', (df, p, value) => {
    expect(studentQuantile(p, df)).toBeCloseTo(value, 3)
    expect(studentQuantile(1 - p, df)).toBeCloseTo(-value, 3)
  })

  test('is the normal quantile where there are many degrees of freedom', () => {
    // Abramowitz and Stegun, table 26.5.
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 6)
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489, 6)
  })
})

describe('wilson', () => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d', (count, of, low, high) => {
    const interval = wilson({ count, of })
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })
})

describe('newcombe', () => {
  // R. G. Newcombe (1998), 873-890, table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])('%d of %d less %d of %d', (a, m, b, n, low, high) => {
    const interval = newcombe({ count: a, of: m }, { count: b, of: n })
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })
})

describe('welchRatio', () => {
  // Student's sleep data (Biometrika 6 (1908), table I) by Welch's method, as printed by R's t.test(extra ~ group, data = sleep).
  const unit = (tenths: number): Unit => ({ views: 1, amount: tenths })
  const group1 = [7, -16, -2, -12, -1, 34, 37, 8, 0, 20].map(unit)
  const group2 = [19, 8, 11, 1, -1, 44, 55, 16, 46, 34].map(unit)

  test('is Welch’s interval where each unit has one view', () => {
    const { low, high, df } = welchRatio(group1, group2)
    expect(low / 10).toBeCloseTo(-3.3654832, 6)
    expect(high / 10).toBeCloseTo(0.2054832, 6)
    expect(df).toBeCloseTo(17.776, 3)
  })

  test('weighs blocks by their views', () => {
    const { estimate } = welchRatio(
      [
        { views: 90, amount: 90 },
        { views: 10, amount: 60 },
      ],
      [
        { views: 1, amount: 0 },
        { views: 1, amount: 0 },
      ],
    )
    expect(estimate).toBe(1.5)
  })

  test('holds the true difference about as often as it says, where blocks differ more than chance within them would', () => {
    let state = 7
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
    const block = (): Unit => {
      const views = 20 + Math.floor(random() * 200)
      const rate = 0.02 + random() * 0.06
      let amount = 0
      for (let view = 0; view < views; view += 1) if (random() < rate) amount += 5
      return { views, amount }
    }
    let holds = 0
    for (let run = 0; run < 400; run += 1) {
      const side = (): Unit[] => Array.from({ length: 24 }, block)
      const { low, high } = welchRatio(side(), side())
      if (low <= 0 && high >= 0) holds += 1
    }
    // 95% of 400 is 380; more than three standard errors off would be a fault.
    expect(holds).toBeGreaterThan(366)
    expect(holds).toBeLessThan(394)
  })
})
