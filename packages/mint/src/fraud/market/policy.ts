// A month's payouts by the product's own code: what may be paid, what the rules find, what a person says; market.ts runs it.

import { payable, payoutTerms, type PayoutTerms } from '../../payout/hold.ts'
import { assessPayout } from '../assess.ts'
import { dayMs, type Finding } from '../facts.ts'
import type { FraudSettings } from '../settings.ts'
import type { Account, Books } from './books.ts'
import type { Dice } from './dice.ts'
import { review, type ReviewerSkill } from './reviewer.ts'

/** What became of one account's payout. */
export interface Decision {
  readonly account: Account
  readonly day: number
  readonly amount: number
  readonly findings: readonly Finding[]
  readonly verdict: 'unseen' | 'pay' | 'refuse' | 'block'
  readonly isAsked: boolean
  /** Whether it was decided when the money had waited as long as everybody's. */
  readonly isInTime: boolean
  readonly paid: number
}

/** What the payouts of a market are made by. */
export interface Policy {
  readonly settings: FraudSettings
  readonly skill: ReviewerSkill
  readonly terms: PayoutTerms
}

/** The terms that figures are for: the product's. */
export const policyTerms: PayoutTerms = payoutTerms

/** Plans and makes a month's payouts. */
export function payOut(books: Books, day: number, { policy, dice }: { policy: Policy; dice: Dice }): Decision[] {
  const nowMs = day * dayMs
  const decisions: Decision[] = []
  for (const account of books.accounts) {
    if (account.isClosed || account.openedAtMs > nowMs) continue
    const { amount } = payable(
      {
        owed: account.owed,
        openedAtMs: account.openedAtMs,
        deposits: account.income.slice(-40).map((one) => ({ dayMs: one.dayMs, amount: one.amount - one.refunded })),
        nowMs,
      },
      policy.terms,
    )
    if (amount === 0) continue
    decisions.push(decide(books, { account, amount, day }, { policy, dice: dice.fork(`${account.id} ${day}`) }))
  }
  return decisions
}

function decide(
  books: Books,
  { account, amount, day }: { account: Account; amount: number; day: number },
  { policy, dice }: { policy: Policy; dice: Dice },
): Decision {
  const nowMs = day * dayMs
  const findings = assessPayout(books.facts(account, amount, nowMs), policy.settings)
  const enforced = findings.filter(({ mode }) => mode === 'enforce')
  const pay = (): number => {
    account.paid.push({ atMs: nowMs, amount })
    account.owed -= amount
    return amount
  }
  const said = { account, day, amount, findings, isAsked: false, isInTime: true }
  if (enforced.some(({ action }) => action === 'block')) {
    account.isClosed = true
    return { ...said, verdict: 'block', paid: 0 }
  }
  if (enforced.length === 0) return { ...said, verdict: 'unseen', paid: pay() }
  const people = enforced.some(({ action }) => action === 'two-people') ? 2 : 1
  const isNew = account.paid.length === 0 || enforced.some(({ rule }) => rule === 'young')
  const { verdict, isAsked, days } = review(account, findings, { dice, skill: policy.skill, people, isNew })
  const isInTime = days * dayMs <= waitOf(books, { account, amount, day }, policy)
  if (verdict === 'refuse') account.isClosed = true
  return { ...said, verdict, isAsked, isInTime, paid: verdict === 'refuse' ? 0 : pay() }
}

/**
 * How long a person has, from the day on which there is something to look at until the money would go anyway: the rules are asked
 * every day about what an account is owed, so that what stood out weeks ago has been seen by now.
 */
function waitOf(
  books: Books,
  { account, amount, day }: { account: Account; amount: number; day: number },
  { settings, terms }: Policy,
): number {
  const nowMs = day * dayMs
  const { newForMs = 0, newHoldMs, holdMs } = terms
  let waitMs = nowMs - account.openedAtMs < newForMs ? newHoldMs : holdMs
  for (const before of [7, 14, 21]) {
    const findings = assessPayout(books.facts(account, amount, nowMs - before * dayMs), settings)
    if (!findings.some(({ mode }) => mode === 'enforce')) break
    waitMs += 7 * dayMs
  }
  return waitMs
}
