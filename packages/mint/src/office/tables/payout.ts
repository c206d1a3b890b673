// Tables of the office that are about money out, and how they came to be; office.ts puts them together.

import type { OfficeMigration } from './migration.ts'

/** Rows by table. */
export type PayoutTables = Record<never, never>

/** In order. */
export const payoutMigrations: readonly OfficeMigration[] = []
