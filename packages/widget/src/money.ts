// Amounts as a person reads them. Every screen uses it.
import { formatAmount } from '@tuppence/protocol'

/** `5¢`, `$1`, `$4.95`: minor units, without the decimals of a whole amount; digits as the language writes them. */
export function money(amount: number, unit: string, language: string): string {
  return formatAmount(amount, unit, language).replace(/[.,٫][0٠]{2}(?=[^\d٠-٩]*$)/, '')
}
