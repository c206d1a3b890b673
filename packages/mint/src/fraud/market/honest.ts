// Honest publishers: small to large, some live on tips, some go viral or have just begun; market.ts plays their days.

import { dayMs, type IncomeDay } from '../facts.ts'
import type { Account } from './books.ts'
import type { Dice } from './dice.ts'
import type { Readers } from './readers.ts'

/** An honest publisher, and how its days go. */
export interface Publisher {
  readonly account: Account
  readonly openDay: number
  readonly viewsDay: number
  readonly conversion: number
  readonly prices: readonly number[]
  /** Tips for a view, and the tip jar; a creator's income is mostly these. */
  readonly tips:
    | { readonly perView: number; readonly median: number; readonly min: number; readonly max: number }
    | undefined
  readonly refunds: number
  /** Whether its till reports. */
  readonly reports: boolean
  readonly fans: number
  readonly growth: number
  /** Who buys and gives back for sport, from a day on for thirty: share of a day's payments that they bring it to. */
  abuse: { readonly day: number; readonly share: number; readonly isKnowing: boolean; articles: number } | undefined
  /** Days on which something of it is read by everybody. */
  readonly viral: readonly { readonly day: number; readonly times: number; readonly lasts: number }[]
}

const priceLists = [
  [5, 10],
  [10, 15, 25],
  [5, 10, 20, 50],
  [15, 30],
  [20, 50, 100],
  [10, 25, 300],
] as const
const creatorShare = 0.12
const jarMaxes = [300, 500, 1000, 2000] as const

/**
 * Makes honest publishers. Most were there before; about one of eight opens while the market is played.
 */
export function makePublishers(dice: Dice, { count, days }: { count: number; days: number }): Publisher[] {
  return Array.from({ length: count }, (_, index) => makePublisher(dice.fork(`publisher ${index}`), index, days))
}

function makePublisher(dice: Dice, index: number, days: number): Publisher {
  const isNew = dice.chance(0.13)
  const openDay = isNew ? 20 + dice.below(days - 60) : -dice.below(400) - 60
  const isCreator = dice.chance(creatorShare)
  const viewsDay = sizeOf(dice) * (isCreator ? 0.4 : 1)
  const max = dice.pick(jarMaxes)
  const id = `honest-${index}`
  const account: Account = {
    id,
    owner: 'honest',
    group: id,
    openedAtMs: openDay * dayMs,
    // Some people have two sites and one bank account; few are readers with the very instrument they are paid to.
    destination:
      index > 0 && dice.chance(0.03)
        ? `bank of honest-${index - 1}`
        : dice.chance(0.002)
          ? `card ${dice.below(800)}`
          : `bank of ${id}`,
    looks: dice.normal(isNew ? 1.6 : 2, 0.8),
    answers: dice.next(),
    isDressed: false,
    proofs: 0,
    income: [],
    reports: [],
    paid: [],
    owed: 0,
    isClosed: false,
  }
  return {
    account: isNew ? account : settled(account, (viewsDay * 0.008 * 15 + 10) * 30),
    openDay,
    viewsDay,
    conversion: Math.min(0.05, dice.around(0.008, 0.5)),
    prices: dice.pick(priceLists),
    tips:
      isCreator || dice.chance(0.4)
        ? { perView: dice.around(isCreator ? 0.008 : 0.0008, 0.5), median: isCreator ? max / 4 : max / 8, min: 50, max }
        : undefined,
    refunds: dice.chance(0.05) ? 0.05 + dice.next() * 0.1 : dice.next() * 0.03,
    reports: !dice.chance(0.05),
    fans: dice.below(1_000_000),
    growth: dice.normal(1.02, 0.05),
    abuse: undefined,
    viral: Array.from({ length: dice.poisson((days / 365) * 1.2) }, () => ({
      day: dice.below(days),
      times: dice.around(8, 0.7),
      lasts: 2 + dice.below(6),
    })),
  }
}

/** Who was there before the market began has been paid before, and has shown who they are. */
function settled(account: Account, amount: number): Account {
  account.paid.push({ atMs: -25 * dayMs, amount: Math.round(amount) })
  account.proofs = 1
  return account
}

/** Views a day: most sites are small. */
function sizeOf(dice: Dice): number {
  const roll = dice.next()
  return roll < 0.55 ? dice.around(250, 0.7) : roll < 0.88 ? dice.around(1800, 0.6) : dice.around(9_000, 0.5)
}

/** Days on which everybody reads, or gives, more. */
export function holidayOf(day: number): { readonly views: number; readonly tips: number } {
  const inYear = ((day % 180) + 180) % 180
  if (inYear === 100 || inYear === 101) return { views: 0.7, tips: 4 }
  return { views: day % 7 > 4 ? 1.15 : 1, tips: 1 }
}

