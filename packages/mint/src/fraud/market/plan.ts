// How a ring goes about it: of all plans that no single rule would find, the one that pays best; market.ts asks for it.

import { assessPayout, mayTopUp } from '../assess.ts'
import { dayMs, type IncomeDay, type PayoutFacts, type PlatformFacts, type ReportDay } from '../facts.ts'
import type { FraudSettings } from '../settings.ts'
import type { RingKind } from './books.ts'

/** A way to turn coins into cash. Money in minor units, shares from 0 to 1. */
export interface Plan {
  readonly fronts: number
  /** What one front takes in thirty days. */
  readonly monthly: number
  readonly start: 'full' | 'ramp'
  /** Days that money waits in wallets, so that it is not of the newest keyset. */
  readonly ageDays: number
  readonly fresh: number
  /** Share of income that are tips, and share of those at the maximum. */
  readonly tips: number
  readonly atMax: number
  readonly price: number
  readonly perThousandViews: number
  readonly perInstrument: number
  readonly perDay: number
  readonly perAddress: number
  readonly minutesApart: number
  readonly destination: 'card' | 'one' | 'each'
  readonly site: 'thin' | 'dressed'
  readonly reports: boolean
}

/** What a kind of ring has to work with. */
const means: Record<
  RingKind,
  { readonly margin: number; readonly instrumentCost: number; readonly change: Partial<Plan> }
> = {
  // Sellers return 45 to 55% to whoever's phone bill it is.
  'cash-out': { margin: 0.5, instrumentCost: 300, change: { fronts: 1, tips: 0 } },
  split: { margin: 0.5, instrumentCost: 300, change: { tips: 0.2 } },
  tips: { margin: 0.5, instrumentCost: 300, change: { tips: 0.9 } },
  'card-testing': { margin: 1, instrumentCost: 600, change: {} },
  burst: { margin: 1, instrumentCost: 600, change: { start: 'full' } },
  patient: { margin: 0.5, instrumentCost: 300, change: { start: 'ramp', site: 'dressed', tips: 0.2 } },
  careless: { margin: 0.5, instrumentCost: 300, change: {} },
}

/** Costs, minor units: a site and a name for an account, a bank account for it, a site that looks alive. */
const costs = {
  front: 5_000,
  mule: 15_000,
  dressed: 20_000,
  address: 30,
  payment: 0.3,
  thousandViews: 30,
  weekOfWaiting: 0.01,
}
const months = 5

/** A ring that knows no limit. */
export const carelessPlan: Plan = {
  fronts: 1,
  monthly: 400_000,
  start: 'full',
  ageDays: 0,
  fresh: 0.95,
  tips: 0.8,
  atMax: 0.9,
  price: 100,
  perThousandViews: 2_000_000,
  perInstrument: 20_000,
  perDay: 20_000,
  perAddress: 10,
  minutesApart: 2,
  destination: 'card',
  site: 'thin',
  reports: true,
}

/** What a ring knows when it plans: every threshold, and what the platform looks like. */
export interface Known {
  readonly settings: FraudSettings
  readonly platform: PlatformFacts
  /** Minor units a month that it could bring. */
  readonly supply: number
}

/** What a ring counts on earning by its best plan, minor units, people aside. */
export function plannedProfit(kind: RingKind, known: Known): number {
  return Math.round(profitOf(kind, bestPlan(kind, known), known))
}

/** The most profitable plan that every single rule lets pass; a first payout is looked at whatever the plan. */
export function bestPlan(kind: RingKind, known: Known): Plan {
  const money = topUpPlans.filter((plan) => passesTopUp({ ...carelessPlan, ...plan }, known.settings))
  const plans = candidates(kind, known, money)
  const sorted = plans
    .map((plan) => ({ plan, profit: profitOf(kind, plan, known) }))
    .toSorted((a, b) => b.profit - a.profit)
  return (
    sorted.find(({ plan }) => passes(plan, known))?.plan ?? { ...carelessPlan, ...means[kind].change, monthly: 3_000 }
  )
}

type TopUpPlan = Pick<Plan, 'perInstrument' | 'perDay' | 'perAddress' | 'minutesApart'>

const topUpPlans: readonly TopUpPlan[] = [5_000, 20_000].flatMap((perInstrument) =>
  [2_000, 20_000].flatMap((perDay) =>
    [1, 3, 10, 30].flatMap((perAddress) =>
      [2, 20].map((minutesApart) => ({ perInstrument, perDay, perAddress, minutesApart })),
    ),
  ),
)

function candidates(kind: RingKind, { supply, platform }: Known, topUps: readonly TopUpPlan[]): Plan[] {
  const { change } = means[kind]
  // Money in is the same for every plan: the cheapest way that passes.
  const cheapest = topUps.toSorted((a, b) => instrumentCost(a, kind) - instrumentCost(b, kind))[0]
  const plans: Plan[] = []
  const p95 = Math.max(100, platform.perThousandViewsP95)
  for (const fronts of [1, 2, 4, 8, 12])
    for (const monthly of [14_000, 48_000, 97_000, 250_000, 600_000])
      for (const start of ['full', 'ramp'] as const)
        for (const [fresh, ageDays] of [
          [0.95, 0],
          [0.57, 7],
          [0.4, 10],
          [0.28, 14],
          [0.16, 21],
        ] as const)
          for (const atMax of [0.9, 0.39, 0.19, 0.05])
            for (const times of [40, 9.5, 4.5, 1])
              for (const destination of ['card', 'one', 'each'] as const)
                plans.push({
                  ...carelessPlan,
                  ...cheapest,
                  monthly: Math.min(monthly, Math.floor(supply / fronts)),
                  fronts,
                  start,
                  fresh,
                  ageDays,
                  atMax,
                  price: 25,
                  tips: 0.3,
                  perThousandViews: Math.round(p95 * times),
                  destination,
                  ...change,
                })
  return plans
}

