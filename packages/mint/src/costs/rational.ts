// Fractions of whole numbers, exactly: shares of money are computed with them and rounded once, as text; costs.ts uses them.

/** A fraction; the denominator is positive and the two have no factor in common. */
export interface Rational {
  readonly over: bigint
  readonly under: bigint
}

/** A fraction in lowest terms. `under` must not be 0. */
export function rational(over: bigint | number, under: bigint | number = 1n): Rational {
  const [top, bottom] = [BigInt(over), BigInt(under)]
  const sign = bottom < 0n ? -1n : 1n
  const factor = sign * divisor(top < 0n ? -top : top, bottom < 0n ? -bottom : bottom)
  return { over: top / factor, under: bottom / factor }
}

/** The sum of fractions; 0 of none. */
export function sum(...parts: readonly Rational[]): Rational {
  return parts.reduce((a, b) => rational(a.over * b.under + b.over * a.under, a.under * b.under), rational(0n))
}

/** a × b. */
export function times(a: Rational, b: Rational): Rational {
  return rational(a.over * b.over, a.under * b.under)
}

/** Whether a is at most b. */
export function isAtMost(a: Rational, b: Rational): boolean {
  return a.over * b.under <= b.over * a.under
}

/** A fraction as text with so many decimals, halves away from zero. */
export function toText({ over, under }: Rational, decimals: number): string {
  const scaled = 2n * (over < 0n ? -over : over) * 10n ** BigInt(decimals)
  const digits = ((scaled + under) / (2n * under)).toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return over < 0n && /[1-9]/.test(text) ? `-${text}` : text
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b)
}
