// Card testing: somebody tries stolen cards on small top-ups, to learn which are good; assess.ts asks at the quote and before capture.

import type { TopUpFacts } from '../facts.ts'
import { money, type Rule } from '../rule.ts'

const hourMs = 3_600_000

/** @see Rule */
export const cardTesting: Rule<TopUpFacts, 'card-testing'> = {
  name: 'card-testing',
  says: 'A top-up is below the least amount, or its address has used more than 3 instruments today, or was declined 5 times within an hour: refused for an hour.',
  check: ({ nowMs, unit, amount, instrument, address }, { minAmount, instrumentsMax, declinesMax, waitMs }) => {
    if (amount < minAmount)
      return {
        action: 'block',
        reason: `The top-up of ${money(amount, unit)} is below the least amount of ${money(minAmount, unit)}.`,
        figures: { amount, minAmount },
      }
    if (address === undefined) return undefined
    const instruments = address.otherInstruments + (instrument === undefined ? 0 : 1)
    if (instruments > instrumentsMax)
      return {
        action: 'block',
        reason: `${instruments} instruments were used from one network address today; up to ${instrumentsMax} are expected.`,
        figures: { instruments, instrumentsMax },
        untilMs: nowMs + waitMs,
      }
    const untilMs = refusedUntil(address.declinesMs, { nowMs, declinesMax, waitMs })
    if (untilMs === undefined) return undefined
    const declines = address.declinesMs.filter((atMs) => atMs > nowMs - hourMs).length
    return {
      action: 'block',
      reason: `${Math.max(declines, declinesMax)} payments from one network address were declined within an hour; from ${declinesMax} on, top-ups are refused for ${Math.round(waitMs / 60_000)} minutes.`,
      figures: { declines: Math.max(declines, declinesMax), declinesMax },
      untilMs,
    }
  },
}

/** When the wait after the last full hour of declines is over, if it is not. */
function refusedUntil(
  declinesMs: readonly number[],
  { nowMs, declinesMax, waitMs }: { nowMs: number; declinesMax: number; waitMs: number },
): number | undefined {
  const sorted = declinesMs.toSorted((a, b) => a - b)
  let untilMs = 0
  for (const [index, atMs] of sorted.entries()) {
    const first = sorted[index - declinesMax + 1]
    if (first !== undefined && atMs - first < hourMs) untilMs = atMs + waitMs
  }
  return untilMs > nowMs ? untilMs : undefined
}
