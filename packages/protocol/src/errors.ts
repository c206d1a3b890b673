// The one error class of the product and its guard; every package throws it, none detects it by `instanceof`.

import type { errorTable, ErrorCode, Retry } from './error-table.ts'

export type { ErrorCode, ErrorRow, Retry } from './error-table.ts'

/** What an error may say about itself: never a secret, a token, a key or a whole URL with a query. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>

type Table = typeof errorTable
type Retriable = { [C in ErrorCode]: Table[C]['retry'] extends 'never' ? never : C }[ErrorCode]

// The table is 10 KB of text that a frame does not need; the type checker holds this excerpt to it, row by row.
const retries: { readonly [C in Retriable]: Table[C]['retry'] } = {
  'too-many-requests': 'now',
  internal: 'after-recover',
  'shutting-down': 'now',
  overloaded: 'now',
  cancelled: 'now',
  'coins-spent': 'after-recover',
  'coins-pending': 'after-recover',
  'outputs-signed': 'after-recover',
  'outputs-pending': 'after-recover',
  'quote-unpaid': 'now',
  'quote-issued': 'after-recover',
  'quote-pending': 'now',
  'funding-unavailable': 'now',
  'payment-expired': 'now',
  'invalid-challenge': 'now',
  'payment-in-progress': 'now',
  'content-unavailable': 'after-recover',
  'malformed-receipt': 'after-recover',
  'signature-stale': 'now',
  'bridge-busy': 'now',
  'bridge-closed': 'after-recover',
  'gesture-required': 'now',
  'popup-blocked': 'now',
  'change-needed': 'after-recover',
  'storage-unavailable': 'now',
  'storage-conflict': 'now',
  offline: 'now',
  'mint-unavailable': 'after-recover',
  'mint-timeout': 'after-recover',
  'mint-response-invalid': 'after-recover',
  'till-unavailable': 'after-recover',
  'till-timeout': 'after-recover',
  'till-response-invalid': 'after-recover',
  'response-too-large': 'after-recover',
}

/**
 * An operating failure. The same object becomes problem+json, a NUT error or a bridge reply (see problem.ts).
 *
 * @example
 * throw new TuppenceError('keyset-unknown', { details: { keyset: id } })
 */
export class TuppenceError extends Error {
  override readonly name = 'TuppenceError'
  readonly code: ErrorCode
  readonly retry: Retry
  readonly details: ErrorDetails

  constructor(code: ErrorCode, options: { details?: ErrorDetails; cause?: unknown; message?: string } = {}) {
    super(options.message ?? code, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.retry = (retries as { readonly [code: string]: Retry })[code] ?? 'never'
    this.details = options.details ?? {}
  }
}

/**
 * Whether a caught value is an error of ours, and (when codes are given) one of those.
 *
 * By shape: an error that came from another realm, or from another copy of this package, counts.
 */
export function isTuppenceError<C extends ErrorCode = ErrorCode>(
  value: unknown,
  ...codes: C[]
): value is TuppenceError & { readonly code: C } {
  const error = value as TuppenceError | null | undefined
  if (typeof error !== 'object' || error?.name !== 'TuppenceError' || typeof error.code !== 'string') return false
  return codes.length === 0 || (codes as string[]).includes(error.code)
}

/** A mistake of whoever wrote the calling code: it is not in the table, and nobody should catch it. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`)
}
