/** What a month tells of readers: how often they came, whether they had been before, what was bought by the same ones, and how many of those who looked bought. */
import type { SoldRow } from '../journal/insights-port.ts'
import { dithered, type Dither } from './dither.ts'

/** Bounds of days in {@link MonthFigures.days}: bought on one day of the month, on two, on three or four, on more. */
export const dayBuckets = ['1', '2', '3-4', '5+'] as const

/** A count of readers, a multiple of the group size; null: fewer than twice that. */
export type About = number | null

/** What is told of a month. Readers are those who bought articles or passes with a key and did not give all of it back. */
export type MonthFigures = Readonly<{
  groupMin: number
  /** Readers by the number of days on which they bought. */
  days: readonly Readonly<{ days: (typeof dayBuckets)[number]; readers: About }>[]
  /** Readers who bought something in an earlier month as well, and those who had not. */
  back: Readonly<{ returning: About; first: About }>
  /** Two articles that were bought in the month by the same readers, most first. */
  pairs: readonly Readonly<{ a: string; b: string; readers: number }>[]
  /** Views and sales of each article and pass that was looked at often enough. */
  offers: readonly Readonly<{ offerId: string; views: number; sold: About }>[]
}>

/** One reader's month. */
type Reader = { days: Set<number>; articles: string[] }

/** A month as it is read, a day at a time. */
export type Month = {
  readers: Map<string, Reader>
  sold: Map<string, number>
  views: Map<string, number>
}

/** Of one reader, no more articles count toward pairs: who buys everything says nothing of what goes together. */
const pairArticlesMax = 12
const pairsMax = 200

export function newMonth(): Month {
  return { readers: new Map(), sold: new Map(), views: new Map() }
}

/** Adds what was sold in a day. What was given back by the month's end does not count. */
export function addDay(month: Month, day: Readonly<{ dayMs: number; rows: readonly SoldRow[]; endMs: number }>): void {
  for (const { reader, offerId, kind, refundedAtMs = Infinity } of day.rows) {
    if (kind === 'tip') continue
    month.sold.set(offerId, (month.sold.get(offerId) ?? 0) + 1)
    if (reader === undefined || refundedAtMs < day.endMs) continue
    const known = month.readers.get(reader) ?? { days: new Set(), articles: [] }
    known.days.add(day.dayMs)
    if (kind === 'article' && known.articles.length < pairArticlesMax && !known.articles.includes(offerId))
      known.articles.push(offerId)
    month.readers.set(reader, known)
  }
}

/**
 * What is told of a month.
 *
 * @param known - Which of the month's readers had bought before it.
 * @param monthMs - Its start: each month's figures are drawn anew.
 */
export function monthFigures(
  month: Month,
  by: Readonly<{ dither: Dither; monthMs: number; known: ReadonlySet<string> }>,
): MonthFigures {
  const { dither, monthMs, known } = by
  const about = (name: readonly string[], count: number): About =>
    dithered(dither, ['month', monthMs, ...name], count) ?? null
  const counts = new Map<string, number>(dayBuckets.map((bucket) => [bucket, 0]))
  for (const { days } of month.readers.values()) raise(counts, bucketOf(days.size))
  return {
    groupMin: dither.groupMin,
    days: dayBuckets.map((days) => ({ days, readers: about(['days', days], counts.get(days) ?? 0) })),
    back: {
      returning: about(['returning'], known.size),
      first: about(['first'], month.readers.size - known.size),
    },
    pairs: pairsOf(month)
      .flatMap(([a, b, count]) => {
        const readers = about(['pair', a, b], count)
        return readers === null ? [] : [{ a, b, readers }]
      })
      // By what is told, then by name: an order by what is not would tell it.
      .sort((x, y) => y.readers - x.readers || compare(`${x.a} ${x.b}`, `${y.a} ${y.b}`))
      .slice(0, pairsMax),
    offers: [...month.views]
      .sort(([a], [b]) => compare(a, b))
      .flatMap(([offerId, seen]) => {
        const views = about(['views', offerId], seen)
        return views === null ? [] : [{ offerId, views, sold: about(['sold', offerId], month.sold.get(offerId) ?? 0) }]
      }),
  }
}

function pairsOf({ readers }: Month): (readonly [a: string, b: string, count: number])[] {
  const counts = new Map<string, Map<string, number>>()
  for (const { articles } of readers.values()) {
    const sorted = articles.toSorted(compare)
    for (const [index, a] of sorted.entries()) {
      if (index === sorted.length - 1) continue
      const row = counts.get(a) ?? new Map<string, number>()
      for (const b of sorted.slice(index + 1)) raise(row, b)
      counts.set(a, row)
    }
  }
  return [...counts].flatMap(([a, row]) => [...row].map(([b, count]) => [a, b, count] as const))
}

function bucketOf(days: number): (typeof dayBuckets)[number] {
  if (days < 3) return days === 1 ? '1' : '2'
  return days < 5 ? '3-4' : '5+'
}

function raise(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
