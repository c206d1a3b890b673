/** Closes days and months: what may be told of them is worked out once, from the journal, and kept; run when a till opens, every hour, and before a report. */
import type { Block, ClosedDay, InsightsJournal, SoldRow, ToldCell } from '../journal/insights-port.ts'
import type { Journal, Sale } from '../journal/port.ts'
import { dayMs, hourMs, monthEnd, monthStart, weekStart } from './calendar.ts'
import type { Dither } from './dither.ts'
import { countsOf, experimentFigures, isDue, type Counts } from './experiment.ts'
import { addSold, addViews, tellable, toTold, type Cells } from './partition.ts'
import { addDay, monthFigures, newMonth } from './readers.ts'

/** What closing works with. `dither.groupMin` is read at each closing; what is closed stays as it is. */
export type ClosingDeps = Readonly<{
  journal: InsightsJournal & Pick<Journal, 'sales'>
  nowMs: () => number
  dither: Dither
  /** How far back the first closing goes. */
  keepDays: number
}>

/** Closes what can be closed. */
export type Closing = Readonly<{ run: () => Promise<void>; stop: () => Promise<void> }>

/** After midnight the last views are still on their way to the journal. */
const graceMs = 600_000
const everyMs = hourMs
const experimentDays = 180
const readersAtOnce = 1_000
// A payment may be made by a challenge of the block before.
const challengeMs = 600_000

/** Makes the closing of one till. @param failed - Called where a closing by itself fails; the next one tries again. */
export function closings(deps: ClosingDeps, failed: (error: unknown) => void): Closing {
  let stopped = false
  let running: Promise<void> | undefined
  const weeks = { doneMs: 0 }
  const run = (): Promise<void> => {
    running ??= closeAll(deps, weeks, () => stopped).finally(() => (running = undefined))
    return running
  }
  const alone = (): void => void run().catch(failed)
  setImmediate(() => stopped || alone())
  const timer = setInterval(alone, everyMs).unref()
  return {
    run,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await running?.catch(() => undefined)
    },
  }
}

/** A day at a time, and readers wait between two of them no longer than one takes. */
async function closeAll(deps: ClosingDeps, weeks: { doneMs: number }, isStopped: () => boolean): Promise<void> {
  const { journal, nowMs, keepDays } = deps
  const first = await journal.firstDay()
  if (first === undefined) return
  const closed = await journal.closed()
  const today = Math.floor((nowMs() - graceMs) / dayMs) * dayMs
  let day = closed.dayMs === undefined ? Math.max(first, today - keepDays * dayMs) : closed.dayMs + dayMs
  let month = closed.monthMs === undefined ? monthStart(day) : monthEnd(closed.monthMs)
  for (; day < today; day += dayMs) {
    if (isStopped()) return
    await closeDay(deps, day)
    await breath()
  }
  for (; monthEnd(month) <= day; month = monthEnd(month)) {
    await closeMonth(deps, month, isStopped)
    if (isStopped()) return
  }
  // What has not enough sales on a Monday is looked at again on the next.
  if (weeks.doneMs >= weekStart(day)) return
  await closeExperiments(deps, weekStart(day))
  weeks.doneMs = weekStart(day)
}

async function closeDay({ journal, dither }: ClosingDeps, startMs: number): Promise<void> {
  const day = { startMs, endMs: startMs + dayMs }
  const [sold, refunded, asked, blocks] = await Promise.all([
    journal.settledIn(day),
    journal.givenBackIn(day),
    journal.sales(day),
    journal.blocksIn({ startMs: startMs - challengeMs, endMs: day.endMs }),
  ])
  const rule = { groupMin: dither.groupMin, level: 'day' } as const
  const tell = (measure: ToldCell['measure'], cells: Cells): ToldCell[] =>
    tellable(cells.values(), rule).map((cell) => toTold(cell, { measure, level: 'day', startMs }))
  const told = [...tell('sale', cellsOf(sold)), ...tell('refund', cellsOf(refunded)), ...tell('view', viewsOf(asked))]
  const totals: ClosedDay = {
    dayMs: startMs,
    sales: sold.length,
    amount: sum(sold),
    refunds: refunded.length,
    refunded: sum(refunded),
    views: asked.reduce((all, { asked: views }) => all + views, 0),
  }
  await journal.closeDay(totals, told, salesByBlock(blocks, sold))
}

