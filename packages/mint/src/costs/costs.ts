// What a small payment costs in fees, from the operator's own settings, exactly; operator's page, command and docs show it.

import { rational, sum, times, toText, type Rational } from './rational.ts'
import type { Fees, MoveFee } from './config.ts'

/** The sizes that are shown, in minor units: top-ups, payouts. */
export const shownSizes = { price: 5, topUps: [300, 500, 1000, 2000, 5000], payouts: [2500, 10_000, 50_000] } as const

/** What is asked: an unlock's price, paid out of top-ups of one size, earned in payouts of one size; minor units. */
export interface CostQuestion {
  readonly fees: Fees
  /** Of what the mint's keysets take for a thousand inputs. */
  readonly inputFeePpk?: number
  readonly price: number
  readonly topUp: number
  readonly payout: number
  /** Names in `fees.topUp` and `fees.payout`. */
  readonly by: { readonly topUp: string; readonly payout: string }
}

/** Shares of the price (0.08 is 8 %), by who takes them; `all` is their sum. */
export interface Cost {
  /** Of who processes the top-up: r + f/T (money.md). */
  readonly topUp: Rational
  /** Of who carries the payout, with the monthly fee, one payout a month. */
  readonly payout: Rational
  /** The operator's commission. */
  readonly commission: Rational
  /** The mint's fee for taking coins back. */
  readonly inputs: Rational
  readonly all: Rational
}

/**
 * What of a price goes to fees.
 *
 * A top-up's fee is spread over everything that is bought from it, a payout's over everything that it pays out: nothing is
 * left in a wallet, and nothing is withdrawn. A processor rounds what it takes to a minor unit each time; this does not.
 *
 * @throws {RangeError} No such method, or a size that is not positive.
 */
export function costOf({ fees, inputFeePpk = 0, price, topUp, payout, by }: CostQuestion): Cost {
  if (!(price > 0 && topUp > 0 && payout > 0)) throw new RangeError('costs: sizes are positive')
  const [takes, pays] = [fees.topUp[by.topUp], fees.payout[by.payout]]
  if (takes === undefined || pays === undefined) throw new RangeError('costs: no such method')
  const parts = {
    topUp: shareOf(takes, topUp),
    payout: sum(shareOf(pays, payout), rational(pays.monthly, payout)),
    commission: rational(fees.commissionBasisPoints, 10_000),
    inputs: rational(inputFee(price, inputFeePpk), price),
  }
  return { ...parts, all: sum(parts.topUp, parts.payout, parts.commission, parts.inputs) }
}

/** r + f/T: what of an amount a fee takes. */
function shareOf({ basisPoints, fixed }: MoveFee, amount: number): Rational {
  return sum(rational(basisPoints, 10_000), rational(fixed, amount))
}

/** The fee for the coins that make a price up exactly, one of each power of two in it (NUT-02: rounded up once). */
function inputFee(price: number, ppk: number): number {
  const coins = [...price.toString(2)].filter((bit) => bit === '1').length
  return Math.floor((coins * ppk + 999) / 1000)
}

/** One line of the table: what a price costs, as text; `percent` of it, `minor` units of it. */
export interface CostRow {
  readonly topUpBy: string
  readonly payoutBy: string
  readonly topUp: number
  readonly payout: number
  readonly minor: string
  readonly percent: { readonly [part in keyof Cost]: string }
}

/** The whole table: every way in with every way out, at each size. */
export function costTable(
  asked: Pick<CostQuestion, 'fees' | 'inputFeePpk'>,
  { price, topUps, payouts }: { price: number; topUps: readonly number[]; payouts: readonly number[] } = shownSizes,
): readonly CostRow[] {
  const ways = Object.keys(asked.fees.topUp).flatMap((topUp) =>
    Object.keys(asked.fees.payout).map((payout) => ({ topUp, payout })),
  )
  return ways.flatMap((by) =>
    topUps.flatMap((topUp) =>
      payouts.map((payout) => {
        const cost = costOf({ ...asked, price, topUp, payout, by })
        return {
          topUpBy: by.topUp,
          payoutBy: by.payout,
          topUp,
          payout,
          minor: toText(times(cost.all, rational(price)), 3),
          percent: mapCost(cost, (share) => toText(times(share, rational(100)), 2)),
        }
      }),
    ),
  )
}

function mapCost<T>({ topUp, payout, commission, inputs, all }: Cost, each: (share: Rational) => T) {
  return {
    topUp: each(topUp),
    payout: each(payout),
    commission: each(commission),
    inputs: each(inputs),
    all: each(all),
  }
}
