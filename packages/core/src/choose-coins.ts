/**
 * Choosing coins for a price: pure, and on the pay path; the actions call it inside their transactions. See coins.ts.
 *
 * Coins are powers of two. What a wallet wants is to pay any price up to `priceMax` exactly, at once, with few coins,
 * several times in a row: so it keeps two or three of each small coin (coins.ts), and chooses the coins of a payment by what they leave behind.
 */
import { limits, type Coin } from '@tuppence/protocol'

/** A coin in the wallet. Whether it is spendable, reserved or lent follows from the open payments that name it. */
export type HeldCoin = Coin & {
  readonly mint: string
  readonly unit: string
  /** Lent for this site's exact origin; absent in a vault. */
  readonly site?: string | undefined
  /** What its keyset takes for spending it, in thousandths of a minor unit (NUT-02). Absent: nothing. */
  readonly feePpk?: number | undefined
}

/** Prices up to here (minor units) are to be payable at once. */
export const priceMax = 500

/** The price range that a wallet wants to be good for several times in a row without new change. */
const smallPriceMax = 64

/** How many payments ahead a choice of coins looks. */
const paymentsAhead = 4

/** Ways of paying that are looked at before the best so far is taken: a bound on time, far above what real wallets need. */
const stepsMax = 2_000

/** Anything with a worth, and perhaps a fee for spending it. */
export type Sized = { readonly amount: number; readonly feePpk?: number | undefined }

/** Sum of amounts, minor units. */
export function total(coins: Iterable<Sized>): number {
  let sum = 0
  for (const { amount } of coins) sum += amount
  return sum
}

/**
 * The largest R such that every amount 1 .. R can be made exactly.
 *
 * @param amounts - In any order.
 */
export function reach(amounts: readonly number[]): number {
  let made = 0
  for (const amount of amounts.toSorted((a, b) => a - b)) {
    if (amount > made + 1) break
    made += amount
  }
  return made
}

/**
 * Chooses coins worth exactly `amount`: the choice that leaves the wallet able to pay the most next time, then the one
 * with the fewest coins.
 *
 * @param max - Most coins; a credential holds `limits.coinsPerCredentialMax`.
 * @returns `undefined` when no such choice exists.
 */
export function selectExact<C extends Sized>(
  coins: readonly C[],
  amount: number,
  max: number = limits.coinsPerCredentialMax,
): C[] | undefined {
  const piles = pileUp(coins)
  const best = bestCounts(piles, amount, max)
  return best && piles.flatMap(({ coins: pile }, at) => pile.slice(0, best[at]))
}

/** Coins of one amount. `below`: what they and all smaller ones are worth together. */
type Pile<C> = { readonly size: number; readonly coins: C[]; readonly below: number }

/** The largest first; within a pile in the order given. */
function pileUp<C extends Sized>(coins: readonly C[]): Pile<C>[] {
  const piles = new Map<number, Pile<C>>()
  let below = 0
  for (const coin of coins.toSorted((a, b) => a.amount - b.amount)) {
    below += coin.amount
    piles.set(coin.amount, { size: coin.amount, coins: [...(piles.get(coin.amount)?.coins ?? []), coin], below })
  }
  return [...piles.values()].toReversed()
}

/** Tries counts pile by pile, from the largest coin down, leaving out what can no longer come to the amount. */
function bestCounts(piles: readonly Pile<Sized>[], amount: number, max: number): number[] | undefined {
  const counts = piles.map(() => 0)
  let best: { readonly counts: number[]; readonly payable: number } | undefined
  let steps = 0
  const tryFrom = (at: number, rest: number, left: number): void => {
    if (rest === 0) {
      const payable = payableAfter(piles, counts)
      // Of powers of two, the largest first, the first choice is the one with the fewest coins.
      if (!best || payable > best.payable) best = { counts: [...counts], payable }
      return
    }
    const pile = piles[at]
    if (!pile || rest > pile.below || rest > left * pile.size || ++steps > stepsMax) return
    for (let count = Math.min(pile.coins.length, Math.floor(rest / pile.size), left); count >= 0; count--) {
      counts[at] = count
      tryFrom(at + 1, rest - count * pile.size, left - count)
    }
  }
  tryFrom(0, amount, max)
  return best?.counts
}

/** How good the coins are that a choice leaves: how much can be paid next, and after that. */
function payableAfter(piles: readonly Pile<Sized>[], counts: readonly number[]): number {
  let rest = piles.flatMap(({ coins }, at) => coins.slice(counts[at]).map(({ amount }) => amount))
  let payable = Math.min(reach(rest), priceMax)
  for (let ahead = 1; ahead < paymentsAhead; ahead++) {
    rest = withoutOneEach(rest)
    payable += Math.min(reach(rest), smallPriceMax)
  }
  return payable
}

/** What is left in the worst case after one exact payment: each amount one time less. */
function withoutOneEach(amounts: readonly number[]): number[] {
  const seen = new Set<number>()
  return amounts.filter((amount) => {
    const again = seen.has(amount)
    seen.add(amount)
    return again
  })
}
