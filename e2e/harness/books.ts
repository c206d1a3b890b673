// What the mint and a till have written down of one reader's money: the truth that a wallet is held against after a crash.
import { DatabaseSync } from 'node:sqlite'

/** Opens a database of a running process to read from it. */
function read<T>(file: string, query: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return query(db)
  } finally {
    db.close()
  }
}

const sum = (db: DatabaseSync, table: 'promises' | 'spent'): number =>
  (db.prepare(`select coalesce(sum(amount), 0) as n from ${table}`).get() as { n: number }).n

/** All coins that a mint has signed and not seen again, in minor units: what its wallets hold together. */
export function outstanding(mintFile: string): number {
  return read(mintFile, (db) => sum(db, 'promises') - sum(db, 'spent'))
}

/** How often each offer was paid for at a till, by offer id; payments without an outcome yet are not among them. */
export function paidOffers(tillFile: string): Map<string, number> {
  return read(tillFile, (db) => {
    const rows = db.prepare("select offer_id, count(*) as n from payment where stage <> 'received' group by 1").all()
    return new Map(rows.map((row) => [String(row['offer_id']), Number(row['n'])]))
  })
}

/** What a publisher's account was credited with, in minor units, by the mint's own rows. */
export function credited(mintFile: string, account: string): number {
  return read(mintFile, (db) => {
    const rows = db.prepare('select balance from balances where account = ?').all(`publisher:${account}`)
    return rows.reduce((total, row) => total + Number(row['balance']), 0)
  })
}
