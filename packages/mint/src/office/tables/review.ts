// Tables of the office that are about the operator's desk, and how they came to be; office.ts puts them together.

import type { OfficeMigration } from './migration.ts'

/** Rows by table. */
export type ReviewTables = Record<never, never>

/** In order. */
export const reviewMigrations: readonly OfficeMigration[] = []
