// Thresholds and modes of the fraud rules, as a mint's configuration has them; config.ts reads them, every rule is given them.

import * as v from 'valibot'

const count = (min: number, max: number, standard: number) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max)), standard)
const cents = (standard: number) => count(0, Number.MAX_SAFE_INTEGER, standard)
const percent = (standard: number) => count(0, 100, standard)
/** `off` judges nothing, `review` only shows, `enforce` refuses or holds. */
const mode = (standard: 'review' | 'enforce') => v.optional(v.picklist(['off', 'review', 'enforce']), standard)
const rule = <E extends v.ObjectEntries>(entries: E) => v.optional(v.strictObject(entries), {} as never)

/**
 * A rule each, by its name. Amounts are minor units (as cents are), shares are percent. What is not in the design's table starts
 * in review mode.
 */
export const fraudSchema = v.strictObject({
  /** The least that may be topped up, instruments of one address in a day, declines of one in an hour, and how long it waits. */
  'card-testing': rule({
    mode: mode('enforce'),
    minAmount: cents(500),
    instrumentsMax: count(1, 1_000_000, 3),
    declinesMax: count(1, 1_000_000, 5),
    waitMs: count(0, 604_800_000, 3_600_000),
  }),
  /** What one instrument may bring in a day and in 30, less what it got back. */
  velocity: rule({ mode: mode('enforce'), dayMax: cents(2_000), monthMax: cents(5_000) }),
  /** Payouts that two people decide: above an amount, or above so many times what the account is paid. */
  'payout-size': rule({
    mode: mode('enforce'),
    amount: cents(100_000),
    times: count(1, 1_000, 3),
    least: cents(10_000),
  }),
  /** Share of 7 days' income in coins of the newest keyset, and how many times the platform's median that must be. */
  'fresh-money': rule({
    mode: mode('enforce'),
    sharePercent: percent(60),
    times: count(1, 100, 3),
    least: cents(10_000),
  }),
  /** Share of tips at the maximum, and share of income in amounts that are on no price list. */
  amounts: rule({
    mode: mode('enforce'),
    atMaxPercent: percent(40),
    offListPercent: percent(40),
    tipsMin: count(1, 1_000_000, 10),
    least: cents(2_500),
  }),
  circularity: rule({ mode: mode('enforce') }),
  /** Income for a view, times the platform's 95th of 100 accounts. */
  audience: rule({
    mode: mode('enforce'),
    times: count(1, 1_000, 10),
    accountsMin: count(1, 1_000_000, 20),
    least: cents(2_500),
  }),
  /** Share of 7 days' deposits that was given back. */
  refunds: rule({ mode: mode('enforce'), sharePercent: percent(20), countMin: count(1, 1_000_000, 10) }),
  /** Accounts that are paid to one destination. */
  destinations: rule({ mode: mode('review'), accountsMax: count(1, 1_000, 1) }),
  /** How far a till's reports may be from its deposits, and the income from which there must be reports. */
  reports: rule({ mode: mode('review'), offPercent: percent(30), least: cents(10_000) }),
  /** Age until which each payout above an amount is looked at, and the amount above which two people do. */
  young: rule({ mode: mode('enforce'), days: count(0, 3_650, 365), least: cents(5_000), twoPeople: cents(15_000) }),
  /** Several measures that are each close to their limit. */
  together: rule({
    mode: mode('review'),
    closePercent: percent(50),
    atLeast: count(1, 10, 2),
    least: cents(2_500),
  }),
})

/** Checked settings, defaults filled in. */
export type FraudSettings = v.InferOutput<typeof fraudSchema>

/** What holds where nothing is configured. */
export const fraudDefaults: FraudSettings = v.parse(fraudSchema, {})
