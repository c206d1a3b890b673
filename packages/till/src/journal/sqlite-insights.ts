/** What the SQLite journal keeps for insights. */
import type { DatabaseSync } from 'node:sqlite'
import type { Block, ClosedDay, InsightsJournal, SoldRow, ToldCell } from './insights-port.ts'
import { transact, unsynced, type Row } from './sqlite-transaction.ts'

const dayMs = 86_400_000
/** Experiments are judged by less. */
const blocksKeptMs = 400 * dayMs
/** The longest that an experiment's configuration allows. */
const longestBlockMs = 168 * 3_600_000
/** Stands for all prices: no price is below one. */
const anyPrice = 0

/** Makes the insights' part on an open database. */
export function sqliteInsights(db: DatabaseSync): InsightsJournal {
  const statements = prepare(db)
  const tell = (told: readonly ToldCell[]): void => {
    for (const { measure, level, startMs, offerId, price = anyPrice, kind, count, amount } of told)
      statements.tell.run(measure, level, startMs, offerId, price, kind, count, amount)
  }
  return {
    ...reads(statements),
    async closeDay(day, told, blocks) {
      unsynced(db, () =>
        transact(db, () => {
          const { dayMs: start, sales, amount, refunds, refunded, views } = day
          if (statements.closeDay.run(start, sales, amount, refunds, refunded, views).changes === 0) return
          tell(told)
          statements.forgetBlocks.run(start - blocksKeptMs)
          for (const block of blocks) {
            const { experiment, offerId, blockMs, price } = block
            statements.addSales.run(block.sales, block.amount, experiment, offerId, blockMs, price)
          }
        }),
      )
    },
    async closeMonth({ monthMs, figures }, told) {
      unsynced(db, () =>
        transact(db, () => {
          if (statements.closeMonth.run(monthMs, figures).changes === 1) tell(told)
        }),
      )
    },
    async release({ experiment, untilMs, figures, counts }) {
      unsynced(db, () => statements.release.run(experiment, untilMs, figures, counts))
    },
  }
}

function reads(statements: Statements): Omit<InsightsJournal, 'closeDay' | 'closeMonth' | 'release'> {
  return {
    async settledIn({ startMs, endMs }) {
      return statements.settled.all(startMs, endMs).map(toSold)
    },
    async givenBackIn({ startMs, endMs }) {
      return statements.givenBack.all(startMs, endMs).map(toSold)
    },
    async boughtBefore(thumbprints, beforeMs) {
      return new Set(thumbprints.filter((thumbprint) => statements.before.get(thumbprint, beforeMs) !== undefined))
    },
    async firstDay() {
      const { first } = statements.first.get() as { first: number | null }
      return first === null ? undefined : first - (first % dayMs)
    },
    async closed() {
      const { day, month } = statements.closed.get() as { day: number | null; month: number | null }
      return { ...(day !== null && { dayMs: day }), ...(month !== null && { monthMs: month }) }
    },
    async closedDays({ startMs, endMs }) {
      return statements.days.all(startMs, endMs).map(toDay)
    },
    async closedMonths({ startMs, endMs }) {
      const toMonth = (row: Row) => ({ monthMs: row['month_ms'] as number, figures: row['figures'] as string })
      return statements.months.all(startMs, endMs).map(toMonth)
    },
    async told({ startMs, endMs }) {
      return statements.told.all(startMs, endMs).map(toCell)
    },
    async blocksIn({ startMs, endMs }) {
      return statements.blocks.all({ start: startMs, end: endMs }).map(toBlock)
    },
    async releases() {
      return statements.releases.all().map((row) => ({
        experiment: row['experiment'] as string,
        untilMs: row['until_ms'] as number,
        figures: row['figures'] as string,
        counts: row['counts'] as string,
      }))
    },
  }
}

type Statements = ReturnType<typeof prepare>

const soldColumns = 'thumbprint, offer_id, kind, price, amount, received_at_ms, refunded_at_ms'

