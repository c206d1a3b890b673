// Amounts as a person reads them. Every screen uses it.
import { formatAmount } from '@tuppence/protocol'

/** `5¢`, `$1`, `$4.95`: minor units, without the decimals of a whole amount. */
export function money(amount: number, unit: string, language: string): string {
  return formatAmount(amount, unit, language).replace(/[.,]00(?=\D*$)/, '')
}
