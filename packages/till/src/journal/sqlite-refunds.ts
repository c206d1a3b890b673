/** Refunds, claims, events and sales in the SQLite journal. */
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import type { Claim, Journal, JournaledPayment, OutboxEvent, Refund, RefundState, Sale } from './port.ts'
import type { InsertEvent } from './sqlite-readers.ts'
import { toPayment, toRefund, transact, unsynced, type Row } from './sqlite-transaction.ts'

type Refunds = Pick<Journal, 'refund' | 'refunded' | 'refundRefused' | 'findRefund' | 'unsettledRefunds'>
type Records = Pick<Journal, 'claim' | 'redeem' | 'dueEvents' | 'eventTried' | 'events' | 'asked' | 'sales'>

const dayMs = 86_400_000

/** Makes the part of a journal that gives money back. */
export function sqliteRefunds(db: DatabaseSync, insertEvent: InsertEvent): Refunds {
  const statements = prepareRefunds(db)
  const known = (reference: string): Refund | undefined => {
    const row = statements.find.get(reference)
    return row && toRefund(row)
  }
  const state = (
    payment: JournaledPayment,
    thumbprint: string,
    span: { startMs: number; endMs: number },
  ): RefundState => ({
    payment,
    count: statements.count.get(thumbprint, span.startMs, span.endMs)?.['count'] as number,
    used: statements.used.get({ thumbprint, since: payment.receivedAtMs }) !== undefined,
  })

  return {
    async refund(refund, { allowance, admit }) {
      return transact(db, () => {
        const { reference, thumbprint, offerId } = refund
        const before = known(reference)
        if (before) return { status: 'known', refund: before } as const
        const row = statements.payment.get(reference, thumbprint, offerId)
        if (!row) return { status: 'unknown' } as const
        const refusal = admit(state(toPayment(row), thumbprint, allowance))
        if (refusal !== undefined) return { status: 'refused', refusal } as const
        const { amount, unit, request, startedAtMs } = refund
        statements.insert.run(reference, thumbprint, offerId, amount, unit, request, startedAtMs)
        statements.disown.run(thumbprint, offerId, reference)
        return { status: 'new', refund } as const
      })
    },
    async refunded(reference, { answer, atMs, event }) {
      return transact(db, () => {
        const isFirst = statements.answer.run(answer, reference).changes === 1
        if (isFirst) statements.mark.run(atMs, reference)
        if (isFirst) statements.countRefund.run(reference)
        if (isFirst && event) insertEvent(event, atMs)
        const refund = known(reference)
        assert(refund?.answer !== undefined, 'a refund is begun before it is answered')
        return refund
      })
    },
    async refundRefused(reference) {
      transact(db, () => {
        if (statements.drop.run(reference).changes === 1) statements.own.run(reference)
      })
    },
    async findRefund(reference) {
      return known(reference)
    },
    async unsettledRefunds(limit) {
      return statements.unsettled.all(limit).map(toRefund)
    },
  }
}

