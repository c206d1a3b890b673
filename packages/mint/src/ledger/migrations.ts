// The ledger's tables as a list of migrations, applied in order by migrate(); sqlite.ts calls it on opening.

import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

interface Migration {
  readonly name: string
  readonly sql: string
}

/** Append only: a migration that has shipped is never edited, and its checksum proves it. */
export const migrations: readonly Migration[] = [
  {
    name: 'coins, quotes, accounts and the journal',
    sql: `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 0);

CREATE TABLE keysets (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  unit TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  input_fee_ppk INTEGER NOT NULL CHECK (input_fee_ppk >= 0),
  denominations TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX keysets_active ON keysets (unit) WHERE active = 1;

-- The journal. Append only: hash is the canonical request, answer the bytes it got (S5).
CREATE TABLE operations (
  sequence INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  kind TEXT NOT NULL CHECK (kind IN ('quote', 'payment', 'mint', 'swap', 'deposit')),
  unit TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  answer TEXT NOT NULL
) STRICT;

-- S2: a coin is spent once.
CREATE TABLE spent (
  keyset INTEGER NOT NULL REFERENCES keysets (number),
  y BLOB NOT NULL CHECK (length(y) = 33),
  amount INTEGER NOT NULL CHECK (amount > 0),
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  witness TEXT,
  PRIMARY KEY (keyset, y)
) STRICT, WITHOUT ROWID;

-- S3: an output is signed once.
CREATE TABLE promises (
  b BLOB NOT NULL PRIMARY KEY CHECK (length(b) = 33),
  keyset INTEGER NOT NULL REFERENCES keysets (number),
  amount INTEGER NOT NULL CHECK (amount > 0),
  c BLOB NOT NULL CHECK (length(c) = 33),
  e BLOB NOT NULL CHECK (length(e) = 32),
  s BLOB NOT NULL CHECK (length(s) = 32),
  operation INTEGER NOT NULL REFERENCES operations (sequence)
) STRICT, WITHOUT ROWID;

-- Double entry: the entries of an operation sum to zero, and so do all accounts of a unit (S1).
CREATE TABLE entries (
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  account TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (operation, account)
) STRICT, WITHOUT ROWID;

-- Running sums of entries. What coins can claim never falls below zero: more redeemed than promised is a forgery.
CREATE TABLE balances (
  account TEXT NOT NULL,
  unit TEXT NOT NULL,
  balance INTEGER NOT NULL CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991),
  PRIMARY KEY (account, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE quotes (
  id TEXT PRIMARY KEY,
  method TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  request TEXT NOT NULL,
  description TEXT,
  pubkey TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  amount_paid INTEGER NOT NULL CHECK (amount_paid >= 0),
  amount_issued INTEGER NOT NULL CHECK (amount_issued BETWEEN 0 AND amount_paid)
) STRICT, WITHOUT ROWID;

-- S7: a payment processor's event counts once.
CREATE TABLE payments (
  method TEXT NOT NULL,
  event TEXT NOT NULL,
  quote TEXT NOT NULL REFERENCES quotes (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  PRIMARY KEY (method, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  key_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deposits (
  account TEXT NOT NULL REFERENCES accounts (id),
  reference BLOB NOT NULL CHECK (length(reference) = 32),
  amount INTEGER NOT NULL CHECK (amount > 0),
  offer BLOB NOT NULL CHECK (length(offer) = 32),
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  PRIMARY KEY (account, reference)
) STRICT, WITHOUT ROWID;
`,
  },
  {
    name: 'money out, writers and their checkpoints, tables that only grow',
    sql: `
-- A CHECK cannot be changed in place: the journal is copied, with the writer of each row.
CREATE TABLE operations_next (
  sequence INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  kind TEXT NOT NULL CHECK (kind IN
    ('quote', 'payment', 'mint', 'swap', 'deposit', 'melt-quote', 'melt', 'melt-paid', 'melt-failed')),
  unit TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  answer TEXT NOT NULL,
  writer INTEGER NOT NULL
) STRICT;
INSERT INTO operations_next SELECT sequence, hash, kind, unit, at_ms, answer, 0 FROM operations;
DROP TABLE operations;
ALTER TABLE operations_next RENAME TO operations;

CREATE TABLE melts (
  id TEXT PRIMARY KEY,
  method TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  fee_reserve INTEGER NOT NULL CHECK (fee_reserve >= 0),
  request TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('UNPAID', 'PENDING', 'PAID')),
  attempt INTEGER NOT NULL DEFAULT 0,
  amount_in INTEGER NOT NULL DEFAULT 0,
  input_fee INTEGER NOT NULL DEFAULT 0,
  content TEXT,
  outputs TEXT,
  inputs TEXT,
  operation INTEGER REFERENCES operations (sequence),
  answer TEXT,
  CHECK ((state = 'PAID') = (answer IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX melts_pending ON melts (id) WHERE state = 'PENDING';

-- Coins of a melt that failed: taken out of spent, and kept here, so that every operation still adds up.
CREATE TABLE released (
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  keyset INTEGER NOT NULL REFERENCES keysets (number),
  y BLOB NOT NULL CHECK (length(y) = 33),
  amount INTEGER NOT NULL CHECK (amount > 0),
  released_by INTEGER NOT NULL REFERENCES operations (sequence),
  PRIMARY KEY (keyset, y, operation)
) STRICT, WITHOUT ROWID;

-- S11: each process that writes signs a running hash of what it wrote.
CREATE TABLE checkpoints (
  writer INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  PRIMARY KEY (writer, sequence)
) STRICT, WITHOUT ROWID;

${['operations', 'promises', 'entries', 'payments', 'deposits', 'released', 'checkpoints']
  .flatMap((table) =>
    ['UPDATE', 'DELETE'].map(
      (verb) => `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
BEGIN SELECT RAISE(ABORT, 'append only'); END;`,
    ),
  )
  .join('\n')}
CREATE TRIGGER spent_no_update BEFORE UPDATE ON spent BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER spent_no_delete BEFORE DELETE ON spent
WHEN NOT EXISTS (SELECT 1 FROM released r WHERE r.keyset = old.keyset AND r.y = old.y AND r.operation = old.operation)
BEGIN SELECT RAISE(ABORT, 'append only'); END;
`,
  },
  {
    name: 'refunds',
    sql: `
-- The last copy of the journal for its kinds' sake: which there are is the program's to say, and the audit's to check.
CREATE TABLE operations_next (
  sequence INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  answer TEXT NOT NULL,
  writer INTEGER NOT NULL
) STRICT;
INSERT INTO operations_next SELECT sequence, hash, kind, unit, at_ms, answer, writer FROM operations;
DROP TABLE operations;
ALTER TABLE operations_next RENAME TO operations;

-- What a deposit credited is given back at most once.
CREATE TABLE refunds (
  account TEXT NOT NULL,
  reference BLOB NOT NULL CHECK (length(reference) = 32),
  amount INTEGER NOT NULL CHECK (amount > 0),
  operation INTEGER NOT NULL REFERENCES operations (sequence),
  PRIMARY KEY (account, reference),
  FOREIGN KEY (account, reference) REFERENCES deposits (account, reference)
) STRICT, WITHOUT ROWID;

${['operations', 'refunds']
  .flatMap((table) =>
    ['UPDATE', 'DELETE'].map(
      (verb) => `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
BEGIN SELECT RAISE(ABORT, 'append only'); END;`,
    ),
  )
  .join('\n')}
`,
  },
  {
    name: 'keysets that expire, payees that are paid once',
    sql: `
ALTER TABLE keysets ADD COLUMN final_expiry INTEGER;
ALTER TABLE melts ADD COLUMN payee TEXT;
CREATE UNIQUE INDEX melts_payee ON melts (method, payee) WHERE payee IS NOT NULL AND state <> 'UNPAID';
CREATE INDEX melts_pending_operation ON melts (operation) WHERE state = 'PENDING';
`,
  },
  {
    name: 'payouts are found by account',
    sql: `
CREATE INDEX entries_paying_out ON entries (account, operation) WHERE account LIKE 'paying-out:%';
`,
  },
  {
    name: 'payments that are taken back',
    sql: `
ALTER TABLE quotes ADD COLUMN amount_revoked INTEGER NOT NULL DEFAULT 0 CHECK (amount_revoked >= 0);
`,
  },
]

