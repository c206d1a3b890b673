/** The journal in one SQLite file (WAL; synced where the port asks for it), for createTill() on one machine. */
import assert from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { TuppenceError } from '@tuppence/protocol'
import { journalLimits } from './port.ts'
import type { Entitlement, Journal, JournaledPayment, JournalLimits, Reader, Received, Stage } from './port.ts'

// Each entry takes the schema from its index to the next; `PRAGMA user_version` counts the ones applied.
const migrations = [
  `CREATE TABLE payment (
     reference TEXT PRIMARY KEY,
     stage TEXT NOT NULL CHECK (stage IN ('received', 'deposited', 'delivered')),
     offer_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('article', 'tip')), target TEXT NOT NULL,
     challenge_id TEXT NOT NULL, digest TEXT, idempotency_key TEXT,
     thumbprint TEXT, public_key TEXT,
     price INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL, salt TEXT NOT NULL,
     deposit TEXT, receipt TEXT,
     received_at_ms INTEGER NOT NULL, deposited_at_ms INTEGER, delivered_at_ms INTEGER,
     CHECK ((stage = 'received') = (deposit IS NOT NULL)), CHECK ((stage = 'received') = (receipt IS NULL)),
     CHECK ((thumbprint IS NULL) = (public_key IS NULL))
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX payment_unsettled ON payment (received_at_ms) WHERE stage = 'received';
   CREATE UNIQUE INDEX payment_idempotency ON payment (thumbprint, offer_id, idempotency_key)
     WHERE thumbprint IS NOT NULL AND idempotency_key IS NOT NULL;
   CREATE TABLE entitlement (
     thumbprint TEXT NOT NULL, offer_id TEXT NOT NULL, public_key TEXT NOT NULL,
     reference TEXT NOT NULL REFERENCES payment (reference), at_ms INTEGER NOT NULL,
     PRIMARY KEY (thumbprint, offer_id)
   ) STRICT, WITHOUT ROWID;`,
]

const busyTimeoutMs = 5_000
// The default of 1,000 pages makes every few hundred payments pay for a checkpoint; see the measurements in the design.
const walAutocheckpointPages = 10_000

/**
 * Opens (or creates) a journal.
 *
 * @param path - A file, or `:memory:` (nothing is kept; for tests).
 * @throws {Error} The file is not a database, is newer than this program, or can't be written.
 */
