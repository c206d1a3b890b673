/** Quantiles of Student's t and of the normal distribution, for intervals.ts: by the incomplete beta function, inverted by halving. */

/**
 * The quantile of Student's t distribution.
 *
 * @param p - Between 0 and 1, both excluded.
 * @param df - Degrees of freedom, above 0; need not be whole.
 * @returns t with P(T <= t) = p, to about nine digits.
 * @see Abramowitz and Stegun, 26.7.1 (distribution) and 26.5.8 (continued fraction)
 */
export function studentQuantile(p: number, df: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, df)
  let high = 1
  while (studentAtMost(high, df) < p && high < 1e12) high *= 2
  let low = 0
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2
    if (studentAtMost(middle, df) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The quantile of the normal distribution: Student's with so many degrees of freedom that no digit shows the difference. */
export function normalQuantile(p: number): number {
  return studentQuantile(p, 1e8)
}

/** P(T <= t) for t >= 0. */
function studentAtMost(t: number, df: number): number {
  return 1 - incompleteBeta(df / 2, 0.5, { x: df / (df + t * t), rest: (t * t) / (df + t * t) }) / 2
}

/** I_x(a, b), regularised. `rest` is 1 - x, without what subtracting would lose. */
function incompleteBeta(a: number, b: number, at: Readonly<{ x: number; rest: number }>): number {
  const { x, rest } = at
  if (x <= 0) return 0
  if (rest <= 0) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log(rest) - logBeta(a, b))
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(a, b, x)) / a
  return 1 - (front * fraction(b, a, rest)) / b
}

/** The continued fraction of 26.5.8, by Lentz's method. */
function fraction(a: number, b: number, x: number): number {
  const tiny = 1e-300
  const keep = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1))
  let product = d
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / keep(1 + even * d)
    c = keep(1 + even / c)
    product *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / keep(1 + odd * d)
    c = keep(1 + odd / c)
    const step = c * d
    product *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return product
}

/** ln B(a, b); for a large a by Stirling's differences, as the logarithms of large gammas would leave few digits. */
function logBeta(a: number, b: number): number {
  if (a < 1e5) return logGamma(a) + logGamma(b) - logGamma(a + b)
  // ln G(a) - ln G(a + b), 6.1.47 of Abramowitz and Stegun to its second term.
  return logGamma(b) - (b * Math.log(a) + (b * (b - 1)) / (2 * a))
}

/** ln of the gamma function: Stirling's series (6.1.41) above 10, and the recurrence below. */
function logGamma(x: number): number {
  let shift = 0
  let at = x
  for (; at < 10; at += 1) shift += Math.log(at)
  const series = 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1_260 * at ** 5) - 1 / (1_680 * at ** 7)
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift
}
