/** The tables of the SQLite journal, and how an older file becomes one of today; sqlite.ts opens both. */
import type { DatabaseSync } from 'node:sqlite'

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
  // Passes, grants, caps, refunds, claims, events, sales. A CHECK can't be altered, so both tables are made anew.
  `CREATE TABLE payment_2 (
     reference TEXT PRIMARY KEY,
     stage TEXT NOT NULL CHECK (stage IN ('received', 'deposited', 'delivered')),
     offer_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('article', 'tip', 'pass')), pass_ms INTEGER,
     target TEXT NOT NULL, challenge_id TEXT NOT NULL, digest TEXT, idempotency_key TEXT,
     thumbprint TEXT, public_key TEXT,
     price INTEGER NOT NULL, amount INTEGER NOT NULL, unit TEXT NOT NULL, salt TEXT NOT NULL,
     deposit TEXT, receipt TEXT,
     received_at_ms INTEGER NOT NULL, deposited_at_ms INTEGER, delivered_at_ms INTEGER, refunded_at_ms INTEGER,
     CHECK ((stage = 'received') = (deposit IS NOT NULL)), CHECK ((stage = 'received') = (receipt IS NULL)),
     CHECK ((thumbprint IS NULL) = (public_key IS NULL)), CHECK ((kind = 'pass') = (pass_ms IS NOT NULL))
   ) STRICT, WITHOUT ROWID;
   INSERT INTO payment_2 (reference, stage, offer_id, kind, target, challenge_id, digest, idempotency_key, thumbprint,
       public_key, price, amount, unit, salt, deposit, receipt, received_at_ms, deposited_at_ms, delivered_at_ms)
     SELECT reference, stage, offer_id, kind, target, challenge_id, digest, idempotency_key, thumbprint,
       public_key, price, amount, unit, salt, deposit, receipt, received_at_ms, deposited_at_ms, delivered_at_ms FROM payment;
   CREATE TABLE entitlement_2 (
     thumbprint TEXT NOT NULL, offer_id TEXT NOT NULL, public_key TEXT NOT NULL,
     via TEXT NOT NULL CHECK (via IN ('paid', 'grant', 'pass', 'cap')),
     reference TEXT REFERENCES payment_2 (reference), at_ms INTEGER NOT NULL, until_ms INTEGER,
     PRIMARY KEY (thumbprint, offer_id), CHECK (via = 'grant' OR reference IS NOT NULL)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO entitlement_2 (thumbprint, offer_id, public_key, via, reference, at_ms)
     SELECT thumbprint, offer_id, public_key, 'paid', reference, at_ms FROM entitlement;
   DROP TABLE entitlement;
   DROP TABLE payment;
   ALTER TABLE payment_2 RENAME TO payment;
   ALTER TABLE entitlement_2 RENAME TO entitlement;
   CREATE INDEX payment_unsettled ON payment (received_at_ms) WHERE stage = 'received';
   CREATE UNIQUE INDEX payment_idempotency ON payment (thumbprint, offer_id, idempotency_key)
     WHERE thumbprint IS NOT NULL AND idempotency_key IS NOT NULL;
   CREATE INDEX payment_reader ON payment (thumbprint, received_at_ms) WHERE thumbprint IS NOT NULL;
   CREATE INDEX entitlement_reader ON entitlement (thumbprint, at_ms);
   CREATE INDEX entitlement_reference ON entitlement (reference) WHERE reference IS NOT NULL;
   CREATE INDEX payment_old ON payment (received_at_ms) WHERE stage = 'delivered' AND (thumbprint IS NULL OR kind = 'tip');
   CREATE TABLE refund (
     reference TEXT PRIMARY KEY REFERENCES payment (reference), thumbprint TEXT NOT NULL, offer_id TEXT NOT NULL,
     amount INTEGER NOT NULL, unit TEXT NOT NULL, request TEXT NOT NULL, answer TEXT, started_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX refund_unsettled ON refund (started_at_ms) WHERE answer IS NULL;
   CREATE INDEX refund_reader ON refund (thumbprint, started_at_ms);
   CREATE TABLE claim (
     hash TEXT PRIMARY KEY, thumbprint TEXT NOT NULL, offer_id TEXT NOT NULL, site TEXT NOT NULL,
     expires_at_ms INTEGER NOT NULL, UNIQUE (thumbprint, offer_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE day_salt (day_ms INTEGER PRIMARY KEY, salt TEXT NOT NULL) STRICT;
   CREATE TABLE granted (
     day_ms INTEGER NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day_ms, address)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE event (
     id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL, at_ms INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0, next_at_ms INTEGER NOT NULL, sent_to TEXT NOT NULL DEFAULT '[]',
     outcome TEXT CHECK (outcome IN ('sent', 'given-up'))
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX event_due ON event (next_at_ms) WHERE outcome IS NULL;
   CREATE INDEX event_at ON event (at_ms);
   CREATE TABLE sale (
     day_ms INTEGER NOT NULL, offer_id TEXT NOT NULL, price INTEGER NOT NULL,
     count INTEGER NOT NULL DEFAULT 0, amount INTEGER NOT NULL DEFAULT 0,
     refunded INTEGER NOT NULL DEFAULT 0, refunded_amount INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (day_ms, offer_id, price)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO sale (day_ms, offer_id, price, count, amount)
     SELECT deposited_at_ms / 86400000 * 86400000, offer_id, price, count(*), sum(amount) FROM payment
     WHERE deposited_at_ms IS NOT NULL GROUP BY 1, 2, 3;`,
  // What a price experiment is judged by; and a reader's open payments are found at once, however many there are.
  `ALTER TABLE sale ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX IF NOT EXISTS payment_pending ON payment (thumbprint, offer_id)
     WHERE stage = 'received' AND thumbprint IS NOT NULL;`,
  // Insights: what is closed and may be told, written once; and views and sales by block of an experiment, which are not told.
  `CREATE INDEX payment_deposited ON payment (deposited_at_ms) WHERE deposited_at_ms IS NOT NULL;
   CREATE INDEX payment_refunded ON payment (refunded_at_ms) WHERE refunded_at_ms IS NOT NULL;
   CREATE TABLE insight_day (
     day_ms INTEGER PRIMARY KEY, sales INTEGER NOT NULL, amount INTEGER NOT NULL, refunds INTEGER NOT NULL,
     refunded INTEGER NOT NULL, views INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE insight_told (
     measure TEXT NOT NULL CHECK (measure IN ('sale', 'refund', 'view')),
     level TEXT NOT NULL CHECK (level IN ('day', 'month')), start_ms INTEGER NOT NULL, offer_id TEXT NOT NULL,
     price INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
     PRIMARY KEY (start_ms, measure, level, offer_id, price)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE insight_month (month_ms INTEGER PRIMARY KEY, figures TEXT NOT NULL) STRICT;
   CREATE TABLE insight_block (
     experiment TEXT NOT NULL, offer_id TEXT NOT NULL, block_ms INTEGER NOT NULL, hours INTEGER NOT NULL,
     price INTEGER NOT NULL, views INTEGER NOT NULL, sales INTEGER NOT NULL DEFAULT 0, amount INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (block_ms, experiment, offer_id, price)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE insight_release (
     experiment TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, figures TEXT NOT NULL, counts TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
]

/** Brings a file to today's schema. @throws {Error} The file is of a newer program. */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > migrations.length)
    throw new Error(`The journal is of a newer version (${version}) than this program (${migrations.length}).`)
  for (const statement of migrations.slice(version)) db.exec(statement)
  db.exec(`PRAGMA user_version = ${migrations.length}`)
}

/** Schema of the first version, for the test of the way from there. */
export const firstSchema = migrations[0] as string
