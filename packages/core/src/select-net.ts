/** Choosing and making coins that cost something to spend: pure. Loaded where such coins are held, which our mints' are not. */
import { limits } from '@tuppence/protocol'
import { selectExact } from './choose-coins.ts'
import { feeOf, netWorth, thousandths, type Priced } from './fees.ts'

/** What `context.net` is once coins with fees were met. */
export const withFees = {
  select: <C extends Priced>(coins: readonly C[], amount: number, max: number = limits.coinsPerCredentialMax) =>
    feeOf(coins) > 0 ? selectNet(coins, amount, max) : selectExact(coins, amount, max),
  worth: netWorth,
}

/** How many ways of choosing coins are looked at before giving up. */
const stepsMax = 5_000

/**
 * Chooses coins that are worth exactly `amount` after the fee for spending them.
 *
 * @param max - Most coins.
 * @returns `undefined`: no such choice was found.
 */
export function selectNet<C extends Priced>(coins: readonly C[], amount: number, max: number): C[] | undefined {
  const sorted = coins.filter((coin) => thousandths(coin) > 0).toSorted((a, b) => thousandths(b) - thousandths(a))
  const enough = 1_000 * amount
  let steps = 0
  const from = (at: number, worth: number, left: number): C[] | undefined => {
    if (worth >= enough) return worth < enough + 1_000 ? [] : undefined
    if (left === 0) return undefined
    let before = 0
    for (let next = at; next < sorted.length && ++steps < stepsMax; next++) {
      const coin = sorted[next] as C
      const brings = thousandths(coin)
      // Another coin of the same worth would come to the same; one that is too large, too.
      if (brings === before || worth + brings >= enough + 1_000) continue
      if (worth + brings * left < enough) return undefined
      before = brings
      const rest = from(next + 1, worth + brings, left - 1)
      if (rest) return [coin, ...rest]
    }
    return undefined
  }
  return from(0, 0, max)
}

/**
 * The amounts of new coins that together are worth exactly `amount` after the fee for spending them.
 *
 * @param feePpk - Of the keyset that will make them.
 * @param sizes - Its denominations: powers of two, 1 among them.
 * @param max - Most coins.
 * @returns Ascending; `undefined` when no number of coins does it.
 */
export function splitNet(amount: number, feePpk: number, sizes: readonly number[], max: number): number[] | undefined {
  for (let count = 1; count <= max; count++) {
    const coins = splitInto(amount + Math.ceil((count * feePpk) / 1_000), count, sizes)
    if (coins) return coins
  }
  return undefined
}

/** An amount in exactly so many coins: the fewest, then halves of the largest. */
function splitInto(amount: number, count: number, sizes: readonly number[]): number[] | undefined {
  const coins: number[] = []
  let rest = amount
  for (const size of sizes.toSorted((a, b) => b - a)) {
    for (; rest >= size && coins.length <= count; rest -= size) coins.push(size)
  }
  while (coins.length < count && (coins[0] ?? 1) > 1) {
    const [largest = 1, ...others] = coins
    coins.splice(0, coins.length, ...[...others, largest / 2, largest / 2].sort((a, b) => b - a))
  }
  return coins.length === count && rest === 0 ? coins.reverse() : undefined
}
