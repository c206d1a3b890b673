// Plays a market: honest publishers and readers, and rings among them, day by day for a year; score.ts judges the outcome.

import { dayMs } from '../facts.ts'
import { platformFacts } from '../platform.ts'
import { daysOf, openBooks, type Books, type RingKind } from './books.ts'
import { createDice } from './dice.ts'
import { makePublishers, playDay, type Publisher } from './honest.ts'
import { bestPlan, carelessPlan } from './plan.ts'
import { payOut, type Decision, type Policy } from './policy.ts'
import { createReaders, keysetDays } from './readers.ts'
import { playRing, startRing, type Ring } from './rings.ts'

/** What a market is made of. */
export interface MarketSize {
  readonly publishers: number
  readonly readers: number
  readonly days: number
  /** Payouts before this are the market finding itself: all accounts would be paid for the first time. */
  readonly warmUpDays: number
}

/** The size that figures are for, and a small one for tests. */
export const marketSize: MarketSize = { publishers: 120, readers: 1_500, days: 365, warmUpDays: 70 }
/** @see marketSize */
export const smallMarket: MarketSize = { publishers: 40, readers: 400, days: 180, warmUpDays: 40 }

/** What happened. */
export interface Played {
  readonly books: Books
  readonly rings: readonly Ring[]
  readonly publishers: readonly Publisher[]
  /** After the warm-up. */
  readonly decisions: readonly Decision[]
}

/** Kinds of rings in every market. */
export const ringKinds: readonly RingKind[] = [
  'careless',
  'card-testing',
  'cash-out',
  'split',
  'tips',
  'burst',
  'patient',
]

/** Plays one market of a seed. The same seed, size and policy play the same market. */
export function playMarket(seed: string, size: MarketSize, policy: Policy): Played {
  const dice = createDice(seed)
  const books = openBooks(policy.settings)
  const publishers = makePublishers(dice.fork('publishers'), { count: size.publishers, days: size.days })
  books.accounts.push(...publishers.map(({ account }) => account))
  abuse(publishers, policy, size)
  const epochs = Math.ceil(size.days / keysetDays) + 2
  const readers = createReaders(dice.fork('readers'), books, { epochs, start: size.readers })
  const coming = ringKinds.map((kind) => ringOf(kind, dice.fork(`ring ${kind}`), size))
  const rings: Ring[] = []
  const decisions: Decision[] = []
  for (let day = 0; day < size.days; day++) {
    for (const [index, ring] of coming.entries()) {
      if (ring.startDay !== day) continue
      const platform = platformFacts(books.accounts.map(daysOf(day * dayMs)), day * dayMs)
      const known = { settings: policy.settings, platform, supply: ring.supply }
      const plan = ring.kind === 'careless' ? { ...carelessPlan, monthly: ring.supply } : bestPlan(ring.kind, known)
      const started = startRing(dice.fork(`fronts ${index}`), { ...ring, plan })
      books.accounts.push(...started.fronts)
      rings.push(started)
    }
    for (const publisher of publishers)
      playDay(publisher, day, { dice: dice.fork(`${publisher.account.id} ${day}`), readers })
    for (const ring of rings) playRing(ring, day, { dice: dice.fork(`${ring.id} ${day}`), books })
    if (day % 30 !== 29) continue
    const made = payOut(books, day + 1, { policy, dice: dice.fork('reviewers') })
    if (day >= size.warmUpDays) decisions.push(...made)
  }
  return { books, rings, publishers, decisions }
}

function ringOf(kind: RingKind, dice: ReturnType<typeof createDice>, { days, warmUpDays }: MarketSize) {
  return {
    id: `ring-${kind}`,
    kind,
    startDay: warmUpDays + dice.below(Math.max(1, days - warmUpDays - 130)),
    // 25 to 160 people's phone bills a month.
    supply: Math.round(dice.around(300_000, 0.5) / 1000) * 1000,
  }
}

/** Two publishers meet people who read, and give back: some who don't know the limit, some who stay just below it. */
function abuse(publishers: readonly Publisher[], { settings }: Policy, { warmUpDays }: MarketSize): void {
  const { mode, sharePercent } = settings.refunds
  const limit = mode === 'off' ? 0.9 : sharePercent / 100
  const busy = publishers.filter(({ openDay, viewsDay, conversion }) => openDay < 0 && viewsDay * conversion > 5)
  for (const [index, share] of [Math.min(0.9, limit * 2), limit * 0.85].entries()) {
    const publisher = busy[index * 3]
    if (publisher !== undefined) publisher.abuse = { day: warmUpDays + 10, share, isKnowing: index === 1, articles: 0 }
  }
}
