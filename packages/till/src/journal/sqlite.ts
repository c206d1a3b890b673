/** The journal in one SQLite file (WAL; synced where the port asks for it), for createTill() on one machine. */
import assert from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { journalLimits } from './port.ts'
import type { Journal, JournaledPayment, JournalLimits, Received } from './port.ts'
import { sqliteInsights } from './sqlite-insights.ts'
import { sqliteReaders, type InsertEvent, type Readers } from './sqlite-readers.ts'
import { sqliteRecords, sqliteRefunds } from './sqlite-refunds.ts'
import { migrate } from './sqlite-schema.ts'
import { toPayment, transact, unavailableWhenBroken, unsynced } from './sqlite-transaction.ts'

const busyTimeoutMs = 5_000
const dayMs = 86_400_000
// The default of 1,000 pages makes every few hundred payments pay for a checkpoint; see the measurements in the design.
const walAutocheckpointPages = 10_000
const pruneMax = 10_000

/**
 * Opens (or creates) a journal.
 *
 * @param path - A file, or `:memory:` (nothing is kept; for tests).
 * @throws {Error} The file is not a database, is newer than this program, or can't be written.
 */
export function openSqliteJournal(path: string, limits: JournalLimits = journalLimits): Journal {
  // Coins on their way to the mint stand in it: for the owner's eyes only, and SQLite gives its log the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${walAutocheckpointPages}`)
  transact(db, () => migrate(db))
  const event = db.prepare('INSERT OR IGNORE INTO event (id, type, data, at_ms, next_at_ms) VALUES (?, ?, ?, ?, ?)')
  const insertEvent: InsertEvent = ({ id, type, data }, atMs) => event.run(id, type, data, atMs, atMs)
  const { stateNow, ...readers } = sqliteReaders(db, insertEvent)
  return unavailableWhenBroken({
    ...payments(db, { limits, stateNow, insertEvent }),
    ...readers,
    ...sqliteRefunds(db, insertEvent),
    ...sqliteRecords(db),
    ...sqliteInsights(db),
    async close() {
      if (db.isOpen) db.close()
    },
  })
}

/** A journal that is lost with the process, for tests and trials. */
export function memoryJournal(limits?: JournalLimits): Journal {
  return openSqliteJournal(':memory:', limits)
}

type Payments = Pick<Journal, 'receive' | 'deposited' | 'delivered' | 'refused' | 'find' | 'unsettled' | 'prune'>

function payments(
  db: DatabaseSync,
  parts: Readonly<{ limits: JournalLimits; insertEvent: InsertEvent }> & Pick<Readers, 'stateNow'>,
): Payments {
  const { limits, stateNow, insertEvent } = parts
  const statements = prepare(db)
  const find = (reference: string): JournaledPayment | undefined => {
    const row = statements.find.get(reference)
    return row && toPayment(row)
  }
  const rivalOf = ({ reader, idempotencyKey, offerId }: Received) =>
    reader && idempotencyKey ? statements.rival.get(reader.thumbprint, offerId, idempotencyKey) : undefined

  return {
    async receive(payment, terms) {
      return transact(db, () => {
        const known = find(payment.reference)
        if (known) return { status: 'known', payment: known } as const
        const rival = rivalOf(payment)
        if (rival) return { status: 'conflict', payment: toPayment(rival) } as const
        const refusal = terms?.admit(stateNow(terms.question))
        if (refusal !== undefined) return { status: 'refused', refusal } as const
        if (statements.openCount.get(limits.openMax)?.['count'] === limits.openMax) return { status: 'full' } as const
        insertPayment(statements.insert, payment)
        return { status: 'new', payment: { ...payment, stage: 'received' } } as const
      })
    },
    async deposited(reference, { receipt, atMs, event }) {
      return unsynced(db, () =>
        transact(db, () => {
          const isFirst = statements.deposited.run(receipt, atMs, reference).changes === 1
          const payment = find(reference)
          assert(payment?.receipt !== undefined, 'a payment is received before it is deposited')
          if (!isFirst) return payment
          const { offerId, price, amount } = payment
          statements.countSale.run(atMs - (atMs % dayMs), offerId, price, amount)
          entitle(statements, payment, atMs)
          if (event) insertEvent(event, atMs)
          return payment
        }),
      )
    },
    async delivered(reference, atMs) {
      unsynced(db, () => statements.delivered.run(atMs, reference))
    },
    async refused(reference) {
      statements.refused.run(reference)
    },
    async find(reference) {
      return find(reference)
    },
    async unsettled(limit) {
      return statements.unsettled.all(limit).map(toPayment)
    },
    async prune({ paymentsMs, nowMs }) {
      return transact(db, () => {
        statements.pruneClaims.run(nowMs)
        statements.pruneEvents.run(paymentsMs)
        return Number(statements.prunePayments.run(paymentsMs, pruneMax).changes)
      })
    },
  }
}

