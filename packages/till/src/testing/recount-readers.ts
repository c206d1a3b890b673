/** The part of a recount that is about readers, months and experiments; recount.ts calls it. */
import type { DatabaseSync } from 'node:sqlite'
import type { ExperimentFigures } from '../insights/experiment.ts'
import type { MonthLine, Report } from '../insights/report.ts'

/** What a recount works with. `same` compares a figure. */
export type Recount = Readonly<{
  db: DatabaseSync
  report: Report
  /** The rounding's chance, for a name. */
  drawn: (name: readonly (string | number)[]) => number
  same: (what: string, told: unknown, counted: unknown) => void
}>

/** As the product rounds: up or down to a multiple of the group size by a chance drawn for the name; nothing below twice that. */
function about(
  { drawn, report: { groupMin } }: Recount,
  name: readonly (string | number)[],
  count: number,
): number | null {
  const multiple = count - ((count + drawn(name)) % groupMin) + drawn(name)
  return multiple < 2 * groupMin ? null : multiple
}

/** Counts a month's readers again. */
export function recountMonth(counting: Recount, told: MonthLine): void {
  const { db, same } = counting
  const startMs = Date.parse(`${told.month}-01T00:00:00Z`)
  const start = new Date(startMs)
  const endMs = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)
  const round = (name: readonly string[], count: unknown): number | null =>
    about(counting, ['month', startMs, ...name], (count as number | null) ?? 0)
  db.exec(`
    DROP TABLE IF EXISTS temp.bought;
    CREATE TEMP TABLE bought AS SELECT thumbprint, offer_id, kind, deposited_at_ms AS at, reference,
      date(deposited_at_ms / 1000, 'unixepoch') AS day, coalesce(refunded_at_ms, ${endMs}) >= ${endMs} AND thumbprint IS NOT NULL AS kept
      FROM payment WHERE deposited_at_ms >= ${startMs} AND deposited_at_ms < ${endMs} AND kind <> 'tip';
    DROP TABLE IF EXISTS temp.first12;
    CREATE TEMP TABLE first12 AS SELECT thumbprint, offer_id FROM (
      SELECT thumbprint, offer_id, row_number() OVER (PARTITION BY thumbprint ORDER BY min(at), min(at || reference)) AS place
      FROM bought WHERE kept AND kind = 'article' GROUP BY thumbprint, offer_id) WHERE place <= 12;
    CREATE INDEX temp.first12_of ON first12 (thumbprint)`)
  const days = db
    .prepare(
      `SELECT CASE WHEN d < 3 THEN d || '' WHEN d < 5 THEN '3-4' ELSE '5+' END AS days, count(*) AS n
       FROM (SELECT count(DISTINCT day) AS d FROM bought WHERE kept GROUP BY thumbprint) GROUP BY 1`,
    )
    .all()
  const byDays = new Map(days.map((row) => [row['days'], row['n']]))
  for (const { days: bucket, readers } of told.days)
    same(`${told.month} readers on ${bucket} days`, readers, round(['days', bucket], byDays.get(bucket)))
  const back = db
    .prepare(
      `SELECT count(*) AS readers, sum(EXISTS (SELECT 1 FROM payment p WHERE p.thumbprint = b.thumbprint AND p.kind <> 'tip'
         AND p.stage <> 'received' AND p.received_at_ms < ${startMs})) AS known
       FROM (SELECT DISTINCT thumbprint FROM bought WHERE kept) b`,
    )
    .get() as { readers: number; known: number }
  same(`${told.month} back`, told.back, {
    returning: round(['returning'], back.known),
    first: round(['first'], back.readers - back.known),
  })
  recountPairs(counting, told, round)
  recountRates(counting, told, { round, startMs, endMs })
}

type Round = (name: readonly string[], count: unknown) => number | null

function recountPairs({ db, same }: Recount, told: MonthLine, round: Round): void {
  const rows = db
    .prepare(
      `SELECT x.offer_id AS a, y.offer_id AS b, count(*) AS n FROM first12 x JOIN first12 y
       ON x.thumbprint = y.thumbprint AND x.offer_id < y.offer_id GROUP BY 1, 2`,
    )
    .all() as { a: string; b: string; n: number }[]
  const counted = rows
    .map(({ a, b, n }) => ({ a, b, readers: n <= told.groupMin ? null : round(['pair', a, b], n) }))
    .filter(({ readers }) => readers !== null)
  same(`${told.month} pairs`, told.pairs.length, Math.min(200, counted.length))
  const byName = new Map(counted.map((pair) => [`${pair.a} ${pair.b}`, pair.readers]))
  for (const { a, b, readers } of told.pairs) same(`${told.month} ${a} and ${b}`, readers, byName.get(`${a} ${b}`))
}

function recountRates(
  { db, same }: Recount,
  told: MonthLine,
  by: Readonly<{ round: Round; startMs: number; endMs: number }>,
): void {
  const { round, startMs, endMs } = by
  const rows = db
    .prepare(
      `SELECT s.offer_id AS id, sum(asked) AS views, (SELECT count(*) FROM bought b WHERE b.offer_id = s.offer_id) AS sold
       FROM sale s WHERE day_ms >= ? AND day_ms < ? GROUP BY 1 ORDER BY 1`,
    )
    .all(startMs, endMs) as { id: string; views: number; sold: number }[]
  const counted = rows
    .map(({ id, views, sold }) => ({
      offerId: id,
      views: round(['views', id], views),
      sold: round(['sold', id], sold),
    }))
    .filter(({ views }) => views !== null)
  same(`${told.month} rates`, told.offers, counted)
}

