// What a mint can honestly know of fraud: money where it enters and where it leaves, and a publisher's sums; collect.ts reads
// these, the rules judge them. No coin, reader or article is in here.

/** Names of the rules. */
export type RuleName = TopUpRuleName | PayoutRuleName

/** Rules about money in. */
export type TopUpRuleName = 'card-testing' | 'velocity'

/** Rules about money out. */
export type PayoutRuleName =
  | 'payout-size'
  | 'fresh-money'
  | 'amounts'
  | 'circularity'
  | 'audience'
  | 'refunds'
  | 'destinations'
  | 'reports'
  | 'young'
  | 'together'

/** Whether a rule only shows what it found, or what it found holds the money. */
export type RuleMode = 'review' | 'enforce'

/**
 * What is to be done: `review` one person looks at it, `two-people` two do; `hold` it stays until somebody has an explanation;
 * `block` it is refused, whoever looks.
 */
export type FindingAction = 'review' | 'two-people' | 'hold' | 'block'

/**
 * What a rule found. `reason` is for a person and has the figures in it, `figures` the same for a machine: minor units, counts,
 * percent. `untilMs`: when it is over by itself.
 */
export interface Finding {
  readonly rule: RuleName
  readonly action: FindingAction
  readonly mode: RuleMode
  readonly reason: string
  readonly figures: Readonly<Record<string, number>>
  readonly untilMs?: number
}

/** Money that an instrument brought (positive) or got back (negative), minor units. */
export interface Movement {
  readonly atMs: number
  readonly amount: number
}

/** What is known when somebody wants to put money in, of one unit. */
export interface TopUpFacts {
  readonly nowMs: number
  readonly unit: string
  readonly method: string
  /** Minor units that are asked for. */
  readonly amount: number
  /** The processor's word for one card or account; not known before a reader has been at the processor's page. */
  readonly instrument?: string
  /** Top-ups of this instrument less withdrawals, of the last 30 days. */
  readonly movements: readonly Movement[]
  /** What came from the same network address today, known by a salted name that is forgotten with the day. */
  readonly address?: {
    /** Other instruments than this one. */
    readonly otherInstruments: number
    /** When instruments were declined, in the last two hours. */
    readonly declinesMs: readonly number[]
  }
}

/** A day of one account's deposits and refunds, in minor units. */
export interface IncomeDay {
  /** First moment of the day, UTC. */
  readonly dayMs: number
  readonly amount: number
  readonly count: number
  /** Of `amount`: in coins of the keyset that was the newest of its unit when they were deposited. */
  readonly fresh: number
  readonly refunded: number
  readonly refundCount: number
  /** How many deposits there were of each amount. */
  readonly sizes: readonly { readonly amount: number; readonly count: number }[]
}

/** What a till says of a day. It is the publisher's own word: only what can be held against deposits is worth much. */
export interface ReportDay {
  readonly dayMs: number
  readonly views: number
  readonly unlocks: number
  readonly tips: number
  readonly tipsAmount: number
  readonly tipsAtMax: number
  /** Minor units; absent where there is no tip jar. */
  readonly tipMin?: number
  readonly tipMax?: number
  /** Prices of articles and passes that day, minor units. */
  readonly prices: readonly number[]
}

/** What one account is measured by. */
export interface PlatformFacts {
  /** Established accounts (of 90 days and more) with income in the last 7 days; newer ones could make the measure theirs. */
  readonly accounts: number
  /** Median of accounts' shares of fresh money in 7 days, in hundredths of a percent. */
  readonly freshMedian: number
  /** The 95th of 100 accounts by income for a thousand views in 30 days, minor units. */
  readonly perThousandViewsP95: number
}

/** What is known when an account is to be paid, of one unit. */
export interface PayoutFacts {
  readonly account: string
  readonly unit: string
  readonly nowMs: number
  /** Minor units about to be paid. */
  readonly amount: number
  /** First deposit of the account. */
  readonly openedAtMs: number
  /** What was paid out before. */
  readonly paid: readonly Movement[]
  /** The last 60 days that had any; oldest first. */
  readonly income: readonly IncomeDay[]
  readonly reports: readonly ReportDay[]
  /** Top-ups by an instrument that is the payout's destination. */
  readonly topUpsByDestination: { readonly count: number; readonly amount: number }
  /** Other accounts that are paid to the same destination. */
  readonly sameDestination: number
  readonly platform: PlatformFacts
}

/** A day, as facts count them: UTC. */
export const dayMs = 86_400_000

/** First moment of the day that a moment is in. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs
}
