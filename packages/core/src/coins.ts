/** Planning the coins in which a balance is held, and swaps for them: pure; the actions call it inside their transactions. */
import { priceMax, reach, total, type Sized } from './choose-coins.ts'
import { feeOf } from './fees.ts'

export { priceMax, reach, selectExact, total, type HeldCoin } from './choose-coins.ts'

/**
 * Copies that a wallet wants besides the first: of coins up to half of the largest below `priceMax`, fewer where a price can
 * take nearly all there is, which has to fit into one credential; and of that largest one, in which large balances are
 * held rather than in coins that no price takes. Found by `npm run sim -- --figures`.
 */
const extraCopies = { little: 1, much: 2, large: 8 } as const

/** The part of a balance that may sit in extra copies of small coins. */
const extraShare = 0.3

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
  // Ascending, as the plan is.
  const outputs = [...missing].flatMap(([size, count]) => Array<number>(count).fill(size))
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
