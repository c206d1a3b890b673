// What a list of migrations of office tables is; each file beside this one has its owner's tables and its list.

import type { ColumnDefinitionBuilder, Kysely } from 'kysely'

/**
 * A change of tables, run once, in the order of its owner's list. One that has shipped is never edited.
 *
 * `name` is its owner's word and a number that counts up from 1, `payout-1`.
 */
export interface OfficeMigration {
  readonly name: `${string}-${number}`
  // Tables as they were at the time: today's types would be wrong for it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly up: (db: Kysely<any>) => Promise<unknown>
}

/** For `addColumn`: a column that is always there. */
export const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()

/** For `addColumn`: the row's own id. */
export const primary = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().primaryKey()
