/** Puts a report together from what is closed: the same for the page, for CSV and for JSON; createTill() gives it to whoever may have it. */
import { TuppenceError } from '@tuppence/protocol'
import type { ClosedDay, InsightsJournal, ToldCell } from '../journal/insights-port.ts'
import type { Journal } from '../journal/port.ts'
import type { Offer } from '../offers.ts'
import { dayMs, dayText, monthEnd, monthStart, parseDay } from './calendar.ts'
import type { ExperimentFigures } from './experiment.ts'
import type { MonthFigures } from './readers.ts'

/** Days as text (UTC), both inclusive. Absent: from the start of the month before this one, to the last day that is closed. */
export type Range = Readonly<{ from?: string | undefined; to?: string | undefined }>

/** Money by day, all of it: what the account's statement says too. `views`: null below the group size. */
export type DayLine = Readonly<{
  day: string
  sold: number
  amount: number
  refunds: number
  refunded: number
  views: number | null
}>

/** What is told of an offer in the range: at least this. Amounts in minor units. */
export type OfferLine = Readonly<{
  id: string
  title: string
  kind: Offer['kind']
  sold: number
  amount: number
  refunds: number
  refunded: number
  views: number
}>

/** What is told of a price, over all articles and passes: at least this. */
export type PriceLine = Readonly<{ price: number; sold: number; amount: number; views: number }>

/** One figure as it was told, the finest there is. `to`: the last day. */
export type CellLine = Readonly<{
  measure: ToldCell['measure']
  from: string
  to: string
  offerId: string
  price: number | null
  count: number
  amount: number
}>

/** Readers of one month. `month`: 2026-10. */
export type MonthLine = MonthFigures & Readonly<{ month: string }>

/** An insights report. Amounts in minor units of `unit`. */
export type Report = Readonly<{
  unit: string
  groupMin: number
  from: string
  to: string
  /** The last day of which figures are told; absent before the first is over. */
  closedTo?: string
  /** There: days that are over are still being closed; a moment later there is more. */
  isClosing?: true
  /** Since then: the account's total, and nothing of what it is made of. */
  open: Readonly<{ sold: number; amount: number; refunds: number; refunded: number }>
  days: readonly DayLine[]
  /** Titles of what is on sale, by id. */
  titles: Readonly<Record<string, string>>
  offers: readonly OfferLine[]
  /** What was sold and given back in the range and is not told by offer. */
  rest: Readonly<{ sold: number; amount: number; refunds: number; refunded: number }>
  prices: readonly PriceLine[]
  cells: readonly CellLine[]
  months: readonly MonthLine[]
  experiments: readonly ExperimentFigures[]
}>

/** What a report is made from. */
export type ReportDeps = Readonly<{
  journal: InsightsJournal & Pick<Journal, 'sales'>
  nowMs: () => number
  offers: readonly Offer[]
  unit: string
  groupMin: number
  /** Whether all days are closed that are over. */
  isClosed: boolean
}>

const daysMax = 800

/**
 * Makes the report of a range. It is made of what is closed alone, so that the same range is the same report, whenever it is asked for.
 *
 * @throws {TuppenceError} `bad-request`: details.field is `from` or `to`: not a day, too long, or the wrong way round.
 */
export async function makeReport(deps: ReportDeps, range: Range): Promise<Report> {
  const { journal, unit, groupMin } = deps
  const { startMs, endMs } = spanOf(deps, range)
  const closedMs = (await journal.closed()).dayMs
  const [days, told, months, releases, open] = await Promise.all([
    journal.closedDays({ startMs, endMs }),
    journal.told({ startMs, endMs }),
    journal.closedMonths({ startMs, endMs }),
    journal.releases(),
    openTotals(deps, closedMs),
  ])
  // A month is told as a whole, or not at all.
  const cells = told.filter((cell) => endOf(cell) <= endMs)
  const offers = offerLines(deps, cells)
  return {
    unit,
    groupMin,
    from: dayText(startMs),
    to: dayText(endMs - dayMs),
    ...(closedMs !== undefined && { closedTo: dayText(closedMs) }),
    ...(!deps.isClosed && { isClosing: true as const }),
    open,
    days: days.map((day) => toDayLine(day, groupMin)),
    titles: Object.fromEntries(deps.offers.map(({ id, title }) => [id, title])),
    offers,
    rest: restOf(days, offers),
    prices: priceLines(cells),
    cells: cells.map(toCellLine),
    months: months
      .filter(({ monthMs }) => monthEnd(monthMs) <= endMs)
      .map(({ monthMs, figures }) => ({
        month: dayText(monthMs).slice(0, 7),
        ...(JSON.parse(figures) as MonthFigures),
      })),
    experiments: releases.map(({ figures }) => JSON.parse(figures) as ExperimentFigures),
  }
}