function entitle(statements: Statements, payment: JournaledPayment, atMs: number): void {
  const { reader, kind, offerId, reference, passMs } = payment
  if (!reader || kind === 'tip') return
  const untilMs = passMs === undefined ? null : atMs + passMs
  const { thumbprint, publicKey } = reader
  statements.entitle.run(thumbprint, offerId, publicKey, reference, atMs, untilMs)
}

type Statements = ReturnType<typeof prepare>

function prepare(db: DatabaseSync) {
  return {
    find: db.prepare('SELECT * FROM payment WHERE reference = ?'),
    rival: db.prepare('SELECT * FROM payment WHERE thumbprint = ? AND offer_id = ? AND idempotency_key = ?'),
    insert: db.prepare(
      `INSERT INTO payment (reference, stage, offer_id, kind, pass_ms, target, challenge_id, digest, idempotency_key,
         thumbprint, public_key, price, amount, unit, salt, deposit, received_at_ms)
       VALUES (?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    deposited: db.prepare(
      `UPDATE payment SET stage = 'deposited', receipt = ?, deposited_at_ms = ?, deposit = NULL
       WHERE reference = ? AND stage = 'received'`,
    ),
    // The first purchase keeps the entitlement: a later one by the same key changes nothing about what it opens. Of two
    // passes the one that lasts longer counts; what has no end is longer than what has one.
    entitle: db.prepare(
      `INSERT INTO entitlement (thumbprint, offer_id, public_key, via, reference, at_ms, until_ms)
       VALUES (?, ?, ?, 'paid', ?, ?, ?)
       ON CONFLICT (thumbprint, offer_id) DO UPDATE
         SET via = 'paid', reference = excluded.reference, at_ms = excluded.at_ms, until_ms = excluded.until_ms
         WHERE until_ms IS NOT NULL AND (excluded.until_ms IS NULL OR excluded.until_ms > until_ms)`,
    ),
    countSale: db.prepare(
      `INSERT INTO sale (day_ms, offer_id, price, count, amount) VALUES (?, ?, ?, 1, ?)
       ON CONFLICT (day_ms, offer_id, price) DO UPDATE SET count = count + 1, amount = amount + excluded.amount`,
    ),
    delivered: db.prepare(
      `UPDATE payment SET stage = 'delivered', delivered_at_ms = ? WHERE reference = ? AND stage = 'deposited'`,
    ),
    refused: db.prepare(`DELETE FROM payment WHERE reference = ? AND stage = 'received'`),
    unsettled: db.prepare(`SELECT * FROM payment WHERE stage = 'received' ORDER BY received_at_ms LIMIT ?`),
    openCount: db.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM payment WHERE stage = 'received' LIMIT ?)`),
    prunePayments: db.prepare(
      `DELETE FROM payment WHERE reference IN (SELECT reference FROM payment
         WHERE stage = 'delivered' AND (thumbprint IS NULL OR kind = 'tip') AND received_at_ms < ? LIMIT ?)`,
    ),
    pruneEvents: db.prepare('DELETE FROM event WHERE outcome IS NOT NULL AND at_ms < ?'),
    pruneClaims: db.prepare('DELETE FROM claim WHERE expires_at_ms < ?'),
  }
}

function insertPayment(insert: StatementSync, payment: Received): void {
  insert.run(
    payment.reference,
    payment.offerId,
    payment.kind,
    payment.passMs ?? null,
    payment.target,
    payment.challengeId,
    payment.digest ?? null,
    payment.idempotencyKey ?? null,
    payment.reader?.thumbprint ?? null,
    payment.reader?.publicKey ?? null,
    payment.price,
    payment.amount,
    payment.unit,
    payment.salt,
    payment.deposit,
    payment.receivedAtMs,
  )
}