function checksum(migration: Migration): string {
  return createHash('sha256').update(`${migration.name}\n${migration.sql}`).digest('hex')
}

/**
 * Brings a database up to date, each migration in a transaction of its own.
 *
 * @throws {Error} The database is from a newer program, or a migration that it has run is no longer the one here.
 */
export function migrate(db: DatabaseSync, nowMs: number, list: readonly Migration[] = migrations): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT',
  )
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  const applied = db.prepare('SELECT version, checksum FROM migrations ORDER BY version').all() as unknown as {
    version: number
    checksum: string
  }[]
  if (version > list.length || applied.length !== version) {
    throw new Error(`ledger: the database is at version ${version}, this program knows ${list.length}`)
  }
  // Rebuilding a table that others refer to needs foreign keys off, which a transaction cannot do; they are checked after.
  db.exec('PRAGMA foreign_keys = OFF')
  for (const [index, migration] of list.entries()) {
    const row = applied[index]
    if (row !== undefined) {
      if (row.checksum !== checksum(migration))
        throw new Error(`ledger: migration ${row.version} is not the one that ran`)
      continue
    }
    db.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have run it while this one waited for the lock.
      const { user_version: now } = db.prepare('PRAGMA user_version').get() as { user_version: number }
      if (now > index) {
        db.exec('COMMIT')
        continue
      }
      db.exec(migration.sql)
      db.prepare('INSERT INTO migrations VALUES (?, ?, ?, ?)').run(
        index + 1,
        migration.name,
        checksum(migration),
        nowMs,
      )
      db.exec(`PRAGMA user_version = ${index + 1}`)
      if (db.prepare('PRAGMA foreign_key_check').get() !== undefined) throw new Error('ledger: a row refers to nothing')
      db.exec('COMMIT')
    } catch (cause) {
      db.exec('ROLLBACK')
      throw new Error(`ledger: migration ${index + 1} failed`, { cause })
    }
  }
}