/** A ring that takes its time begins below what two people look at, and grows below what stands out. */
const rampFrom = 14_000
const rampTimes = 1.6

/** What a front takes in thirty days, at this age of the ring: all at once, or growing from little. */
export function flowOf({ monthly, start }: Plan, age: number): number {
  return start === 'full' ? monthly : Math.min(monthly, rampFrom * rampTimes ** Math.max(0, age / 30 - 1))
}

function instrumentCost(plan: TopUpPlan, kind: RingKind): number {
  return (means[kind].instrumentCost + costs.address / plan.perAddress) / plan.perInstrument
}

function profitOf(kind: RingKind, plan: Plan, { supply }: Known): number {
  let money = 0
  for (let month = 0; month < months; month++) money += Math.min(supply, flowOf(plan, month * 30 + 15) * plan.fronts)
  const { margin } = means[kind]
  const mules = plan.destination === 'each' ? plan.fronts : plan.destination === 'one' ? 1 : 0
  const payments = (money * (1 - plan.tips)) / plan.price + (money * plan.tips) / (plan.atMax > 0.5 ? 900 : 500)
  return (
    money * (margin - instrumentCost(plan, kind) - (costs.weekOfWaiting * plan.ageDays) / 7) -
    plan.fronts * (costs.front + (plan.site === 'dressed' ? costs.dressed : 0)) -
    mules * costs.mule -
    payments * costs.payment -
    (money / plan.perThousandViews) * costs.thousandViews
  )
}

/** Whether the rules would let every payout of a front pass without a word, but for the look at the first. */
function passes(plan: Plan, known: Known): boolean {
  return Array.from({ length: months }, (_, month) => month).every((month) =>
    assessPayout(factsOf(plan, month, known), known.settings).every(
      // Nobody gets around those; who looks at one more payout is no reason to take less.
      ({ rule, action }) => rule === 'young' || (rule === 'payout-size' && action === 'review'),
    ),
  )
}

/** Whether instruments can be used as planned: one after another at one address, some of them declined. */
function passesTopUp(plan: Plan, settings: FraudSettings): boolean {
  const nowMs = 1000 * dayMs
  for (let index = 0; index < plan.perAddress; index++) {
    const brought = Array.from({ length: plan.perInstrument / 1000 }, (_, part) => part * 1000)
    for (const before of brought) {
      const atMs = nowMs + Math.floor(before / plan.perDay) * dayMs
      const movements = brought
        .filter((other) => other < before)
        .map((other) => ({ atMs: nowMs + Math.floor(other / plan.perDay) * dayMs, amount: 1000 }))
      // Every other card is declined, as stolen ones are.
      const declinesMs = Array.from(
        { length: Math.floor(index / 2) },
        (_, at) => nowMs - at * 2 * plan.minutesApart * 60_000,
      )
      const address = { otherInstruments: index, declinesMs }
      const facts = { nowMs: atMs, unit: 'usd', method: 'card', amount: 1000, instrument: 'x', movements, address }
      if (mayTopUp(facts, settings).length > 0) return false
    }
  }
  return true
}

/** What a mint would know of a front when it is paid for the nth month. */
function factsOf(plan: Plan, month: number, { platform }: Known): PayoutFacts {
  const nowMs = 1000 * dayMs
  const age = (month + 1) * 30
  const income: IncomeDay[] = []
  const reports: ReportDay[] = []
  for (let back = Math.min(age, 60); back >= 1; back--) {
    const amount = Math.round(flowOf(plan, age - back) / 30)
    const tipsAmount = Math.round(amount * plan.tips)
    const tips = Math.max(1, Math.round(tipsAmount / 500))
    income.push({
      dayMs: nowMs - back * dayMs,
      amount,
      count: tips + Math.round((amount - tipsAmount) / plan.price),
      fresh: Math.round(amount * plan.fresh),
      refunded: 0,
      refundCount: 0,
      sizes: [
        { amount: plan.price, count: Math.round((amount - tipsAmount) / plan.price) },
        { amount: 500, count: tips },
      ],
    })
    if (plan.reports)
      reports.push({
        dayMs: nowMs - back * dayMs,
        views: Math.round((amount * 1000) / plan.perThousandViews),
        unlocks: Math.round((amount - tipsAmount) / plan.price),
        tips,
        tipsAmount,
        tipsAtMax: tips * plan.atMax,
        tipMin: 50,
        tipMax: 1000,
        prices: [plan.price],
      })
  }
  const amounts = Array.from({ length: month + 1 }, (_, at) => Math.round(flowOf(plan, at * 30 + 15)))
  const paid = amounts.slice(0, -1).map((amount, at) => ({ atMs: nowMs - (month - at) * 30 * dayMs, amount }))
  return {
    account: 'front',
    unit: 'usd',
    nowMs,
    amount: amounts.at(-1) ?? 0,
    openedAtMs: nowMs - age * dayMs,
    paid,
    income,
    reports,
    topUpsByDestination: plan.destination === 'card' ? { count: 1, amount: 2000 } : { count: 0, amount: 0 },
    sameDestination: plan.destination === 'each' || plan.fronts === 1 ? 0 : plan.fronts - 1,
    platform,
  }
}
