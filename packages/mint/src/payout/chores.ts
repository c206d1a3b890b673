// What the mint does about payouts now and then: plans a month's once it has begun, sends, and asks after what went; mint.ts starts it.

import { startChore } from '../chore.ts'
import type { Deps } from '../deps.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { rebookLost } from './restored.ts'

const planEveryMs = 3_600_000
const sendEveryMs = 60_000

/** Starts them, where there is any way to pay. @returns Ends each. */
export function payoutChores(deps: Deps): readonly (() => void)[] {
  if (deps.payouts.size === 0) return []
  const { log, clock, config } = deps
  // What was under way when the mint last ended; nobody waits for it.
  rebookLost(deps)
    .then(() => sendPayouts(deps))
    .catch(() => log('error', 'payouts-not-sent', { at: 'start' }))
  return [
    startChore(log, { event: 'payouts-not-planned', everyMs: planEveryMs }, async () => {
      const day = new Date(clock.nowMs()).getUTCDate()
      if (config.payout.enabled && day >= config.payout.fromDay) await planPayouts(deps)
    }),
    startChore(log, { event: 'payouts-not-sent', everyMs: sendEveryMs }, () => sendPayouts(deps)),
  ]
}