function prepareRefunds(db: DatabaseSync) {
  return {
    find: db.prepare('SELECT * FROM refund WHERE reference = ?'),
    payment: db.prepare(
      `SELECT * FROM payment WHERE reference = ? AND thumbprint = ? AND offer_id = ? AND stage <> 'received'`,
    ),
    count: db.prepare(
      'SELECT count(*) AS count FROM refund WHERE thumbprint = ? AND started_at_ms >= ? AND started_at_ms < ?',
    ),
    used: db.prepare(
      `SELECT 1 FROM payment WHERE thumbprint = :thumbprint AND kind = 'pass' AND received_at_ms >= :since
       UNION ALL SELECT 1 FROM entitlement WHERE thumbprint = :thumbprint AND via = 'cap' AND at_ms >= :since LIMIT 1`,
    ),
    insert: db.prepare(
      'INSERT INTO refund (reference, thumbprint, offer_id, amount, unit, request, started_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    mark: db.prepare('UPDATE payment SET refunded_at_ms = ? WHERE reference = ?'),
    disown: db.prepare('DELETE FROM entitlement WHERE thumbprint = ? AND offer_id = ? AND reference = ?'),
    own: db.prepare(
      `INSERT OR IGNORE INTO entitlement (thumbprint, offer_id, public_key, via, reference, at_ms)
       SELECT thumbprint, offer_id, public_key, 'paid', reference, deposited_at_ms FROM payment WHERE reference = ?`,
    ),
    answer: db.prepare('UPDATE refund SET answer = ? WHERE reference = ? AND answer IS NULL'),
    drop: db.prepare('DELETE FROM refund WHERE reference = ? AND answer IS NULL'),
    unsettled: db.prepare('SELECT * FROM refund WHERE answer IS NULL ORDER BY started_at_ms LIMIT ?'),
    // Written into the text: a bound number is a float, and its quotient too.
    countRefund: db.prepare(
      `UPDATE sale SET refunded = refunded + 1, refunded_amount = refunded_amount + p.amount
       FROM payment p WHERE sale.day_ms = p.deposited_at_ms / ${dayMs} * ${dayMs} AND sale.offer_id = p.offer_id
         AND sale.price = p.price AND p.reference = ?`,
    ),
  }
}

/** Makes the part of a journal that keeps claims, events and sales. */
export function sqliteRecords(db: DatabaseSync): Records {
  const statements = prepareRecords(db)
  return {
    async claim({ hash, thumbprint, offerId, site, expiresAtMs }) {
      statements.claim.run(hash, thumbprint, offerId, site, expiresAtMs)
    },
    async redeem(hash) {
      const row = statements.redeem.get(hash)
      return row && toClaim(row)
    },
    async dueEvents(nowMs, limit) {
      return statements.due.all(nowMs, limit).map(toEvent)
    },
    async eventTried(id, tried) {
      const sentTo = JSON.stringify(tried.sentTo)
      unsynced(db, () =>
        'outcome' in tried
          ? statements.ended.run(tried.outcome, sentTo, id)
          : statements.later.run(tried.nextAtMs, sentTo, id),
      )
    },
    async events(limit) {
      return statements.newest.all(limit).map(toEvent)
    },
    async asked(counts) {
      unsynced(db, () =>
        transact(db, () => {
          for (const { dayMs: day, offerId, price, asked, block } of counts) {
            statements.asked.run(day, offerId, price, asked)
            if (!block) continue
            statements.askedInBlock.run(block.experiment, offerId, block.blockMs, block.hours, price, asked)
          }
        }),
      )
    },
    async sales({ startMs, endMs }) {
      return statements.sales.all(startMs, endMs).map(toSale)
    },
  }
}

function prepareRecords(db: DatabaseSync) {
  return {
    claim: db.prepare(
      `INSERT OR REPLACE INTO claim (hash, thumbprint, offer_id, site, expires_at_ms) VALUES (?, ?, ?, ?, ?)`,
    ),
    redeem: db.prepare('DELETE FROM claim WHERE hash = ? RETURNING *'),
    due: db.prepare('SELECT * FROM event WHERE outcome IS NULL AND next_at_ms <= ? ORDER BY next_at_ms LIMIT ?'),
    later: db.prepare(
      'UPDATE event SET attempts = attempts + 1, next_at_ms = ?, sent_to = ? WHERE id = ? AND outcome IS NULL',
    ),
    ended: db.prepare(
      'UPDATE event SET attempts = attempts + 1, outcome = ?, sent_to = ? WHERE id = ? AND outcome IS NULL',
    ),
    newest: db.prepare('SELECT * FROM event ORDER BY at_ms DESC LIMIT ?'),
    asked: db.prepare(
      `INSERT INTO sale (day_ms, offer_id, price, asked) VALUES (?, ?, ?, ?)
       ON CONFLICT (day_ms, offer_id, price) DO UPDATE SET asked = asked + excluded.asked`,
    ),
    askedInBlock: db.prepare(
      `INSERT INTO insight_block (experiment, offer_id, block_ms, hours, price, views) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (block_ms, experiment, offer_id, price) DO UPDATE SET views = views + excluded.views`,
    ),
    sales: db.prepare('SELECT * FROM sale WHERE day_ms >= ? AND day_ms < ? ORDER BY day_ms, offer_id, price'),
  }
}

function toClaim(row: Row): Claim {
  return {
    hash: row['hash'] as string,
    thumbprint: row['thumbprint'] as string,
    offerId: row['offer_id'] as string,
    site: row['site'] as string,
    expiresAtMs: row['expires_at_ms'] as number,
  }
}

function toEvent(row: Row): OutboxEvent {
  return {
    id: row['id'] as string,
    type: row['type'] as string,
    data: row['data'] as string,
    atMs: row['at_ms'] as number,
    attempts: row['attempts'] as number,
    nextAtMs: row['next_at_ms'] as number,
    sentTo: JSON.parse(row['sent_to'] as string) as string[],
    ...(row['outcome'] !== null && { outcome: row['outcome'] as 'sent' | 'given-up' }),
  }
}

function toSale(row: Row): Sale {
  return {
    dayMs: row['day_ms'] as number,
    offerId: row['offer_id'] as string,
    price: row['price'] as number,
    asked: row['asked'] as number,
    count: row['count'] as number,
    amount: row['amount'] as number,
    refunded: row['refunded'] as number,
    refundedAmount: row['refunded_amount'] as number,
  }
}
