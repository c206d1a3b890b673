// Counts the money rows of the running mint and tills from their databases, read-only: proof that nothing moved.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

// Written by the clock, whatever happens: signed checkpoints of the journal, and how often a price was asked in a day. What is
// paid shows in other tables as well.
const unmoved = ['checkpoints', 'sale']

/** Rows by `file:table`, of every table in every database under a folder. */
export type Rows = Record<string, number>

/** Counts all rows of all tables of all SQLite files under `folder`. */
export function countRows(folder: string): Rows {
  const rows: Rows = {}
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.db') && !name.endsWith('.sqlite')) continue
    const db = new DatabaseSync(join(folder, name), { readOnly: true })
    const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").all()
    for (const table of tables) {
      if (unmoved.includes(String(table['name']))) continue
      const { n } = db.prepare(`select count(*) as n from "${String(table['name'])}"`).get() as { n: number }
      rows[`${name}:${String(table['name'])}`] = n
    }
    db.close()
  }
  return rows
}
