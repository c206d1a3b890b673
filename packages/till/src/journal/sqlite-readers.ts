/** What the SQLite journal knows of a reader: what the key owns, how it stands, and what it is given without paying. */
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import type { Entitlement, Journal, Question, ReaderState } from './port.ts'
import { toEntitlement, transact, type Row } from './sqlite-transaction.ts'

/** The reader's part of a journal; `stateNow` is for use within a transaction. */
export type Readers = Readonly<{ stateNow: (question: Question) => ReaderState }> &
  Pick<Journal, 'publicKey' | 'entitlement' | 'state' | 'open' | 'daySalt'>

/** Stands for everybody in the table of grants: no address is empty. */
const everybody = ''

/** Makes the reader's part on an open database. */
export function sqliteReaders(db: DatabaseSync, insertEvent: InsertEvent): Readers {
  const statements = prepare(db)
  const owned = owner(statements)
  const stateNow = reckoner(statements, owned)
  return {
    stateNow,
    async publicKey(thumbprint) {
      return statements.publicKey.get(thumbprint, thumbprint)?.['public_key'] as string | undefined
    },
    async entitlement(thumbprint, offerId) {
      return owned(thumbprint, offerId)
    },
    async state(question) {
      return stateNow(question)
    },
    async open(opened, { question, admit, event }) {
      return transact(db, () => {
        const known = owned(opened.reader.thumbprint, opened.offerId)
        if (known) return { status: 'known', entitlement: known } as const
        const refusal = admit(stateNow(question))
        if (refusal !== undefined) return { status: 'refused', refusal } as const
        const { reader, offerId, via, reference, atMs } = opened
        statements.insert.run(reader.thumbprint, offerId, reader.publicKey, via, reference ?? null, atMs)
        if (via === 'grant') {
          statements.countGrant.run(question.day.startMs, everybody)
          if (question.address !== undefined) statements.countGrant.run(question.day.startMs, question.address)
        }
        if (event) insertEvent(event, atMs)
        const entitlement = owned(reader.thumbprint, offerId)
        assert(entitlement, 'what was written can be read')
        return { status: 'new', entitlement } as const
      })
    },
    async daySalt({ startMs }, fresh) {
      return transact(db, () => {
        statements.forgetSalts.run(startMs)
        statements.forgetGranted.run(startMs)
        statements.insertSalt.run(startMs, fresh)
        return statements.salt.get(startMs)?.['salt'] as string
      })
    },
  }
}

type Statements = ReturnType<typeof prepare>
type Owned = (thumbprint: string, offerId: string) => Entitlement | undefined

function owner(statements: Statements): Owned {
  return (thumbprint, offerId) => {
    const row = statements.entitlement.get(thumbprint, offerId)
    return row && toEntitlement(row)
  }
}

function reckoner(statements: Statements, owned: Owned): Readers['stateNow'] {
  const grantedTo = (dayMs: number, address: string): number =>
    numberOf(statements.grantedTo.get(dayMs, address), 'count')

  return (question: Question): ReaderState => {
    const { thumbprint, offerId, nowMs, day, cap, free, credit, address } = question
    const entitlement = owned(thumbprint, offerId)
    const pass = statements.pass.get(thumbprint, nowMs)
    // A reader waits for this: what the terms do not count in is not looked up.
    const last = cap && statements.last.get(thumbprint, cap.startMs, cap.endMs)
    const sums = cap && statements.sums.get(thumbprint, cap.startMs, cap.endMs)
    const credited = credit && statements.credit.get({ thumbprint, start: credit.startMs, end: credit.endMs })
    const counts = statements.counts.get({
      thumbprint,
      dayStart: day.startMs,
      dayEnd: day.endMs,
      freeStart: free?.startMs ?? day.startMs,
      freeEnd: free?.endMs ?? day.startMs,
    }) as Row
    return {
      ...(entitlement && (entitlement.untilMs ?? Infinity) > nowMs && { owned: entitlement }),
      ...(pass && {
        pass: { untilMs: pass['until_ms'], reference: pass['reference'], receipt: pass['receipt'] } as NonNullable<
          ReaderState['pass']
        >,
      }),
      spent: numberOf(sums, 'spent'),
      pending: numberOf(sums, 'pending'),
      refunding: numberOf(sums, 'refunding'),
      pendingOffer: statements.pendingOffer.get(thumbprint, offerId) !== undefined,
      credit: numberOf(credited, 'credit'),
      creditPending: numberOf(credited, 'pending'),
      ...(last && {
        last: { reference: last['reference'], receipt: last['receipt'] } as NonNullable<ReaderState['last']>,
      }),
      granted: counts['granted'] as number,
      today: counts['today'] as number,
      grantedToAddress: address === undefined ? 0 : grantedTo(day.startMs, address),
      grantedToday: free ? grantedTo(day.startMs, everybody) : 0,
    }
  }
}

