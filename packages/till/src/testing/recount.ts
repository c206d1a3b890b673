/** Counts an insights report again, by plain SQL on the journal's payments: nothing of insights/ is used, so that both can't be wrong alike. */
import { createHmac } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Report } from '../insights/report.ts'
import { recountExperiment, recountMonth, type Recount } from './recount-readers.ts'

const dayMs = 86_400_000

/**
 * Counts a report again.
 *
 * @param path - The journal's file; read only.
 * @param secret - What the report's rounding was drawn from.
 * @returns How many figures were compared, and each that differs, in words.
 */
export function recount(
  path: string,
  report: Report,
  secret: Uint8Array,
): Readonly<{ figures: number; differences: string[] }> {
  const db = new DatabaseSync(path, { readOnly: true })
  const differences: string[] = []
  let figures = 0
  const same: Recount['same'] = (what, told, counted) => {
    figures += 1
    if (JSON.stringify(told) !== JSON.stringify(counted))
      differences.push(`${what}: told ${JSON.stringify(told)}, counted ${JSON.stringify(counted)}`)
  }
  const drawn: Recount['drawn'] = (name) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['insights', ...name]))
      .digest()
      .readUInt32BE(0) % report.groupMin
  const counting: Recount = { db, report, drawn, same }
  try {
    prepare(counting)
    recountDays(counting)
    recountCells(counting)
    recountPools(counting)
    recountSums(counting)
    for (const month of report.months) recountMonth(counting, month)
    for (const experiment of report.experiments) recountExperiment(counting, experiment)
  } finally {
    db.close()
  }
  return { figures, differences }
}