/** Counts an experiment again: sales to the block in which they were made or whose price they had, then the variance of a ratio. */
export function recountExperiment(counting: Recount, told: ExperimentFigures): void {
  const { db, same } = counting
  const { experiment, untilMs } = told
  const hour = 3_600_000
  const sinceMs = untilMs - 180 * 24 * hour
  const arms = db
    .prepare(
      `WITH unit AS (SELECT offer_id, block_ms, price, views FROM insight_block WHERE experiment = :experiment AND block_ms + hours * ${hour} <= :until
           AND block_ms + hours * ${hour} > :since),
         made AS (SELECT p.amount,
           coalesce(now.offer_id, before.offer_id, anyhow.offer_id) AS offer_id,
           coalesce(now.block_ms, before.block_ms, anyhow.block_ms) AS block_ms, coalesce(now.price, before.price, anyhow.price) AS price
           FROM payment p
           LEFT JOIN unit now ON now.offer_id = p.offer_id AND now.price = p.price
             AND now.block_ms = p.received_at_ms - p.received_at_ms % ${hour}
           LEFT JOIN unit before ON before.offer_id = p.offer_id AND before.price = p.price AND p.received_at_ms % ${hour} < 600000
             AND before.block_ms = p.received_at_ms - p.received_at_ms % ${hour} - ${hour}
           LEFT JOIN unit anyhow ON anyhow.offer_id = p.offer_id AND anyhow.block_ms = p.received_at_ms - p.received_at_ms % ${hour}
           WHERE p.kind = 'article' AND p.deposited_at_ms IS NOT NULL),
         sums AS (SELECT offer_id, block_ms, price, count(*) AS sold, sum(amount) AS amount FROM made WHERE block_ms IS NOT NULL GROUP BY 1, 2, 3),
         both AS (SELECT price, views AS x, coalesce(amount, 0) AS y, coalesce(sold, 0) AS sold
           FROM unit LEFT JOIN sums USING (offer_id, block_ms, price))
       SELECT price, count(*) AS blocks, sum(x) AS views, sum(sold) AS sold, 1.0 * sum(y) / sum(x) AS ratio,
         sum(1.0 * y * y) AS yy, sum(1.0 * x * y) AS xy, sum(1.0 * x * x) AS xx FROM both GROUP BY price ORDER BY price`,
    )
    .all({ experiment, until: untilMs, since: sinceMs }) as Record<string, number>[]
  const digits = (value: number): number => Number(value.toPrecision(2))
  const sides = arms.map((arm) => {
    const { price = 0, blocks = 0, views = 0, sold = 0, ratio = 0, yy = 0, xy = 0, xx = 0 } = arm
    const round = (what: string, count: number) =>
      about(counting, ['experiment', experiment, untilMs, price, what], count)
    const variance = ((blocks / (blocks - 1)) * (yy - 2 * ratio * xy + ratio * ratio * xx)) / (views * views)
    return { price, blocks, views: round('views', views), sold: round('sold', sold), ratio, variance }
  })
  same(
    `${experiment} arms`,
    told.arms.map(({ price, blocks, views, sold }) => ({ price, blocks, views, sold })),
    sides.map(({ price, blocks, views, sold }) => ({ price, blocks, views, sold })),
  )
  if (told.status !== 'enough') return
  for (const [index, arm] of told.arms.entries())
    same(`${experiment} at ${arm.price}`, arm.per1000, Math.round(digits(1_000 * (sides[index]?.ratio ?? 0))))
  for (const { price, per1000, level } of told.comparisons) {
    const [base, side] = [sides[0], sides.find((one) => one.price === price)]
    if (!base || !side) return same(`${experiment} ${price}`, price, undefined)
    const variance = base.variance + side.variance
    const df = variance ** 2 / (base.variance ** 2 / (base.blocks - 1) + side.variance ** 2 / (side.blocks - 1))
    const [middle, half] = [side.ratio - base.ratio, studentAbove((1 - level) / 2, df) * Math.sqrt(variance)]
    const scaled = (value: number): number => Math.round(digits(1_000 * value))
    same(`${experiment} ${price} less ${base.price}`, per1000, {
      estimate: scaled(middle),
      low: scaled(middle - half),
      high: scaled(middle + half),
    })
  }
}

/** The t above which a share of Student's distribution lies, by adding its density up. */
function studentAbove(share: number, df: number): number {
  const density = (t: number): number => Math.exp((-(df + 1) / 2) * Math.log1p((t * t) / df))
  const step = 1e-4
  let whole = 0
  for (let t = step / 2; t < 60; t += step) whole += density(t) * step
  let sum = 0
  for (let t = step / 2; t < 60; t += step) {
    sum += density(t) * step
    if (sum / whole / 2 >= 0.5 - share) return t + step / 2
  }
  return 60
}
