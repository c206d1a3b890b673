// Tables of the office that are about fraud rules, and how they came to be; office.ts puts them together.

import type { OfficeMigration } from './migration.ts'

/** Rows by table. */
export type FraudTables = Record<never, never>

/** In order. */
export const fraudMigrations: readonly OfficeMigration[] = []
