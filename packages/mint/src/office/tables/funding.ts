// Tables of the office that are about money in, and how they came to be; office.ts puts them together.

import type { OfficeMigration } from './migration.ts'

/** Rows by table. */
export type FundingTables = Record<never, never>

/** In order. */
export const fundingMigrations: readonly OfficeMigration[] = []
