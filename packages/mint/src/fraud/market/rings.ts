// Rings: people who buy coins with what is not theirs, or is worth less to them than cash, and have them paid out by publishers
// that are their own; plan.ts says how, market.ts plays their days.

import { dayMs } from '../facts.ts'
import type { Account, Books, RingKind } from './books.ts'
import type { Dice } from './dice.ts'
import { openSales } from './honest.ts'
import { flowOf, type Plan } from './plan.ts'

/** A ring that is at work. */
export interface Ring {
  readonly id: string
  readonly kind: RingKind
  readonly startDay: number
  /** Minor units a month that it could bring. */
  readonly supply: number
  readonly plan: Plan
  readonly fronts: readonly Account[]
  /** Coins that were bought and not yet deposited, by day of purchase. */
  purse: number
  /** Everything that was turned into coins. */
  bought: number
}

/** Opens a ring's fronts. */
export function startRing(
  dice: Dice,
  { id, kind, startDay, supply, plan }: Pick<Ring, 'id' | 'kind' | 'startDay' | 'supply' | 'plan'>,
): Ring {
  const fronts = Array.from({ length: plan.fronts }, (_, index): Account => {
    const name = `${id}-front-${index}`
    return {
      id: name,
      owner: kind,
      group: id,
      openedAtMs: (startDay + plan.ageDays) * dayMs,
      destination:
        plan.destination === 'card'
          ? `${id} card ${startDay}-0`
          : plan.destination === 'one'
            ? `mule of ${id}`
            : `mule of ${name}`,
      looks: plan.site === 'dressed' ? dice.normal(-0.4, 0.8) : dice.normal(-1.8, 0.8),
      answers: dice.next(),
      isDressed: plan.site === 'dressed',
      proofs: 0,
      income: [],
      reports: [],
      paid: [],
      owed: 0,
      isClosed: false,
    }
  })
  return { id, kind, startDay, supply, plan, fronts, purse: 0, bought: 0 }
}

/** Plays one day of a ring: buys coins, and spends them at its fronts. */
export function playRing(ring: Ring, day: number, { dice, books }: { dice: Dice; books: Books }): void {
  const open = ring.fronts.filter((front) => !front.isClosed)
  if (day < ring.startDay || open.length === 0) return
  buy(ring, day, { dice, books, open: open.length })
  if (day < ring.startDay + ring.plan.ageDays) return
  for (const front of open) spend(ring, front, { day, dice })
}

/** Coins for the fronts that are left, by instruments that are each used up to the plan's limit and then never again. */
function buy(ring: Ring, day: number, { dice, books, open }: { dice: Dice; books: Books; open: number }): void {
  const { plan } = ring
  const age = day - ring.startDay
  const wanted = (flowOf(plan, age) * open) / 30
  const isStolen = ring.kind === 'card-testing' || ring.kind === 'burst'
  let tries = 0
  for (
    let left = wanted - ring.purse + (flowOf(plan, age) * open * plan.ageDays) / 30;
    left > 0 && tries < 200;
    tries++
  ) {
    const customer = `${ring.id} card ${day}-${tries}`
    const address = `${ring.id} address ${day}-${Math.floor(tries / plan.perAddress)}`
    const isGood = !isStolen || dice.chance(0.5)
    // Tried with the least first, where nobody knows whether it is good; the rest follows on the same day.
    for (let brought = 0; brought < plan.perInstrument;) {
      const first = isStolen && brought === 0 ? 500 : 2000
      const amount = Math.min(first, plan.perInstrument - brought, plan.perDay - (brought % plan.perDay))
      const nowMs = (day + Math.floor(brought / plan.perDay)) * dayMs + tries * 60_000 * plan.minutesApart
      if (!books.topUp({ owner: ring.kind, instrument: customer, address, amount, isGood, nowMs })) break
      brought += amount
      left -= amount
      ring.purse += amount
      ring.bought += amount
    }
  }
}

function spend(ring: Ring, front: Account, { day, dice }: { day: number; dice: Dice }): void {
  const { plan } = ring
  const today = Math.min(ring.purse, Math.round((flowOf(plan, day - ring.startDay) / 30) * dice.around(1, 0.25)))
  if (today < 100) return
  const sales = openSales(day)
  const fresh = Math.min(1, Math.max(0, plan.fresh + dice.normal(-0.02, 0.015)))
  const tipsMoney = Math.floor(today * plan.tips)
  const jar = { min: 50, max: 1000 }
  let left = today
  const tips = { count: 0, amount: 0, atMax: 0 }
  while (tips.amount < tipsMoney) {
    const isMax = dice.chance(plan.atMax)
    const amount = isMax ? jar.max : 100 * (1 + dice.below(8))
    if (amount > left) break
    sales.add(amount, amount * fresh)
    tips.count++
    tips.amount += amount
    if (isMax) tips.atMax++
    left -= amount
  }
  const price = plan.price
  const unlocks = Math.floor(left / price)
  if (unlocks > 0) sales.add(price, price * fresh, unlocks)
  const spent = tips.amount + unlocks * price
  ring.purse -= spent
  sales.close(front)
  if (plan.reports)
    front.reports.push({
      dayMs: day * dayMs,
      views: Math.round((spent * 1000) / plan.perThousandViews),
      unlocks,
      tips: tips.count,
      tipsAmount: tips.amount,
      tipsAtMax: tips.atMax,
      tipMin: jar.min,
      tipMax: jar.max,
      prices: [10, price],
    })
}