function spanOf({ nowMs }: ReportDeps, { from, to }: Range): Readonly<{ startMs: number; endMs: number }> {
  const read = (field: 'from' | 'to', text: string): number => {
    const day = parseDay(text)
    if (day === undefined) throw badRange(field, 'must be a day, such as 2026-11-22')
    return day
  }
  const today = nowMs() - (nowMs() % dayMs)
  const endMs = (to === undefined ? today - dayMs : read('to', to)) + dayMs
  const startMs = from === undefined ? monthStart(monthStart(endMs - dayMs) - 1) : read('from', from)
  if (startMs >= endMs) throw badRange('from', 'must not be after to')
  if (endMs - startMs > daysMax * dayMs) throw badRange('from', `must not be more than ${daysMax} days before to`)
  return { startMs, endMs }
}

/** The days that are not closed, as one sum: of this morning's only reader nothing else is told. */
async function openTotals({ journal, nowMs }: ReportDeps, closedMs: number | undefined): Promise<Report['open']> {
  const span = { startMs: closedMs === undefined ? 0 : closedMs + dayMs, endMs: nowMs() + dayMs }
  const [sales, back] = await Promise.all([journal.sales(span), journal.givenBackIn(span)])
  return {
    sold: sales.reduce((sum, { count }) => sum + count, 0),
    amount: sales.reduce((sum, { amount }) => sum + amount, 0),
    refunds: back.length,
    refunded: back.reduce((sum, { amount }) => sum + amount, 0),
  }
}

function toDayLine({ dayMs: day, sales, amount, refunds, refunded, views }: ClosedDay, groupMin: number): DayLine {
  return { day: dayText(day), sold: sales, amount, refunds, refunded, views: views < groupMin ? null : views }
}

function offerLines({ offers }: ReportDeps, cells: readonly ToldCell[]): OfferLine[] {
  const known = new Map(offers.map((offer) => [offer.id, offer]))
  const lines = [...Map.groupBy(cells, ({ offerId }) => offerId)].map(([id, of]) => {
    const sums = sumsOf(of)
    const kind = known.get(id)?.kind ?? of.find(({ measure }) => measure === 'sale')?.kind ?? 'article'
    return { id, title: known.get(id)?.title ?? id, kind, ...sums }
  })
  return lines.sort((a, b) => b.amount - a.amount || b.views - a.views || (a.id < b.id ? -1 : 1))
}

function priceLines(cells: readonly ToldCell[]): PriceLine[] {
  const priced = cells.filter(({ price, kind }) => price !== undefined && kind !== 'tip')
  return [...Map.groupBy(priced, ({ price }) => price as number)]
    .map(([price, of]) => {
      const { sold, amount, views } = sumsOf(of)
      return { price, sold, amount, views }
    })
    .sort((a, b) => a.price - b.price)
}

function sumsOf(cells: readonly ToldCell[]) {
  const sum = (measure: ToldCell['measure'], field: 'count' | 'amount'): number =>
    cells.reduce((all, cell) => all + (cell.measure === measure ? cell[field] : 0), 0)
  return {
    sold: sum('sale', 'count'),
    amount: sum('sale', 'amount'),
    refunds: sum('refund', 'count'),
    refunded: sum('refund', 'amount'),
    views: sum('view', 'count'),
  }
}

function restOf(days: readonly ClosedDay[], offers: readonly OfferLine[]): Report['rest'] {
  const rest = { sold: 0, amount: 0, refunds: 0, refunded: 0 }
  for (const day of days) {
    rest.sold += day.sales
    rest.amount += day.amount
    rest.refunds += day.refunds
    rest.refunded += day.refunded
  }
  for (const { sold, amount, refunds, refunded } of offers) {
    rest.sold -= sold
    rest.amount -= amount
    rest.refunds -= refunds
    rest.refunded -= refunded
  }
  return rest
}

function toCellLine(cell: ToldCell): CellLine {
  const { measure, startMs, offerId, price = null, count, amount } = cell
  return { measure, from: dayText(startMs), to: dayText(endOf(cell) - dayMs), offerId, price, count, amount }
}

function endOf({ level, startMs }: ToldCell): number {
  return level === 'day' ? startMs + dayMs : monthEnd(startMs)
}

// Errors

function badRange(field: 'from' | 'to', reason: string): TuppenceError {
  return new TuppenceError('bad-request', { details: { field, reason } })
}
