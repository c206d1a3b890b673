/**
 * Choosing, counting and planning coins: pure; the actions call it inside their transactions.
 *
 * Coins are powers of two. What a wallet wants is to pay any price up to `priceMax` exactly, at once, with few coins,
 * several times in a row: so it keeps two or three of each small coin, and chooses the coins of a payment by what they leave behind.
 */
import { limits, type Coin } from '@tuppence/protocol'
import { feeOf } from './fees.ts'

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

/**
 * Copies that a wallet wants besides the first: of coins up to half of the largest below `priceMax`, fewer where a price can
 * take nearly all there is, which has to fit into one credential; and of that largest one, in which large balances are
 * held rather than in coins that no price takes. Found by `npm run sim -- --figures`.
 */
const extraCopies = { little: 1, much: 2, large: 8 } as const

/** The part of a balance that may sit in extra copies of small coins. */
const extraShare = 0.3

type Sized = { readonly amount: number; readonly feePpk?: number | undefined }

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

type Best = { readonly counts: number[]; readonly payable: number; readonly used: number }

/** Tries counts pile by pile, from the largest coin down, leaving out what can no longer come to the amount. */
function bestCounts(piles: readonly Pile<Sized>[], amount: number, max: number): number[] | undefined {
  const counts = piles.map(() => 0)
  let best: Best | undefined
  let steps = 0
  const tryFrom = (at: number, rest: number, left: number): void => {
    if (rest === 0) {
      const found = { counts: [...counts], payable: payableAfter(piles, counts), used: max - left }
      if (!best || isBetter(found, best)) best = found
      return
    }
    const pile = piles[at]
    if (!pile || rest > pile.below || rest > left * pile.size || ++steps > stepsMax) return
    for (let count = Math.min(pile.coins.length, Math.floor(rest / pile.size), left); count >= 0; count--) {
      counts[at] = count
      tryFrom(at + 1, rest - count * pile.size, left - count)
    }
    counts[at] = 0
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

function isBetter(a: Best, b: Best): boolean {
  return a.payable > b.payable || (a.payable === b.payable && a.used < b.used)
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

/**
 * The coins in which a balance is best held: one of each up to `priceMax` as far as it goes, one or two more of all
 * but the largest of these, several of that one, and the rest in as few as possible.
 *
 * @param sizes - The keyset's denominations: powers of two, in any order, 1 among them.
 * @returns Ascending amounts that add up to the balance.
 */
export function planCoins(balance: number, sizes: readonly number[]): number[] {
  const usable = sizes.filter((size) => size <= priceMax).toSorted((a, b) => a - b)
  const large = Math.max(...usable)
  const plan: number[] = []
  let rest = balance
  const add = (size: number) => {
    plan.push(size)
    rest -= size
  }
  for (const size of usable) {
    if (size > rest) break
    add(size)
  }
  let spare = Math.min(rest, Math.floor(balance * extraShare))
  const most = balance > priceMax ? extraCopies.much : extraCopies.little
  for (let copy = 0; copy < most; copy++) {
    for (const size of usable) {
      if (size > spare || size === large) break
      add(size)
      spare -= size
    }
  }
  const copies = Math.min(extraCopies.large, Math.floor(rest / large))
  for (let copy = 0; copy < copies; copy++) add(large)
  return [...plan, ...splitFewest(rest, sizes)].sort((a, b) => a - b)
}

/** As `planCoins`, with one price first of all: payable at once, in the fewest coins. */
export function planCoinsFor(price: number, balance: number, sizes: readonly number[]): number[] {
  return [...splitFewest(price, sizes), ...planCoins(balance - price, sizes)].sort((a, b) => a - b)
}

/**
 * The coins in which new money is best taken, beside those that are held.
 *
 * @param held - Amounts in the wallet already.
 * @returns Ascending amounts that add up to `added`.
 */
export function planOutputs(held: readonly number[], added: number, sizes: readonly number[]): number[] {
  const missing = without(planCoins(total(held.map(sized)) + added, sizes), held)
  const outputs: number[] = []
  let rest = added
  // The small ones first: they are what makes prices payable.
  for (const size of missing) {
    if (size > rest) break
    outputs.push(size)
    rest -= size
  }
  return [...outputs, ...splitFewest(rest, sizes)].sort((a, b) => a - b)
}

/** What a swap for better coins takes and makes. */
export type Change<C> = { readonly inputs: C[]; readonly outputs: number[] }

/**
 * Plans a swap after which the coins are as `planCoins` wants them.
 *
 * @param coins - Spendable coins of one mint and unit.
 * @param sizes - Denominations of the mint's active keyset.
 * @param isCurrent - Whether a coin is of that keyset; others are changed first of all.
 * @param max - Most inputs, and most outputs.
 * @returns `undefined` when the coins are good enough as they are.
 */
export function planChange<C extends Sized>(
  coins: readonly C[],
  sizes: readonly number[],
  isCurrent: (coin: C) => boolean,
  max: number,
): Change<C> | undefined {
  const plan = planCoins(total(coins), sizes)
  if (
    coins.every(isCurrent) &&
    isWellChanged(
      coins.map(({ amount }) => amount),
      plan,
    )
  )
    return undefined
  const missing = countUp(plan)
  const inputs = coins.filter((coin) => {
    const wanted = missing.get(coin.amount) ?? 0
    if (wanted === 0 || !isCurrent(coin)) return true
    missing.set(coin.amount, wanted - 1)
    return false
  })
  const outputs = [...missing].flatMap(([size, count]) => Array<number>(count).fill(size)).sort((a, b) => a - b)
  return inputs.length > max || outputs.length > max ? undefined : { inputs, outputs }
}

/** Whether every price is payable that could be, and of each coin that prices take as many are there as the plan wants. */
function isWellChanged(amounts: readonly number[], plan: readonly number[]): boolean {
  const held = countUp(amounts)
  if (reach(amounts) < Math.min(reach(plan), priceMax)) return false
  return [...countUp(plan)].every(([size, wanted]) => size > priceMax || (held.get(size) ?? 0) >= wanted)
}

/**
 * Plans a swap after which `amount` itself is payable: the fewest coins that are worth it and their fee, for it and the best
 * rest.
 *
 * @param wanted - In which coins; the fewest when absent. They may be worth more than `amount`: the fee for spending them.
 * @returns `undefined` when the coins are not worth the amount, or need more than `max` inputs.
 */
export function planChangeFor<C extends Sized>(
  coins: readonly C[],
  amount: number,
  sizes: readonly number[],
  max: number,
  wanted: readonly number[] = splitFewest(amount, sizes),
): Change<C> | undefined {
  const price = total(wanted.map(sized))
  const worth = (some: readonly C[]) => total(some) - feeOf(some)
  // The smallest single coin that is enough, else the largest coins together.
  const enough = coins.filter((coin) => worth([coin]) >= price).toSorted((a, b) => a.amount - b.amount)[0]
  const inputs: C[] = enough ? [enough] : []
  for (const coin of enough ? [] : coins.toSorted((a, b) => b.amount - a.amount)) {
    if (worth(inputs) < price) inputs.push(coin)
  }
  const sum = worth(inputs)
  if (sum < price || inputs.length > max) return undefined
  const kept = without(
    coins.map(({ amount: size }) => size),
    inputs.map(({ amount: size }) => size),
  )
  const outputs = [...wanted, ...planOutputs(kept, sum - price, sizes)].sort((a, b) => a - b)
  return outputs.length > max ? undefined : { inputs, outputs }
}

/** The fewest coins that make an amount; sizes that are powers of two always can. */
function splitFewest(amount: number, sizes: readonly number[]): number[] {
  const coins: number[] = []
  let rest = amount
  for (const size of sizes.toSorted((a, b) => b - a)) {
    for (; rest >= size; rest -= size) coins.push(size)
  }
  return coins
}

function countUp(amounts: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const amount of amounts) counts.set(amount, (counts.get(amount) ?? 0) + 1)
  return counts
}

/** Amounts of the first list that remain when those of the second are taken out, each once. */
function without(amounts: readonly number[], taken: readonly number[]): number[] {
  const counts = countUp(taken)
  return amounts.filter((amount) => {
    const count = counts.get(amount) ?? 0
    counts.set(amount, count - 1)
    return count <= 0
  })
}

function sized(amount: number): Sized {
  return { amount }
}
