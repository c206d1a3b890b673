// Money as whole minor units: reads the decimal text of configurations and attributes, writes text for people.

import { TuppenceError } from './errors.ts'
import { limits } from './limits.ts'

// ISO 4217 minor units; a unit that is not here (sat, for one) has none.
const exponents: { readonly [unit: string]: number } = {
  usd: 2,
  eur: 2,
  gbp: 2,
  chf: 2,
  cad: 2,
  aud: 2,
  nzd: 2,
  sek: 2,
  nok: 2,
  dkk: 2,
}

/** Decimal places of a unit: 2 for `usd`, 0 for what is not listed. */
export function unitExponent(unit: string): number {
  return Object.hasOwn(exponents, unit) ? (exponents[unit] as number) : 0
}

/** Whether a value is an amount: a whole number of minor units, 1 .. `limits.amountMax`. */
export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= limits.amountMax
}

/**
 * Reads decimal text, exactly; never through a float.
 *
 * @param text - `0.05`, `1`, `1.50`: digits, at most one dot, no more decimals than the unit has.
 * @returns Minor units.
 * @throws {TuppenceError} `bad-amount`, `amount-out-of-range`
 * @example parseAmount('0.05', 'usd') // 5
 */
export function parseAmount(text: string, unit: string): number {
  const exponent = unitExponent(unit)
  const match = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text)
  const decimals = match?.[2] ?? ''
  if (!match || decimals.length > exponent) throw new TuppenceError('bad-amount', { details: { unit } })
  const amount = Number(match[1] + decimals.padEnd(exponent, '0'))
  if (!isAmount(amount)) throw new TuppenceError('amount-out-of-range', { details: { unit } })
  return amount
}

/** Minor units as plain decimal text, the inverse of parseAmount: `5` usd is `0.05`. */
export function decimalAmount(amount: number, unit: string): string {
  const exponent = unitExponent(unit)
  const digits = String(amount).padStart(exponent + 1, '0')
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/**
 * Minor units as text for a person: `5¢`, `$1.25`, `1,250 sat`.
 *
 * @param amount - Minor units; zero and negative ones (history) too.
 * @param locale - BCP 47; the cent sign is used where English is.
 */
export function formatAmount(amount: number, unit: string, locale = 'en'): string {
  if (unit === 'usd' && amount > 0 && amount < 100 && locale.startsWith('en')) return `${amount}¢`
  if (!Object.hasOwn(exponents, unit)) return `${new Intl.NumberFormat(locale).format(amount)} ${unit}`
  const value = amount / 10 ** unitExponent(unit)
  return new Intl.NumberFormat(locale, { style: 'currency', currency: unit.toUpperCase() }).format(value)
}