/** A figure of a row; 0 where there is none. */
function numberOf(row: Row | undefined, name: string): number {
  return (row?.[name] as number | undefined) ?? 0
}

/** Writes an event down, once; within a transaction. */
export type InsertEvent = (event: Readonly<{ id: string; type: string; data: string }>, atMs: number) => void

const settledArticle = `kind = 'article' AND stage <> 'received' AND refunded_at_ms IS NULL`

function prepare(db: DatabaseSync) {
  return {
    entitlement: db.prepare(
      `SELECT e.*, p.receipt, p.amount FROM entitlement e LEFT JOIN payment p USING (reference)
       WHERE e.thumbprint = ? AND e.offer_id = ?`,
    ),
    insert: db.prepare(
      'INSERT INTO entitlement (thumbprint, offer_id, public_key, via, reference, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    publicKey: db.prepare(
      `SELECT public_key FROM entitlement WHERE thumbprint = ?
       UNION ALL SELECT public_key FROM payment WHERE thumbprint = ? AND stage <> 'received' LIMIT 1`,
    ),
    pass: db.prepare(
      `SELECT e.reference, e.until_ms, p.receipt FROM entitlement e JOIN payment p USING (reference)
       WHERE e.thumbprint = ? AND e.until_ms > ? ORDER BY e.until_ms DESC LIMIT 1`,
    ),
    sums: db.prepare(
      `SELECT coalesce(sum(p.amount) FILTER (WHERE stage <> 'received'), 0) AS spent,
         coalesce(sum(p.amount) FILTER (WHERE stage = 'received'), 0) AS pending,
         coalesce(sum(r.amount), 0) AS refunding
       FROM payment p LEFT JOIN refund r ON r.reference = p.reference
       WHERE p.thumbprint = ? AND received_at_ms >= ? AND received_at_ms < ? AND kind = 'article'
         AND refunded_at_ms IS NULL`,
    ),
    pendingOffer: db.prepare(
      `SELECT 1 FROM payment WHERE thumbprint = ? AND offer_id = ? AND stage = 'received' AND kind <> 'tip'`,
    ),
    // A pass uses up what was spent before it, also while its own outcome is unknown.
    credit: db.prepare(
      `SELECT coalesce(sum(amount) FILTER (WHERE stage = 'received'), 0) AS pending,
         coalesce(sum(amount) FILTER (WHERE stage <> 'received' AND refunded_at_ms IS NULL
           AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.reference = payment.reference) AND received_at_ms >
           (SELECT coalesce(max(received_at_ms), -1) FROM payment WHERE thumbprint = :thumbprint AND kind = 'pass')), 0)
           AS credit
       FROM payment WHERE thumbprint = :thumbprint AND received_at_ms >= :start AND received_at_ms < :end
         AND kind = 'article'`,
    ),
    last: db.prepare(
      `SELECT reference, receipt FROM payment
       WHERE thumbprint = ? AND received_at_ms >= ? AND received_at_ms < ? AND ${settledArticle}
       ORDER BY received_at_ms DESC LIMIT 1`,
    ),
    counts: db.prepare(
      `SELECT count(*) FILTER (WHERE via = 'grant' AND at_ms >= :freeStart AND at_ms < :freeEnd) AS granted,
         count(*) FILTER (WHERE at_ms >= :dayStart AND at_ms < :dayEnd AND until_ms IS NULL) AS today
       FROM entitlement WHERE thumbprint = :thumbprint AND at_ms >= min(:dayStart, :freeStart)`,
    ),
    grantedTo: db.prepare('SELECT count FROM granted WHERE day_ms = ? AND address = ?'),
    countGrant: db.prepare(
      `INSERT INTO granted (day_ms, address, count) VALUES (?, ?, 1)
       ON CONFLICT (day_ms, address) DO UPDATE SET count = count + 1`,
    ),
    salt: db.prepare('SELECT salt FROM day_salt WHERE day_ms = ?'),
    insertSalt: db.prepare('INSERT OR IGNORE INTO day_salt (day_ms, salt) VALUES (?, ?)'),
    forgetSalts: db.prepare('DELETE FROM day_salt WHERE day_ms < ?'),
    forgetGranted: db.prepare('DELETE FROM granted WHERE day_ms < ?'),
  }
}