/** Plays one day of a publisher. */
export function playDay(publisher: Publisher, day: number, { dice, readers }: { dice: Dice; readers: Readers }): void {
  const { account, openDay, viewsDay, conversion, prices, tips } = publisher
  if (day < openDay || account.isClosed) return
  const holiday = holidayOf(day)
  const viral = publisher.viral.reduce((times, { day: from, times: most, lasts }) => {
    const age = day - from
    return age < 0 || age > lasts * 3 ? times : times + most * Math.exp(-age / lasts)
  }, 0)
  // Whoever starts has told everybody they know.
  const launch = openDay >= 0 ? 4 * Math.exp(-(day - openDay) / 8) : 0
  const season = publisher.growth ** ((day - Math.max(0, openDay)) / 30)
  const crowd = viral + launch
  const views = dice.poisson(viewsDay * season * holiday.views * (1 + crowd) * dice.around(1, 0.3))
  // A crowd of strangers buys less, and has to fill a wallet first.
  const newcomers = Math.min(0.5, 0.02 + (crowd / (1 + crowd)) * 0.4)
  const sales = openSales(day)
  const nowMs = day * dayMs
  const visit = (amount: number): boolean => {
    const reader = readers.choose(publisher.fans, { fans: 0.6, newcomers })
    const fresh = readers.pay(reader, amount, nowMs)
    if (fresh === undefined) return false
    sales.add(amount, fresh)
    return true
  }
  let unlocks = 0
  for (let left = dice.poisson(views * conversion * (crowd > 1 ? 0.6 : 1)); left > 0; left--)
    if (visit(dice.pick(prices))) unlocks++
  const given = { count: 0, amount: 0, atMax: 0 }
  if (tips !== undefined) {
    for (let left = dice.poisson(views * tips.perView * holiday.tips); left > 0; left--) {
      const amount = roundTip(Math.min(tips.max, Math.max(tips.min, dice.around(tips.median, 0.8))))
      if (!visit(amount)) continue
      given.count++
      given.amount += amount
      if (amount === tips.max) given.atMax++
    }
  }
  const refundCount = Math.min(unlocks, dice.poisson(unlocks * publisher.refunds))
  sales.refund(refundCount, refundCount * (prices[0] ?? 10))
  const abused = abuseOf(publisher, { day, payments: unlocks + given.count, refundCount })
  for (let left = abused; left > 0; left--) sales.add(prices[0] ?? 10, prices[0] ?? 10)
  sales.refund(abused, abused * (prices[0] ?? 10))
  sales.close(account)
  if (publisher.reports && !dice.chance(0.02))
    account.reports.push({
      dayMs: nowMs,
      views,
      unlocks: unlocks + abused,
      tips: given.count,
      tipsAmount: given.amount,
      tipsAtMax: given.atMax,
      ...(tips && { tipMin: tips.min, tipMax: tips.max }),
      prices,
    })
}

/** How many articles are read and given back, so that the share of refunds is as planned. */
function abuseOf(
  { abuse }: Publisher,
  { day, payments, refundCount }: { day: number; payments: number; refundCount: number },
): number {
  if (abuse === undefined || day < abuse.day || day >= abuse.day + 30) return 0
  const articles = Math.max(0, Math.floor((abuse.share * payments - refundCount) / (1 - abuse.share)))
  abuse.articles += articles
  return articles
}

/** People tip round sums. */
function roundTip(amount: number): number {
  return amount >= 100 ? Math.round(amount / 100) * 100 : Math.round(amount / 50) * 50
}

/** A day's books of one account. */
export function openSales(day: number) {
  const sizes = new Map<number, number>()
  const total = { amount: 0, count: 0, fresh: 0, refunded: 0, refundCount: 0 }
  return {
    add: (amount: number, fresh: number, count = 1): void => {
      total.amount += amount * count
      total.count += count
      total.fresh += fresh * count
      sizes.set(amount, (sizes.get(amount) ?? 0) + count)
    },
    refund: (count: number, amount: number): void => {
      total.refundCount += count
      total.refunded += amount
    },
    close: (account: Account): void => {
      if (total.count === 0 && total.refundCount === 0) return
      const income: IncomeDay = {
        dayMs: day * dayMs,
        ...total,
        fresh: Math.min(total.amount, Math.round(total.fresh)),
        sizes: [...sizes].map(([amount, count]) => ({ amount, count })),
      }
      account.income.push(income)
      account.owed += total.amount - total.refunded
    },
  }
}