export function openSqliteJournal(path: string, { openMax }: JournalLimits = journalLimits): Journal {
  // Coins on their way to the mint stand in it: for the owner's eyes only, and SQLite gives its log the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${walAutocheckpointPages}`)
  transact(db, () => migrate(db))
  const statements = prepare(db)

  const find = (reference: string): JournaledPayment | undefined => {
    const row = statements.find.get(reference)
    return row && toPayment(row)
  }

  return unavailableWhenBroken({
    async receive(payment) {
      return transact(db, () => {
        const known = find(payment.reference)
        if (known) return { status: 'known', payment: known } as const
        const rival =
          payment.reader && payment.idempotencyKey
            ? statements.rival.get(payment.reader.thumbprint, payment.offerId, payment.idempotencyKey)
            : undefined
        if (rival) return { status: 'conflict', payment: toPayment(rival) } as const
        if (statements.openCount.get(openMax)?.['count'] === openMax) return { status: 'full' } as const
        insertPayment(statements.insert, payment)
        return { status: 'new', payment: { ...payment, stage: 'received' } } as const
      })
    },
    async deposited(reference, { receipt, atMs }) {
      return unsynced(db, () =>
        transact(db, () => {
          statements.deposited.run(receipt, atMs, reference)
          const payment = find(reference)
          assert(payment?.receipt !== undefined, 'a payment is received before it is deposited')
          if (payment.reader && payment.kind === 'article')
            statements.entitle.run(
              payment.reader.thumbprint,
              payment.offerId,
              payment.reader.publicKey,
              reference,
              atMs,
            )
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
    async entitlement(thumbprint, offerId) {
      const row = statements.entitlement.get(thumbprint, offerId)
      return row && toEntitlement(row)
    },
    async close() {
      if (db.isOpen) db.close()
    },
  })
}

function prepare(db: DatabaseSync) {
  return {
    find: db.prepare('SELECT * FROM payment WHERE reference = ?'),
    rival: db.prepare('SELECT * FROM payment WHERE thumbprint = ? AND offer_id = ? AND idempotency_key = ?'),
    insert: db.prepare(
      `INSERT INTO payment (reference, stage, offer_id, kind, target, challenge_id, digest, idempotency_key, thumbprint,
         public_key, price, amount, unit, salt, deposit, received_at_ms)
       VALUES (?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    deposited: db.prepare(
      `UPDATE payment SET stage = 'deposited', receipt = ?, deposited_at_ms = ?, deposit = NULL
       WHERE reference = ? AND stage = 'received'`,
    ),
    // The first purchase keeps the entitlement: a later one by the same key changes nothing about what it opens.
    entitle: db.prepare(
      'INSERT OR IGNORE INTO entitlement (thumbprint, offer_id, public_key, reference, at_ms) VALUES (?, ?, ?, ?, ?)',
    ),
    delivered: db.prepare(
      `UPDATE payment SET stage = 'delivered', delivered_at_ms = ? WHERE reference = ? AND stage = 'deposited'`,
    ),
    refused: db.prepare(`DELETE FROM payment WHERE reference = ? AND stage = 'received'`),
    unsettled: db.prepare(`SELECT * FROM payment WHERE stage = 'received' ORDER BY received_at_ms LIMIT ?`),
    openCount: db.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM payment WHERE stage = 'received' LIMIT ?)`),
    entitlement: db.prepare(
      `SELECT e.*, p.receipt, p.amount FROM entitlement e JOIN payment p USING (reference)
       WHERE e.thumbprint = ? AND e.offer_id = ?`,
    ),
  }
}

function insertPayment(insert: StatementSync, payment: Received): void {
  insert.run(
    payment.reference,
    payment.offerId,
    payment.kind,
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

function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > migrations.length)
    throw new Error(`The journal is of a newer version (${version}) than this program (${migrations.length}).`)
  for (const statement of migrations.slice(version)) db.exec(statement)
  db.exec(`PRAGMA user_version = ${migrations.length}`)
}

/** Takes the write lock before reading, so that what was read still holds when it is written (also across processes). */
function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/**
 * Commits without waiting for the disk: the operating system has the write, so a killed process loses nothing, and the
 * next synced commit takes it along. For what can be made again from what is synced, since a reader waits here.
 */
function unsynced<T>(db: DatabaseSync, work: () => T): T {
  db.exec('PRAGMA synchronous = NORMAL')
  try {
    return work()
  } finally {
    db.exec('PRAGMA synchronous = FULL')
  }
}

/** What SQLite can't do now (locked, full, read-only) is the storage's fault, whichever call met it. */
function unavailableWhenBroken(journal: Journal): Journal {
  const guarded = Object.entries(journal).map(([name, method]) => [
    name,
    async (...input: unknown[]) => {
      try {
        return await (method as (...input: unknown[]) => Promise<unknown>)(...input)
      } catch (cause) {
        const code = (cause as { code?: unknown }).code
        throw code === 'ERR_SQLITE_ERROR' ? new TuppenceError('storage-unavailable', { cause }) : cause
      }
    },
  ])
  return Object.fromEntries(guarded) as Journal
}

type Row = Record<string, unknown>

function toPayment(row: Row): JournaledPayment {
  return {
    reference: row['reference'] as string,
    stage: row['stage'] as Stage,
    offerId: row['offer_id'] as string,
    kind: row['kind'] as JournaledPayment['kind'],
    target: row['target'] as string,
    challengeId: row['challenge_id'] as string,
    ...(row['digest'] !== null && { digest: row['digest'] as string }),
    ...(row['idempotency_key'] !== null && { idempotencyKey: row['idempotency_key'] as string }),
    ...(row['thumbprint'] !== null && { reader: toReader(row) }),
    price: row['price'] as number,
    amount: row['amount'] as number,
    unit: row['unit'] as string,
    salt: row['salt'] as string,
    ...(row['deposit'] !== null && { deposit: row['deposit'] as string }),
    ...(row['receipt'] !== null && { receipt: row['receipt'] as string }),
    receivedAtMs: row['received_at_ms'] as number,
  }
}

function toReader(row: Row): Reader {
  return { thumbprint: row['thumbprint'] as string, publicKey: row['public_key'] as string }
}

function toEntitlement(row: Row): Entitlement {
  return {
    reader: toReader(row),
    offerId: row['offer_id'] as string,
    reference: row['reference'] as string,
    receipt: row['receipt'] as string,
    amount: row['amount'] as number,
    atMs: row['at_ms'] as number,
  }
}
