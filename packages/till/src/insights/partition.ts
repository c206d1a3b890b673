/** Decides which figures of a day or a month may be told: those of enough readers, and only if what is left is of enough readers too. Pure. */
import type { Measure, SoldRow, ToldCell } from '../journal/insights-port.ts'

/** What was counted of an offer at a price, and by whom. Of views nobody knows by whom: each counts for one. */
export type Cell = {
  offerId: string
  /** Absent: at all prices that are not told by themselves. */
  price?: number
  kind: SoldRow['kind']
  count: number
  amount: number
  /** Minor units by reader; all who paid without a key count for one, named ''. Empty for views. */
  readers: Map<string, number>
}

/** Cells by offer and price, as they are added up. */
export type Cells = Map<string, Cell>

/** Adds a sale or a refund. */
export function addSold(cells: Cells, { reader = '', offerId, kind, price, amount }: SoldRow): void {
  const cell = cellOf(cells, { offerId, price, kind })
  cell.count += 1
  cell.amount += amount
  cell.readers.set(reader, (cell.readers.get(reader) ?? 0) + amount)
}

/** Adds views. */
export function addViews(cells: Cells, of: Readonly<{ offerId: string; price: number }>, views: number): void {
  if (views > 0) cellOf(cells, { ...of, kind: 'article' }).count += views
}

function cellOf(cells: Cells, of: Pick<Cell, 'offerId' | 'kind'> & { price: number }): Cell {
  const key = `${of.price} ${of.offerId}`
  const known = cells.get(key)
  if (known) return known
  const cell: Cell = { ...of, count: 0, amount: 0, readers: new Map() }
  cells.set(key, cell)
  return cell
}

/**
 * The cells that may be told, out of all of a day, or of what a month's days did not tell. Everything else is one pool, which
 * whoever knows the total knows too: it is empty, or of at least `groupMin` readers.
 *
 * First by offer and price; what is too small for that, by offer; and if the pool were too small, the smallest cells go into it. In a
 * month at least two groups must be left: told to somebody who knows each day's total, one alone would tell its days.
 *
 * @param rule.groupMin - Readers (or views) behind each figure.
 */
export function tellable(
  cells: Iterable<Cell>,
  rule: Readonly<{ groupMin: number; level: ToldCell['level'] }>,
): readonly Cell[] {
  const { groupMin, level } = rule
  const priced = sift([...cells], groupMin)
  const merged = sift(byOffer(priced.small), groupMin)
  const told = [...priced.enough, ...merged.enough].sort(
    (a, b) => sizeOf(a) - sizeOf(b) || compare(a.offerId, b.offerId) || (a.price ?? 0) - (b.price ?? 0),
  )
  let pool = join(merged.small)
  while (pool && sizeOf(pool) < groupMin) {
    const smallest = told.shift()
    if (!smallest) return []
    pool = join([pool, smallest])
  }
  if (level === 'month' && told.length + (pool ? 1 : 0) < 2) return []
  return told
}

/** A cell as it is told. */
export function toTold(
  cell: Cell,
  at: Readonly<{ measure: Measure; level: ToldCell['level']; startMs: number }>,
): ToldCell {
  const { readers: _, ...rest } = cell
  return { ...at, ...rest }
}

/** Readers behind a cell; of views, their number. */
function sizeOf({ readers, count }: Cell): number {
  return readers.size === 0 ? count : readers.size
}

/** Whether a cell is of enough readers, none of whom paid more than half: a sum tells what its largest part may be. */
function isEnough(cell: Cell, groupMin: number): boolean {
  if (sizeOf(cell) < groupMin) return false
  for (const paid of cell.readers.values()) if (paid * 2 > cell.amount) return false
  return true
}

function sift(cells: readonly Cell[], groupMin: number): Readonly<{ enough: Cell[]; small: Cell[] }> {
  const enough: Cell[] = []
  const small: Cell[] = []
  for (const cell of cells) (isEnough(cell, groupMin) ? enough : small).push(cell)
  return { enough, small }
}

function byOffer(cells: readonly Cell[]): Cell[] {
  const groups = Map.groupBy(cells, ({ offerId }) => offerId)
  return [...groups.values()].flatMap((group) => {
    const { price: _, ...all } = join(group) as Cell
    return all
  })
}

function join(cells: readonly Cell[]): Cell | undefined {
  const [first, ...rest] = cells
  if (!first) return undefined
  const sum: Cell = { ...first, readers: new Map(first.readers) }
  for (const { count, amount, readers } of rest) {
    sum.count += count
    sum.amount += amount
    for (const [reader, paid] of readers) sum.readers.set(reader, (sum.readers.get(reader) ?? 0) + paid)
  }
  return sum
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
