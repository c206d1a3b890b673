// Honest readers with wallets: coins by the keyset they are of, top-ups as the mint allows them; honest.ts spends through it.

import { dayMs } from '../facts.ts'
import type { Books } from './books.ts'
import type { Dice } from './dice.ts'

/** Readers of one market. */
export interface Readers {
  /** Somebody who pays here: one of the site's own readers, anybody, or somebody who has no wallet yet. */
  choose(fans: number, share: { readonly fans: number; readonly newcomers: number }): number
  /** Pays from the oldest coins. @returns What was of the newest keyset, or undefined where the wallet could not be filled. */
  pay(reader: number, amount: number, nowMs: number): number | undefined
  count(): number
}

/** A keyset is replaced every week, as far as this market goes. */
export const keysetDays = 7
const readersMax = 9_000
const topUps = [500, 1000, 1000, 1000, 1000, 1000, 1000, 2000, 2000, 500] as const
/** Share of payments after which a wallet changes money, and how much of it. */
const swapChance = 0.06
const swapShare = 0.4
const declineChance = 0.03
/** Readers of one campus, office or mobile network share an address. */
const sharedChance = 0.04
const sharedAddresses = 12

/** Makes readers; each starts with a wallet that has been in use. */
export function createReaders(dice: Dice, books: Books, { epochs, start }: { epochs: number; start: number }): Readers {
  const coins = new Int32Array(readersMax * epochs)
  const oldest = new Int16Array(readersMax)
  const held = new Int32Array(readersMax)
  const habit = new Uint8Array(readersMax)
  const address: string[] = []
  let count = 0
  const add = (epoch: number, isNew: boolean): number => {
    const reader = count++
    habit[reader] = dice.below(topUps.length)
    address[reader] = dice.chance(sharedChance) ? `shared ${dice.below(sharedAddresses)}` : `home ${reader}`
    oldest[reader] = Math.max(0, epoch - 4)
    if (isNew) return reader
    // What is left of a top-up of the last weeks.
    const left = dice.below(900)
    coins[reader * epochs + Math.max(0, epoch - dice.below(4))] = left
    held[reader] = left
    return reader
  }
  for (let index = 0; index < start; index++) add(4, false)
  const epochOf = (nowMs: number) => Math.floor(nowMs / (keysetDays * dayMs))
  return {
    count: () => count,
    choose: (fans, share) => {
      if (count < readersMax && dice.chance(share.newcomers)) return add(0, true)
      if (dice.chance(share.fans)) return (fans + dice.below(Math.min(120, count))) % count
      return dice.below(count)
    },
    pay: (reader, amount, nowMs) => {
      const epoch = epochOf(nowMs)
      const at = reader * epochs
      if ((held[reader] ?? 0) < amount) {
        const size = Math.max(topUps[habit[reader] ?? 0] ?? 1000, Math.ceil(amount / 500) * 500)
        const isGood = !dice.chance(declineChance)
        const wanted = {
          owner: 'honest',
          instrument: `card ${reader}`,
          address: address[reader] ?? '',
          amount: size,
          nowMs,
        } as const
        // A declined card is tried again once.
        const isIn = books.topUp({ ...wanted, isGood }) || (!isGood && books.topUp({ ...wanted, isGood: true }))
        if (!isIn) return undefined
        coins[at + epoch] = (coins[at + epoch] ?? 0) + size
        held[reader] = (held[reader] ?? 0) + size
      }
      let left = amount
      for (let old = oldest[reader] ?? 0; left > 0 && old < epoch; old++) {
        const taken = Math.min(left, coins[at + old] ?? 0)
        coins[at + old] = (coins[at + old] ?? 0) - taken
        left -= taken
        if ((coins[at + old] ?? 0) === 0) oldest[reader] = old + 1
      }
      coins[at + epoch] = (coins[at + epoch] ?? 0) - left
      held[reader] = (held[reader] ?? 0) - amount
      if (dice.chance(swapChance)) swap(reader, epoch)
      return left
    },
  }

  function swap(reader: number, epoch: number): void {
    const at = reader * epochs
    for (let old = oldest[reader] ?? 0; old < epoch; old++) {
      const changed = Math.floor((coins[at + old] ?? 0) * swapShare)
      coins[at + old] = (coins[at + old] ?? 0) - changed
      coins[at + epoch] = (coins[at + epoch] ?? 0) + changed
    }
  }
}