async function closeMonth(deps: ClosingDeps, startMs: number, isStopped: () => boolean): Promise<void> {
  const { journal, dither } = deps
  const span = { startMs, endMs: monthEnd(startMs) }
  const isTold = toldIn(await journal.told(span))
  const month = newMonth()
  const left = { sale: new Map(), refund: new Map(), view: new Map() } satisfies Record<string, Cells>
  for (let day = startMs; day < span.endMs; day += dayMs) {
    if (isStopped()) return
    const time = { startMs: day, endMs: day + dayMs }
    const rows = await journal.settledIn(time)
    addDay(month, { dayMs: day, rows, endMs: span.endMs })
    for (const row of rows) if (!isTold('sale', day, row)) addSold(left.sale, row)
    for (const row of await journal.givenBackIn(time)) if (!isTold('refund', day, row)) addSold(left.refund, row)
    for (const { asked, offerId, price } of await journal.sales(time)) {
      month.views.set(offerId, (month.views.get(offerId) ?? 0) + asked)
      if (!isTold('view', day, { offerId, price })) addViews(left.view, { offerId, price }, asked)
    }
    await breath()
  }
  const rule = { groupMin: dither.groupMin, level: 'month' } as const
  const told = (['sale', 'refund', 'view'] as const).flatMap((measure) =>
    tellable(left[measure].values(), rule).map((cell) => toTold(cell, { measure, level: 'month', startMs })),
  )
  const known = await boughtBefore(journal, [...month.readers.keys()], startMs)
  const figures = monthFigures(month, { dither, monthMs: startMs, known })
  await journal.closeMonth({ monthMs: startMs, figures: JSON.stringify(figures) }, told)
}

/** Experiments are told anew on Mondays, from whole weeks. */
async function closeExperiments({ journal, dither }: ClosingDeps, untilMs: number): Promise<void> {
  const releases = new Map((await journal.releases()).map((release) => [release.experiment, release]))
  const blocks = await journal.blocksIn({ startMs: untilMs - experimentDays * dayMs, endMs: untilMs })
  const whole = blocks.filter(({ blockMs, hours }) => blockMs + hours * hourMs <= untilMs)
  for (const [experiment, units] of Map.groupBy(whole, (block) => block.experiment)) {
    const before = releases.get(experiment)
    if (before && before.untilMs >= untilMs) continue
    const counts = countsOf(units)
    if (!isDue(counts, before && (JSON.parse(before.counts) as Counts), dither.groupMin)) continue
    const figures = experimentFigures(units, { dither, experiment, untilMs })
    await journal.release({ experiment, untilMs, figures: JSON.stringify(figures), counts: JSON.stringify(counts) })
    await breath()
  }
}

async function boughtBefore(journal: InsightsJournal, keys: readonly string[], beforeMs: number): Promise<Set<string>> {
  const known = new Set<string>()
  for (let index = 0; index < keys.length; index += readersAtOnce) {
    for (const key of await journal.boughtBefore(keys.slice(index, index + readersAtOnce), beforeMs)) known.add(key)
    await breath()
  }
  return known
}

/** Sales of each block. A sale at the price of the block before, soon after its end, is of that one: its challenge was. */
function salesByBlock(blocks: readonly Block[], sold: readonly SoldRow[]): Block[] {
  const byOffer = Map.groupBy(blocks, ({ offerId }) => offerId)
  const sums = new Map<Block, { sales: number; amount: number }>()
  for (const { offerId, kind, price, amount, receivedAtMs } of sold) {
    const block = kind === 'article' ? blockOf(byOffer.get(offerId) ?? [], { price, atMs: receivedAtMs }) : undefined
    if (!block) continue
    const sum = sums.get(block) ?? { sales: 0, amount: 0 }
    sums.set(block, { sales: sum.sales + 1, amount: sum.amount + amount })
  }
  return [...sums].map(([block, sum]) => ({ ...block, ...sum }))
}

function blockOf(blocks: readonly Block[], sale: Readonly<{ price: number; atMs: number }>): Block | undefined {
  const endOf = ({ blockMs, hours }: Block): number => blockMs + hours * hourMs
  const now = blocks.filter((block) => block.blockMs <= sale.atMs && sale.atMs < endOf(block))
  const justBefore = blocks.filter((block) => endOf(block) <= sale.atMs && sale.atMs < endOf(block) + challengeMs)
  return [...now, ...justBefore].find(({ price }) => price === sale.price) ?? now[0]
}

function toldIn(told: readonly ToldCell[]) {
  const keys = new Set(
    told
      .filter(({ level }) => level === 'day')
      .map(({ measure, startMs, offerId, price }) => `${measure} ${startMs} ${price ?? ''} ${offerId}`),
  )
  return (
    measure: ToldCell['measure'],
    day: number,
    { offerId, price }: Readonly<{ offerId: string; price: number }>,
  ) => keys.has(`${measure} ${day} ${price} ${offerId}`) || keys.has(`${measure} ${day}  ${offerId}`)
}

function cellsOf(rows: readonly SoldRow[]): Cells {
  const cells: Cells = new Map()
  for (const row of rows) addSold(cells, row)
  return cells
}

function viewsOf(asked: readonly Sale[]): Cells {
  const cells: Cells = new Map()
  for (const { asked: views, offerId, price } of asked) addViews(cells, { offerId, price }, views)
  return cells
}

function sum(rows: readonly SoldRow[]): number {
  return rows.reduce((all, { amount }) => all + amount, 0)
}

/** Lets whoever waits for this thread go first. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
