/** The publishers of a hosted till and their offers, in one SQLite file; hosted.ts opens it. Their money is in journals of their own. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { transact, type Row } from '../journal/sqlite-transaction.ts'

/** A publisher as stored. `settings` and `payout` are JSON texts; secrets are SHA-256 hashes, hex. */
export type PublisherRow = Readonly<{
  id: string
  name: string
  account: string
  settings: string
  payout: string
  secretHash: string
  /** The secret before this one, and until when it is still good. */
  oldHash: string
  oldUntilMs: number
  createdAtMs: number
}>

/** An offer as stored. `config` is the JSON text of what the publisher wrote; `content` what is handed to who has paid. */
export type OfferRow = Readonly<{ id: string; config: string; content?: StoredContent; changedAtMs: number }>

/** What is handed over. */
export type StoredContent = Readonly<{ contentType: string; body: string }>

/** The store. Every write is on the disk when the call returns. */
export type Store = Readonly<{
  add: (publisher: PublisherRow) => boolean
  publisher: (id: string) => PublisherRow | undefined
  publishers: () => readonly PublisherRow[]
  change: (
    id: string,
    change: Partial<Pick<PublisherRow, 'name' | 'settings' | 'payout' | 'secretHash' | 'oldHash' | 'oldUntilMs'>>,
  ) => void
  /** Offers without their content, by id. */
  offers: (publisher: string) => readonly OfferRow[]
  offer: (publisher: string, id: string) => OfferRow | undefined
  /** Writes an offer; content that is not given stays as it was. */
  put: (publisher: string, offer: OfferRow) => void
  remove: (publisher: string, id: string) => boolean
  /** Deletes a publisher, and whatever offers it has left; the file keeps no trace of it. */
  forget: (id: string) => void
  close: () => void
}>

const schema = `
  CREATE TABLE publisher (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, account TEXT NOT NULL, settings TEXT NOT NULL, payout TEXT NOT NULL,
    secret_hash TEXT NOT NULL, old_hash TEXT NOT NULL, old_until_ms INTEGER NOT NULL, created_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE offer (
    publisher TEXT NOT NULL REFERENCES publisher (id), id TEXT NOT NULL, config TEXT NOT NULL,
    content_type TEXT, body TEXT, changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (publisher, id), CHECK ((content_type IS NULL) = (body IS NULL))
  ) STRICT, WITHOUT ROWID;`
const version = 1

/** Opens (or creates) the file. @throws {Error} It is of a newer program. */
export function openStore(path: string): Store {
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: true })
  // What is deleted is overwritten: it may have to be gone.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  transact(db, () => {
    const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    if (found > version) throw new Error(`The publishers' file is of a newer version (${found}) than this program.`)
    if (found === 0) db.exec(`${schema} PRAGMA user_version = ${version}`)
  })
  const statements = prepare(db)
  const publisher = (id: string): PublisherRow | undefined => {
    const row = statements.publisher.get(id)
    return row && toPublisher(row)
  }
  return {
    add: (row) => statements.add.run(...values(row)).changes === 1,
    publisher,
    publishers: () => statements.publishers.all().map(toPublisher),
    change: (id, change) => {
      transact(db, () => {
        const now = publisher(id)
        if (now) statements.replace.run(...values({ ...now, ...change }).slice(1), id)
      })
    },
    offers: (owner) => statements.offers.all(owner).map(toOffer),
    offer: (owner, id) => {
      const row = statements.offer.get(owner, id)
      return row && toOffer(row)
    },
    put: (owner, { id, config, content, changedAtMs }) => {
      statements.put.run(owner, id, config, content?.contentType ?? null, content?.body ?? null, changedAtMs)
    },
    remove: (owner, id) => statements.remove.run(owner, id).changes === 1,
    forget: (id) => {
      transact(db, () => {
        statements.removeAll.run(id)
        statements.forget.run(id)
      })
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => db.isOpen && db.close(),
  }
}

function prepare(db: DatabaseSync) {
  return {
    add: db.prepare('INSERT OR IGNORE INTO publisher VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    publisher: db.prepare('SELECT * FROM publisher WHERE id = ?'),
    publishers: db.prepare('SELECT * FROM publisher ORDER BY id'),
    replace: db.prepare(
      `UPDATE publisher SET name = ?, account = ?, settings = ?, payout = ?, secret_hash = ?, old_hash = ?,
         old_until_ms = ?, created_at_ms = ? WHERE id = ?`,
    ),
    offers: db.prepare(
      'SELECT id, config, NULL AS content_type, NULL AS body, changed_at_ms FROM offer WHERE publisher = ? ORDER BY id',
    ),
    offer: db.prepare('SELECT * FROM offer WHERE publisher = ? AND id = ?'),
    put: db.prepare(
      `INSERT INTO offer (publisher, id, config, content_type, body, changed_at_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (publisher, id) DO UPDATE SET config = excluded.config, changed_at_ms = excluded.changed_at_ms,
         content_type = coalesce(excluded.content_type, content_type), body = coalesce(excluded.body, body)`,
    ),
    removeAll: db.prepare('DELETE FROM offer WHERE publisher = ?'),
    forget: db.prepare('DELETE FROM publisher WHERE id = ?'),
    remove: db.prepare('DELETE FROM offer WHERE publisher = ? AND id = ?'),
  }
}

function values(row: PublisherRow): (string | number)[] {
  const { id, name, account, settings, payout, secretHash, oldHash, oldUntilMs, createdAtMs } = row
  return [id, name, account, settings, payout, secretHash, oldHash, oldUntilMs, createdAtMs]
}

function toPublisher(row: Row): PublisherRow {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    account: row['account'] as string,
    settings: row['settings'] as string,
    payout: row['payout'] as string,
    secretHash: row['secret_hash'] as string,
    oldHash: row['old_hash'] as string,
    oldUntilMs: row['old_until_ms'] as number,
    createdAtMs: row['created_at_ms'] as number,
  }
}

function toOffer(row: Row): OfferRow {
  const { content_type: contentType, body } = row
  return {
    id: row['id'] as string,
    config: row['config'] as string,
    ...(contentType !== null && { content: { contentType: contentType as string, body: body as string } }),
    changedAtMs: row['changed_at_ms'] as number,
  }
}
