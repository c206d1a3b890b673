// Names what went wrong: the mint's own reason, where core passes one on that it does not tell apart. Popup, trip and page ask.
import type { TopUpOutcome } from '@tuppence/core'
import { isTuppenceError } from '@tuppence/protocol'

/** An error code, for the locale's sentences; what they do not know is said as `internal`. */
export function codeOf(error: unknown): string {
  if (!isTuppenceError(error)) return 'internal'
  const { reason } = error.details
  const named = error.code === 'mint-response-invalid' && typeof reason === 'string' && !/^nut-\d+$/.test(reason)
  return named ? reason : error.code
}

/** Why a checkout brought no money, for a note. `stopped`: nobody has paid, as far as the mint knows. */
export function reasonOf(outcome: Exclude<TopUpOutcome, { status: 'topped-up' }>): string {
  if (outcome.status === 'refused') return outcome.reason
  return outcome.status === 'expired' ? 'quote-expired' : 'stopped'
}
