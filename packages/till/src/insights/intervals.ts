/** Confidence intervals for what insights say: of shares, of the difference of two, and of revenue per view over blocks of time. Pure. */
import assert from 'node:assert/strict'
import { normalQuantile, studentQuantile } from './student.ts'

/** From and to, both inclusive. */
export type Interval = Readonly<{ low: number; high: number }>

/** A share: so many of so many. */
export type Share = Readonly<{ count: number; of: number }>

/** One unit of randomisation: what was taken in a block, and how many views it had. */
export type Unit = Readonly<{ views: number; amount: number }>

/**
 * Wilson's score interval of a share.
 *
 * @param level - For example 0.95.
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212
 */
export function wilson({ count, of }: Share, level = 0.95): Interval {
  assert(of > 0 && count >= 0 && count <= of, 'a share is of something')
  const z = normalQuantile(1 - (1 - level) / 2)
  const p = count / of
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  return { low: count === 0 ? 0 : Math.max(0, middle - half), high: count === of ? 1 : Math.min(1, middle + half) }
}

/**
 * Newcombe's hybrid score interval of a difference of two shares, a - b.
 *
 * @see R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17
 *   (1998), 873-890, method 10
 */
export function newcombe(a: Share, b: Share, level = 0.95): Interval {
  const difference = a.count / a.of - b.count / b.of
  const [first, second] = [wilson(a, level), wilson(b, level)]
  const [pa, pb] = [a.count / a.of, b.count / b.of]
  return {
    low: difference - Math.hypot(pa - first.low, second.high - pb),
    high: difference + Math.hypot(first.high - pa, pb - second.low),
  }
}

/**
 * Welch's interval of a difference of two ratios, sum of amounts by sum of views, a - b. The unit is a block of time, since prices are
 * drawn by block: views within one are no independent evidence. The variance of a ratio is the linearised one.
 *
 * @throws {AssertionError} Fewer than two units, or no views, on a side.
 * @see W. G. Cochran, "Sampling Techniques" (1977), 6.3, for the variance; B. L. Welch, Biometrika 34 (1947), 28-35, for the
 *   degrees of freedom
 */
export function welchRatio(
  a: readonly Unit[],
  b: readonly Unit[],
  level = 0.95,
): Interval & Readonly<{ estimate: number; df: number }> {
  const [first, second] = [ratioOf(a), ratioOf(b)]
  const estimate = first.ratio - second.ratio
  const variance = first.variance + second.variance
  if (variance === 0) return { estimate, low: estimate, high: estimate, df: a.length + b.length - 2 }
  const df = variance ** 2 / (first.variance ** 2 / (a.length - 1) + second.variance ** 2 / (b.length - 1))
  const half = studentQuantile(1 - (1 - level) / 2, df) * Math.sqrt(variance)
  return { estimate, low: estimate - half, high: estimate + half, df }
}

function ratioOf(units: readonly Unit[]): Readonly<{ ratio: number; variance: number }> {
  const views = units.reduce((sum, unit) => sum + unit.views, 0)
  assert(units.length > 1 && views > 0, 'a ratio has at least two units, and views')
  const ratio = units.reduce((sum, unit) => sum + unit.amount, 0) / views
  const squares = units.reduce((sum, unit) => sum + (unit.amount - ratio * unit.views) ** 2, 0)
  return { ratio, variance: (units.length * squares) / (units.length - 1) / views ** 2 }
}
