// What the audit reads, and what it says; audit.ts does it, and each store gives it rows.

/** A row, its columns in the order of the SELECT: numbers, text, bytes or null. */
export type AuditRow = readonly (number | string | Uint8Array | null)[]

/**
 * Streams the rows of a query, some thousands at a time, all queries of one source from one moment's state. The SQL is what
 * SQLite and PostgreSQL share.
 */
export interface AuditSource {
  rows(sql: string): AsyncIterable<readonly AuditRow[]>
  /** Whether sequence numbers have no gaps: true where one writer gives them out. */
  readonly gapless: boolean
  close(): Promise<void>
}

/** Something that is not as it must be. `rule` is the invariant of money, `where` names a row, never a secret. */
export interface Finding {
  readonly rule: string
  readonly where: string
  readonly what: string
}

/** What an audit found, and how much it read. */
export interface AuditReport {
  readonly findings: readonly Finding[]
  /** Findings beyond the first hundred are counted only. */
  readonly findingsTotal: number
  readonly operations: number
  readonly spent: number
  readonly promises: number
  /** Operations that no checkpoint covers yet: those of the last seconds before a crash, or of a mint that is running. */
  readonly unsigned: number
  readonly seconds: number
}

/** What else the auditor knows. */
export interface AuditMeans {
  /** Whether a checkpoint's signature is the mint's. */
  readonly verifyCheckpoint: (text: string, signature: Uint8Array) => boolean
  /** The id that a keyset's keys give; undefined when they cannot be derived. */
  readonly keysetId: (keyset: {
    number: number
    unit: string
    inputFeePpk: number
    denominations: readonly number[]
    finalExpiry?: number
  }) => Promise<string | undefined>
  /** Where the ledger was last known to be (S9). */
  readonly mark?: { readonly epoch: number; readonly sequence: number } | undefined
}
