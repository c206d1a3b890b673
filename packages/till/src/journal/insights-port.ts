/** What a journal keeps for insights: closed days and months, and what may be told of them; part of the port. insights/ decides, this only keeps. */

type Time = Readonly<{ startMs: number; endMs: number }>

/** What is counted: what was sold, what was given back, how often a price was named. */
export type Measure = 'sale' | 'refund' | 'view'

/** A settled payment as insights see it. `reader`: thumbprint; absent where nobody signed. Amounts in minor units. */
export type SoldRow = Readonly<{
  reader?: string
  offerId: string
  kind: 'article' | 'tip' | 'pass'
  price: number
  amount: number
  receivedAtMs: number
  refundedAtMs?: number
}>

/** All that happened in a day, whoever did it: what the account's statement says too. */
export type ClosedDay = Readonly<{
  dayMs: number
  sales: number
  amount: number
  refunds: number
  refunded: number
  views: number
}>

/**
 * A figure that may be told: of an offer at a price (absent: at all prices that are not told by themselves), in a day, or in a
 * month without the days that are told by themselves. `count` of sales, refunds or views.
 */
export type ToldCell = Readonly<{
  measure: Measure
  level: 'day' | 'month'
  startMs: number
  offerId: string
  price?: number
  kind: SoldRow['kind']
  count: number
  amount: number
}>

/** Views and sales of an offer in one block of a price experiment. Never told as it is. */
export type Block = Readonly<{
  experiment: string
  offerId: string
  blockMs: number
  hours: number
  price: number
  views: number
  sales: number
  amount: number
}>

/** Where a view took place in an experiment. */
export type BlockName = Pick<Block, 'experiment' | 'blockMs' | 'hours'>

/** What is told of an experiment; `figures` and `counts` are JSON. `counts`: sales of each price then, which are not told. */
export type Release = Readonly<{ experiment: string; untilMs: number; figures: string; counts: string }>

/** What is told of readers in a month; `figures` is JSON. */
export type ClosedMonth = Readonly<{ monthMs: number; figures: string }>

/** The part of a journal that insights work with. What is closed is written once and never changes. */
export type InsightsJournal = {
  /** Payments settled in a time, and those given back in it. */
  settledIn(time: Time): Promise<readonly SoldRow[]>
  givenBackIn(time: Time): Promise<readonly SoldRow[]>
  /** Which of the keys had bought anything before. */
  boughtBefore(thumbprints: readonly string[], beforeMs: number): Promise<ReadonlySet<string>>
  /** Start of the first day of which anything is known. */
  firstDay(): Promise<number | undefined>
  /** The last day and the last month that are closed. */
  closed(): Promise<Readonly<{ dayMs?: number; monthMs?: number }>>
  /** Closes a day, unless it is closed. @param blocks - Sales to add to an experiment's blocks. */
  closeDay(day: ClosedDay, told: readonly ToldCell[], blocks: readonly Block[]): Promise<void>
  /** Closes a month, unless it is closed. */
  closeMonth(month: ClosedMonth, told: readonly ToldCell[]): Promise<void>
  closedDays(time: Time): Promise<readonly ClosedDay[]>
  closedMonths(time: Time): Promise<readonly ClosedMonth[]>
  /** Told cells that begin in a time. */
  told(time: Time): Promise<readonly ToldCell[]>
  /** Blocks that lie in a time, or partly. */
  blocksIn(time: Time): Promise<readonly Block[]>
  release(release: Release): Promise<void>
  releases(): Promise<readonly Release[]>
}