/** One view of what happened, and a table of what was told of it. */
function prepare({ db, report }: Recount): void {
  db.exec(`
    CREATE TEMP VIEW happened AS
      SELECT 'sale' AS measure, date(deposited_at_ms / 1000, 'unixepoch') AS day, offer_id, price, amount, 1 AS n,
        coalesce(thumbprint, '') AS reader FROM payment WHERE deposited_at_ms IS NOT NULL
      UNION ALL
      SELECT 'refund', date(refunded_at_ms / 1000, 'unixepoch'), offer_id, price, amount, 1, coalesce(thumbprint, '')
        FROM payment WHERE refunded_at_ms IS NOT NULL
      UNION ALL
      SELECT 'view', date(day_ms / 1000, 'unixepoch'), offer_id, price, 0, asked, NULL FROM sale WHERE asked > 0;
    CREATE TEMP TABLE rows AS SELECT * FROM happened WHERE day BETWEEN '${report.from}' AND '${report.to}';
    CREATE TEMP TABLE cells (id INTEGER PRIMARY KEY, measure, first, last, offer_id, price, n, amount);
    ALTER TABLE rows ADD COLUMN cell INTEGER`)
  const insert = db.prepare(
    'INSERT INTO cells (measure, first, last, offer_id, price, n, amount) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  for (const { measure, from, to, offerId, price, count, amount } of report.cells)
    insert.run(measure, from, to, offerId, price, count, amount)
  // Each row belongs to the finest cell that covers it: days before months, a price before all.
  db.exec(`
    CREATE INDEX temp.cells_of ON cells (measure, offer_id, first);
    UPDATE rows SET cell = (
      SELECT id FROM cells c WHERE c.measure = rows.measure AND c.offer_id = rows.offer_id
        AND rows.day BETWEEN c.first AND c.last AND (c.price IS NULL OR c.price = rows.price)
      ORDER BY julianday(c.last) - julianday(c.first), c.price IS NULL LIMIT 1);
    CREATE INDEX temp.rows_of ON rows (measure, day);
    CREATE INDEX temp.rows_cell ON rows (cell, reader, amount, n)`)
}

function recountDays({ db, report, same }: Recount): void {
  const days = db
    .prepare(
      `SELECT day, sum(n) FILTER (WHERE measure = 'sale') AS sold, sum(amount) FILTER (WHERE measure = 'sale') AS amount,
         sum(n) FILTER (WHERE measure = 'refund') AS refunds, sum(amount) FILTER (WHERE measure = 'refund') AS refunded,
         sum(n) FILTER (WHERE measure = 'view') AS views
       FROM rows WHERE day <= ? GROUP BY day`,
    )
    .all(report.closedTo ?? '')
  const byDay = new Map(days.map((row) => [row['day'], row]))
  for (const line of report.days) {
    const row = byDay.get(line.day) ?? {}
    const views = (row['views'] as number | null) ?? 0
    same(`day ${line.day}`, line, {
      day: line.day,
      sold: row['sold'] ?? 0,
      amount: row['amount'] ?? 0,
      refunds: row['refunds'] ?? 0,
      refunded: row['refunded'] ?? 0,
      views: views < report.groupMin ? null : views,
    })
  }
  const last = [report.closedTo ?? '', report.to].sort()[0] ?? ''
  const first = report.days[0]?.day ?? report.from
  same('days', report.days.length, Math.round((Date.parse(last) - Date.parse(first)) / dayMs) + 1)
}

/** Each told cell is what SQL counts, and of enough readers, none of whom paid more than half. */
function recountCells({ db, report, same }: Recount): void {
  const counted = db
    .prepare(
      `SELECT c.measure || ' ' || c.first || ' ' || c.offer_id || ' ' || coalesce(c.price, 'any') AS name, c.n, c.amount,
         (SELECT sum(n) FROM rows WHERE cell = c.id) AS n2, (SELECT sum(amount) FROM rows WHERE cell = c.id) AS amount2,
         CASE c.measure WHEN 'view' THEN c.n ELSE (SELECT count(DISTINCT reader) FROM rows WHERE cell = c.id) END AS readers,
         coalesce((SELECT max(paid) FROM (SELECT sum(amount) AS paid FROM rows WHERE cell = c.id GROUP BY reader)), 0) AS most
       FROM cells c`,
    )
    .all()
  for (const { name, n, amount, n2, amount2, readers, most } of counted as Record<string, number>[]) {
    same(`cell ${name}`, [n, amount], [n2, amount2])
    same(
      `readers of ${name}`,
      (readers as number) >= report.groupMin && (most as number) * 2 <= (amount as number) + Number(amount === 0),
      true,
    )
  }
}

/** What is left of a day is nothing, or all, or of enough readers; and no more is kept back than that takes. */
function recountPools({ db, report, same }: Recount): void {
  const pools = db
    .prepare(
      `SELECT r.measure, r.day, sum(n) AS n, count(DISTINCT reader) AS readers, sum(told) AS told FROM (
         SELECT rows.*, EXISTS (SELECT 1 FROM cells c WHERE c.id = rows.cell AND c.first = c.last) AS told FROM rows) r
       WHERE NOT told GROUP BY 1, 2 HAVING EXISTS (
         SELECT 1 FROM cells c WHERE c.measure = r.measure AND c.first = r.day AND c.last = r.day)`,
    )
    .all()
  for (const { measure, day, n, readers } of pools as Record<string, number>[])
    same(`pool of ${measure} ${day}`, ((String(measure) === 'view' ? n : readers) as number) >= report.groupMin, true)
  const until = report.closedTo ?? ''
  db.exec(`
    CREATE TEMP TABLE day_left AS SELECT * FROM rows WHERE measure = 'sale' AND day <= '${until}'
      AND NOT EXISTS (SELECT 1 FROM cells c WHERE c.id = rows.cell AND c.first = c.last);
    CREATE TEMP TABLE big AS SELECT day, offer_id, price FROM day_left GROUP BY 1, 2, 3
      HAVING count(DISTINCT reader) >= ${report.groupMin} AND max(amount) * 2 <= sum(amount);
    CREATE INDEX temp.big_of ON big (day, offer_id, price)`)
  const kept = db
    .prepare(
      `SELECT d.day, count(DISTINCT CASE WHEN b.day IS NULL THEN reader END) AS readers
       FROM day_left d LEFT JOIN big b ON b.day = d.day AND b.offer_id = d.offer_id AND b.price = d.price
       WHERE d.day IN (SELECT day FROM big) GROUP BY 1`,
    )
    .all()
  for (const { day, readers } of kept as Record<string, number>[])
    same(`kept back on ${day}`, (readers as number) < report.groupMin, true)
}

function recountSums({ db, report, same }: Recount): void {
  const sums = `coalesce(sum(n) FILTER (WHERE measure = 'sale'), 0) AS sold, coalesce(sum(amount) FILTER (WHERE measure = 'sale'), 0) AS amount`
  const back = `coalesce(sum(n) FILTER (WHERE measure = 'refund'), 0) AS refunds, coalesce(sum(amount) FILTER (WHERE measure = 'refund'), 0) AS refunded`
  const views = `coalesce(sum(n) FILTER (WHERE measure = 'view'), 0) AS views`
  const offers = db
    .prepare(`SELECT offer_id AS id, ${sums}, ${back}, ${views} FROM rows WHERE cell IS NOT NULL GROUP BY 1`)
    .all()
  const byId = new Map(offers.map(({ id, ...row }) => [id, row]))
  same('offers', report.offers.length, byId.size)
  for (const { id, title: _, kind: __, ...line } of report.offers) same(`offer ${id}`, line, byId.get(id))
  const rest = db
    .prepare(`SELECT ${sums}, ${back} FROM rows WHERE cell IS NULL AND day <= ?`)
    .get(report.closedTo ?? '')
  same('rest', report.rest, rest)
  const prices = db
    .prepare(
      `SELECT rows.price, ${sums}, ${views} FROM rows JOIN cells c ON c.id = cell JOIN temp.kinds k ON k.offer_id = rows.offer_id
       WHERE c.price IS NOT NULL AND k.kind <> 'tip' AND rows.measure <> 'refund' GROUP BY 1 ORDER BY 1`
        .replaceAll('(n)', '(rows.n)')
        .replaceAll('(amount)', '(rows.amount)')
        .replaceAll('WHERE measure', 'WHERE rows.measure')
        .replaceAll('temp.kinds', `(SELECT DISTINCT offer_id, kind FROM payment)`),
    )
    .all()
  same('prices', report.prices, prices)
}
