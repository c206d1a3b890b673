// The person who looks at what is held, modelled with room for error: what they see, what they conclude, when they refuse.

import type { Finding } from '../facts.ts'
import type { Account } from './books.ts'
import type { Dice } from './dice.ts'

/**
 * How well people see. `eye`: error of one look at a site. `believed`: share of fronts whose first made-up proof is believed, and
 * of those, the share that is believed again by another person or another time. `honestFail`: share of honest publishers who
 * don't prove what they are.
 */
export interface ReviewerSkill {
  readonly eye: number
  readonly believed: number
  readonly believedAgain: number
  readonly honestFail: number
}

/** What the figures in docs/fraud.md are for. */
export const reviewerSkill: ReviewerSkill = { eye: 0.6, believed: 0.12, believedAgain: 0.4, honestFail: 0.01 }

/** People who believe most of what they are told. */
export const poorReviewerSkill: ReviewerSkill = { eye: 1, believed: 0.35, believedAgain: 0.7, honestFail: 0.02 }

/** What became of a review. `days`: until it was decided, from the day on which there was something to look at. */
export interface Verdict {
  readonly verdict: 'pay' | 'refuse'
  readonly isAsked: boolean
  readonly days: number
}

/** How a site looks: below `hollow` as if nobody reads or writes it, above `real` as if people do. */
const hollow = -0.5
const real = 0.8
/** Evidence that is not explained by a look at the site, however good. */
const strong = 4

/**
 * Decides on a payout. The reviewer sees the findings with their figures and visits the site; never a coin, a reader or what
 * anybody bought. They refuse where the site looks hollow and there is evidence besides, and where the publisher was asked for
 * proof (who writes, who reads: analytics, mail from the domain) and has none. They ask everybody once, before the
 * first payout; later where the site does not look real and the account is young or there is evidence, and where evidence is
 * strong whatever the site looks like.
 */
export function review(
  account: Account,
  findings: readonly Finding[],
  { dice, skill, people, isNew }: { dice: Dice; skill: ReviewerSkill; people: 1 | 2; isNew: boolean },
): Verdict {
  const weight = weightOf(findings)
  let days = 0
  let isAsked = false
  for (let person = 0; person < people; person++) {
    days = Math.max(days, 1 + dice.below(3))
    const look = account.looks + dice.normal(0, skill.eye)
    if (look < hollow && weight >= 2) return { verdict: 'refuse', isAsked, days }
    const asks = account.proofs === 0 || weight >= strong || (look < real && (isNew || weight >= 2))
    if (!asks) continue
    if (!isAsked) days += 1 + Math.round(dice.around(3.5, 0.7))
    isAsked = true
    if (!answersWell(account, { dice, skill })) return { verdict: 'refuse', isAsked, days }
  }
  return { verdict: 'pay', isAsked, days }
}

/** The first proof is good or not, whoever asks for it; later ones have to fit the first. */
function answersWell(account: Account, { dice, skill }: { dice: Dice; skill: ReviewerSkill }): boolean {
  const isFirst = account.proofs++ === 0
  if (account.owner === 'honest')
    return isFirst ? account.answers >= skill.honestFail : !dice.chance(skill.honestFail / 4)
  // A front that was dressed up for money lies better.
  const better = account.isDressed ? 2 : 1
  return isFirst ? account.answers < skill.believed * better : dice.chance(Math.min(0.9, skill.believedAgain * better))
}

/** Reasons to look that say nothing against an account by themselves. */
const neutral: readonly string[] = ['payout-size', 'young', 'destinations', 'reports']

/** Weight of evidence: 2 for each finding that holds, 1 for each other, and nothing for what is only a reason to look. */
export function weightOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { rule, action }) => {
    if (neutral.includes(rule)) return sum
    return sum + (action === 'review' ? 1 : 2)
  }, 0)
}
