// How much of what a publisher is owed may be paid now: pure, by days; plan.ts asks, and whoever plays markets pays by it too.

/** What a payout is bound by. Money in minor units; `basisPoints` are hundredths of a percent. */
export interface PayoutTerms {
  /** Below this nothing is paid: it waits for the next month. */
  readonly minAmount: number
  /** How long income waits, so that what is wrong with it is heard of before it is gone. */
  readonly holdMs: number
  /** The same for a publisher that is new. */
  readonly newHoldMs: number
  /** How long one is new, from its first income on. */
  readonly newForMs: number
  /** Share of what is owed that stays, rounded up. */
  readonly reserveBasisPoints: number
}

const dayMs = 86_400_000

/** What holds where a configuration says nothing: $25, 7 days, 30 for who has begun within 90, a tenth in reserve. */
export const payoutTerms: PayoutTerms = {
  minAmount: 2500,
  holdMs: 7 * dayMs,
  newHoldMs: 30 * dayMs,
  newForMs: 90 * dayMs,
  reserveBasisPoints: 1000,
}

/** What is known of an account in one unit. */
export interface Owed {
  /** Its balance in the ledger, minor units. */
  readonly owed: number
  /** First deposit. */
  readonly openedAtMs: number
  /** Deposits by the day they came (its first moment, UTC), less what of them was refunded since. */
  readonly deposits: readonly { readonly dayMs: number; readonly amount: number }[]
  readonly nowMs: number
}

/** What may be paid, what waits for its age, and what stays: together no more than is owed. */
export interface Payable {
  readonly amount: number
  readonly held: number
  readonly reserve: number
}

/** Works out what may be paid now: 0 if that is below the minimum. */
export function payable({ owed, openedAtMs, deposits, nowMs }: Owed, terms: PayoutTerms): Payable {
  const holdMs = nowMs - openedAtMs < terms.newForMs ? Math.max(terms.newHoldMs, terms.holdMs) : terms.holdMs
  // A day's income is as old as its last moment.
  const young = holdMs === 0 ? [] : deposits.filter((day) => day.dayMs + dayMs > nowMs - holdMs)
  const held = Math.min(
    Math.max(owed, 0),
    young.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0),
  )
  const left = Math.max(owed, 0) - held
  const reserve = Math.min(left, shareUp(Math.max(owed, 0), terms.reserveBasisPoints))
  const amount = left - reserve
  return { amount: amount < Math.max(terms.minAmount, 1) ? 0 : amount, held, reserve }
}

/** A share of an amount, rounded down: a commission takes no part of a cent that is not whole. */
export function shareDown(amount: number, basisPoints: number): number {
  return Number((BigInt(amount) * BigInt(basisPoints)) / 10_000n)
}

/** A share of an amount, rounded up. */
export function shareUp(amount: number, basisPoints: number): number {
  return Number((BigInt(amount) * BigInt(basisPoints) + 9_999n) / 10_000n)
}
