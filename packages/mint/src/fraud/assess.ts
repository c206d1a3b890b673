// Asks every rule that is switched on about what is known; funding asks before money comes in, payouts before it leaves.

import type { Finding, PayoutFacts, RuleName, TopUpFacts } from './facts.ts'
import type { Rule } from './rule.ts'
import { payoutRules, topUpRules } from './rules.ts'
import type { FraudSettings } from './settings.ts'

/**
 * Judges a payout that is about to be made.
 *
 * @returns What the rules found: those in mode `enforce` hold the payout as their action says, those in mode `review` are for
 *   a person to see.
 */
export function assessPayout(facts: PayoutFacts, settings: FraudSettings): Finding[] {
  return findings(Object.values(payoutRules), facts, settings)
}

/**
 * Judges a top-up that somebody asks for, or whose instrument is known by now.
 *
 * @returns What the rules found: any in mode `enforce` refuses it, until `untilMs` where that is named.
 */
export function mayTopUp(facts: TopUpFacts, settings: FraudSettings): Finding[] {
  return findings(Object.values(topUpRules), facts, settings)
}

function findings<Facts, Name extends RuleName>(
  rules: readonly { [N in Name]: Rule<Facts, N> }[Name][],
  facts: Facts,
  settings: FraudSettings,
): Finding[] {
  return rules.flatMap((rule) => {
    const limits = settings[rule.name]
    if (limits.mode === 'off') return []
    // Each rule is given the settings of its own name; the compiler cannot follow that through a list.
    const check = rule.check as (facts: Facts, limits: FraudSettings[RuleName]) => ReturnType<typeof rule.check>
    const alarm = check(facts, limits)
    return alarm === undefined ? [] : [{ rule: rule.name, mode: limits.mode, ...alarm }]
  })
}
