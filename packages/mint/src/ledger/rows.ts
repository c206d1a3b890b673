// Rows of either database as the port has them; the columns have the same names in both. sqlite-read and postgres-read call these.

import type { AccountRow, KeysetRow, MeltRow, MeltState, QuoteRow } from './port.ts'

/** A row by its columns. */
export type Row = Record<string, unknown>

/** Reads text that came with a request: SQLite keeps it as text, PostgreSQL as bytes. */
type ReadText = (value: unknown) => string

/** A quote. @param text - Reads a column of text that came with a request. */
export function quoteOf(row: Row, text: ReadText): QuoteRow {
  return {
    id: row['id'] as string,
    method: row['method'] as string,
    unit: row['unit'] as string,
    amount: row['amount'] as number,
    request: text(row['request']),
    ...(row['description'] === null ? {} : { description: text(row['description']) }),
    ...(row['pubkey'] === null ? {} : { pubkey: row['pubkey'] as string }),
    createdAtMs: row['created_at_ms'] as number,
    expiresAtMs: row['expires_at_ms'] as number,
    updatedAtMs: row['updated_at_ms'] as number,
    amountPaid: row['amount_paid'] as number,
    amountIssued: row['amount_issued'] as number,
    amountRevoked: row['amount_revoked'] as number,
  }
}

/** A melt. @param text - Reads a column of text that came with a request. */
export function meltOf(row: Row, text: ReadText): MeltRow {
  const optional = (name: 'payee' | 'content' | 'outputs' | 'answer') =>
    row[name] === null ? {} : { [name]: row[name] as string }
  return {
    id: row['id'] as string,
    method: row['method'] as string,
    unit: row['unit'] as string,
    amount: row['amount'] as number,
    feeReserve: row['fee_reserve'] as number,
    request: text(row['request']),
    createdAtMs: row['created_at_ms'] as number,
    expiresAtMs: row['expires_at_ms'] as number,
    state: row['state'] as MeltState,
    attempt: row['attempt'] as number,
    amountIn: row['amount_in'] as number,
    inputFee: row['input_fee'] as number,
    ...optional('payee'),
    ...optional('content'),
    ...optional('outputs'),
    ...optional('answer'),
  }
}

/** A keyset. */
export function keysetOf(row: Row): KeysetRow {
  return {
    number: row['number'] as number,
    id: row['id'] as string,
    unit: row['unit'] as string,
    active: row['active'] === 1,
    inputFeePpk: row['input_fee_ppk'] as number,
    denominations: JSON.parse(row['denominations'] as string) as number[],
    createdAtMs: row['created_at_ms'] as number,
    ...(row['final_expiry'] === null ? {} : { finalExpiry: row['final_expiry'] as number }),
  }
}

/** An account. */
export function accountOf(row: Row): AccountRow {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    publicKey: row['public_key'] as string,
    keyId: row['key_id'] as string,
    createdAtMs: row['created_at_ms'] as number,
  }
}
