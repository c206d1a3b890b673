/** What a price experiment has shown so far, if it has shown anything: arms, differences with their intervals, and when that is told anew. Pure. */
import type { Block } from '../journal/insights-port.ts'
import { dithered, type Dither } from './dither.ts'
import { newcombe, welchRatio, wilson, type Interval } from './intervals.ts'
import type { About } from './readers.ts'

/** One price. Counts are rounded. Amounts are minor units for 1,000 views, to two digits. */
export type Arm = Readonly<{
  price: number
  /** Blocks of time, over all offers, in which this was the price and somebody looked. */
  blocks: number
  views: About
  sold: About
  /** Sales by views (Wilson, 95%), and revenue for 1,000 views; absent where there is not enough data. */
  rate?: Interval & Readonly<{ estimate: number }>
  per1000?: number
}>

/** A price against the lowest one. `level`: of both intervals, above 0.95 where several prices are compared. */
export type Comparison = Readonly<{
  price: number
  against: number
  level: number
  /** Difference of the shares of views that became sales (Newcombe). */
  rate: Interval
  /** Difference of revenue for 1,000 views, minor units (Welch, over blocks). */
  per1000: Interval & Readonly<{ estimate: number }>
}>

/** What is told of an experiment, up to `untilMs`. */
export type ExperimentFigures = Readonly<{
  experiment: string
  untilMs: number
  groupMin: number
  status: 'enough' | 'not-enough'
  /** What every price needs before anything is said of it. */
  needs: Readonly<{ blocks: number; sold: number }>
  arms: readonly Arm[]
  comparisons: readonly Comparison[]
}>

/** Below it Welch's method, and the rounding, say too little. */
const blocksMin = 20
const soldMinGroups = 10
const confidence = 0.95

/** Sales of each price, which decide when an experiment is told anew. */
export type Counts = Readonly<Record<string, number>>

/** Sales by price. */
export function countsOf(blocks: readonly Block[]): Counts {
  return Object.fromEntries([...arms(blocks)].map(([price, units]) => [price, sum(units, 'sales')]))
}

/** Whether an experiment is told anew: only once each price has been paid by as many more as make a group. */
export function isDue(counts: Counts, before: Counts | undefined, groupMin: number): boolean {
  if (!before) return true
  return Object.entries(counts).every(([price, sales]) => sales - (before[price] ?? 0) >= groupMin)
}

/** What is told of an experiment by its blocks. */
export function experimentFigures(
  blocks: readonly Block[],
  by: Readonly<{ dither: Dither; experiment: string; untilMs: number }>,
): ExperimentFigures {
  const { dither, experiment, untilMs } = by
  const needs = { blocks: blocksMin, sold: soldMinGroups * dither.groupMin }
  const measured = [...arms(blocks)].map(([price, units]) => {
    const about = (what: string, count: number): About =>
      dithered(dither, ['experiment', experiment, untilMs, price, what], count) ?? null
    return {
      price,
      units,
      views: about('views', sum(units, 'views')),
      sold: about('sold', sum(units, 'sales')),
    }
  })
  const isEnough =
    measured.length > 1 &&
    measured.every(
      ({ units, views, sold }) =>
        units.length >= needs.blocks && views !== null && sold !== null && sold >= needs.sold && sold <= views,
    )
  const [base, ...others] = measured
  return {
    experiment,
    untilMs,
    groupMin: dither.groupMin,
    status: isEnough ? 'enough' : 'not-enough',
    needs,
    arms: measured.map((arm) => toArm(arm, isEnough)),
    comparisons: isEnough && base ? others.map((arm) => compare(arm, base, others.length)) : [],
  }
}

type Measured = Readonly<{ price: number; units: readonly Block[]; views: About; sold: About }>

function toArm({ price, units, views, sold }: Measured, isEnough: boolean): Arm {
  const arm = { price, blocks: units.length, views, sold }
  if (!isEnough) return arm
  const share = { count: sold as number, of: views as number }
  const { low, high } = wilson(share)
  return {
    ...arm,
    rate: { estimate: twoDigits(share.count / share.of), low: twoDigits(low), high: twoDigits(high) },
    per1000: Math.round(twoDigits((1_000 * sum(units, 'amount')) / sum(units, 'views'))),
  }
}

/** Several comparisons at once are each made at a higher level, so that all hold together 95 times in 100 (Bonferroni). */
function compare(arm: Measured, base: Measured, comparisons: number): Comparison {
  const level = 1 - (1 - confidence) / comparisons
  const share = ({ views, sold }: Measured) => ({ count: sold as number, of: views as number })
  const rate = newcombe(share(arm), share(base), level)
  const { estimate, low, high } = welchRatio(arm.units, base.units, level)
  const scaled = (value: number): number => Math.round(twoDigits(value * 1_000))
  return {
    price: arm.price,
    against: base.price,
    level,
    rate: { low: twoDigits(rate.low), high: twoDigits(rate.high) },
    per1000: { estimate: scaled(estimate), low: scaled(low), high: scaled(high) },
  }
}

/** Blocks by price, the lowest first. */
function arms(blocks: readonly Block[]): readonly (readonly [price: number, units: readonly Block[]])[] {
  return [...Map.groupBy(blocks, ({ price }) => price)].sort(([a], [b]) => a - b)
}

function sum(units: readonly Block[], field: 'views' | 'sales' | 'amount'): number {
  return units.reduce((total, unit) => total + unit[field], 0)
}

/** More digits would tell the counts that were rounded. */
function twoDigits(value: number): number {
  return Number(value.toPrecision(2))
}