function prepare(db: DatabaseSync) {
  return {
    settled: db.prepare(
      `SELECT ${soldColumns} FROM payment WHERE deposited_at_ms >= ? AND deposited_at_ms < ? ORDER BY deposited_at_ms, reference`,
    ),
    givenBack: db.prepare(
      `SELECT ${soldColumns} FROM payment WHERE refunded_at_ms >= ? AND refunded_at_ms < ? ORDER BY refunded_at_ms, reference`,
    ),
    before: db.prepare(
      `SELECT 1 FROM payment WHERE thumbprint = ? AND received_at_ms < ? AND stage <> 'received' AND kind <> 'tip' LIMIT 1`,
    ),
    first: db.prepare(
      `SELECT min(at) AS first FROM (SELECT min(deposited_at_ms) AS at FROM payment WHERE deposited_at_ms IS NOT NULL
         UNION ALL SELECT min(day_ms) FROM sale)`,
    ),
    closed: db.prepare(
      'SELECT (SELECT max(day_ms) FROM insight_day) AS day, (SELECT max(month_ms) FROM insight_month) AS month',
    ),
    closeDay: db.prepare('INSERT OR IGNORE INTO insight_day VALUES (?, ?, ?, ?, ?, ?)'),
    closeMonth: db.prepare('INSERT OR IGNORE INTO insight_month VALUES (?, ?)'),
    tell: db.prepare('INSERT INTO insight_told VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addSales: db.prepare(
      `UPDATE insight_block SET sales = sales + ?, amount = amount + ?
       WHERE experiment = ? AND offer_id = ? AND block_ms = ? AND price = ?`,
    ),
    forgetBlocks: db.prepare('DELETE FROM insight_block WHERE block_ms < ?'),
    days: db.prepare('SELECT * FROM insight_day WHERE day_ms >= ? AND day_ms < ? ORDER BY day_ms'),
    months: db.prepare('SELECT * FROM insight_month WHERE month_ms >= ? AND month_ms < ? ORDER BY month_ms'),
    told: db.prepare(
      `SELECT * FROM insight_told WHERE start_ms >= ? AND start_ms < ? ORDER BY measure, level, start_ms, offer_id, price`,
    ),
    blocks: db.prepare(
      `SELECT * FROM insight_block WHERE block_ms >= :start - ${longestBlockMs} AND block_ms < :end
         AND block_ms + hours * 3600000 > :start ORDER BY experiment, offer_id, block_ms, price`,
    ),
    release: db.prepare('INSERT OR REPLACE INTO insight_release VALUES (?, ?, ?, ?)'),
    releases: db.prepare('SELECT * FROM insight_release ORDER BY experiment'),
  }
}

function toSold(row: Row): SoldRow {
  const { thumbprint, refunded_at_ms: refundedAtMs } = row
  return {
    ...(thumbprint !== null && { reader: thumbprint as string }),
    offerId: row['offer_id'] as string,
    kind: row['kind'] as SoldRow['kind'],
    price: row['price'] as number,
    amount: row['amount'] as number,
    receivedAtMs: row['received_at_ms'] as number,
    ...(refundedAtMs !== null && { refundedAtMs: refundedAtMs as number }),
  }
}

function toDay(row: Row): ClosedDay {
  return {
    dayMs: row['day_ms'] as number,
    sales: row['sales'] as number,
    amount: row['amount'] as number,
    refunds: row['refunds'] as number,
    refunded: row['refunded'] as number,
    views: row['views'] as number,
  }
}

function toCell(row: Row): ToldCell {
  return {
    measure: row['measure'] as ToldCell['measure'],
    level: row['level'] as ToldCell['level'],
    startMs: row['start_ms'] as number,
    offerId: row['offer_id'] as string,
    ...(row['price'] !== anyPrice && { price: row['price'] as number }),
    kind: row['kind'] as ToldCell['kind'],
    count: row['count'] as number,
    amount: row['amount'] as number,
  }
}

function toBlock(row: Row): Block {
  return {
    experiment: row['experiment'] as string,
    offerId: row['offer_id'] as string,
    blockMs: row['block_ms'] as number,
    hours: row['hours'] as number,
    price: row['price'] as number,
    views: row['views'] as number,
    sales: row['sales'] as number,
    amount: row['amount'] as number,
  }
}
