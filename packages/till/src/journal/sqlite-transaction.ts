/** How the SQLite journal writes: one transaction at a time, synced or not; and what its rows mean. */
import type { DatabaseSync } from 'node:sqlite'
import { TuppenceError } from '@tuppence/protocol'
import type { Entitlement, Journal, JournaledPayment, Reader, Refund, Stage } from './port.ts'

/** Takes the write lock before reading, so that what was read still holds when it is written (also across processes). */
export function transact<T>(db: DatabaseSync, work: () => T): T {
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
export function unsynced<T>(db: DatabaseSync, work: () => T): T {
  db.exec('PRAGMA synchronous = NORMAL')
  try {
    return work()
  } finally {
    db.exec('PRAGMA synchronous = FULL')
  }
}

/** What SQLite can't do now (locked, full, read-only) is the storage's fault, whichever call met it. */
export function unavailableWhenBroken(journal: Journal): Journal {
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

/** A row as node:sqlite gives it. */
export type Row = Record<string, unknown>

const given = <T>(name: string, value: unknown): Record<string, T> => (value === null ? {} : { [name]: value as T })

export function toPayment(row: Row): JournaledPayment {
  return {
    reference: row['reference'] as string,
    stage: row['stage'] as Stage,
    offerId: row['offer_id'] as string,
    kind: row['kind'] as JournaledPayment['kind'],
    ...given('passMs', row['pass_ms']),
    target: row['target'] as string,
    challengeId: row['challenge_id'] as string,
    ...given('digest', row['digest']),
    ...given('idempotencyKey', row['idempotency_key']),
    ...(row['thumbprint'] !== null && { reader: toReader(row) }),
    price: row['price'] as number,
    amount: row['amount'] as number,
    unit: row['unit'] as string,
    salt: row['salt'] as string,
    ...given('deposit', row['deposit']),
    ...given('receipt', row['receipt']),
    receivedAtMs: row['received_at_ms'] as number,
    ...given('depositedAtMs', row['deposited_at_ms']),
    ...given('refundedAtMs', row['refunded_at_ms']),
  }
}

function toReader(row: Row): Reader {
  return { thumbprint: row['thumbprint'] as string, publicKey: row['public_key'] as string }
}

/** From a row of entitlement with receipt and amount of the payment that it names. */
export function toEntitlement(row: Row): Entitlement {
  const via = row['via'] as Entitlement['via']
  return {
    reader: toReader(row),
    offerId: row['offer_id'] as string,
    via,
    ...given('reference', row['reference']),
    ...given('receipt', row['receipt']),
    amount: via === 'paid' ? (row['amount'] as number) : 0,
    atMs: row['at_ms'] as number,
    ...given('untilMs', row['until_ms']),
  }
}

export function toRefund(row: Row): Refund {
  return {
    reference: row['reference'] as string,
    thumbprint: row['thumbprint'] as string,
    offerId: row['offer_id'] as string,
    amount: row['amount'] as number,
    unit: row['unit'] as string,
    request: row['request'] as string,
    startedAtMs: row['started_at_ms'] as number,
    ...given('answer', row['answer']),
  }
}
