// Errors on the wire: RFC 9457 problems and NUT errors, both ways; servers answer with them, clients read them.

import * as v from 'valibot'
import { errorTable } from './error-table.ts'
import type { ErrorCode, ErrorRow } from './error-table.ts'
import { TuppenceError } from './errors.ts'
import type { ErrorDetails } from './errors.ts'

/** RFC 9457 problem details, with our `code` (and the challenge's id, where the draft asks for it) as extension members. */
export type Problem = {
  type: string
  title: string
  status: number
  detail?: string
  code: ErrorCode
  retry: 'now' | 'after-recover' | 'never'
  details?: ErrorDetails
  challengeId?: string
}

/** Error body of a mint's NUT routes; the status is 400 unless the mint itself failed. */
export type NutError = { code: number; detail: string }

/** Number for what the NUTs have no number for. */
const nutOther = 10000

/** Media type of a problem. */
export const problemMediaType = 'application/problem+json'

/** The row of a code. */
export function errorRow(code: ErrorCode): ErrorRow {
  return errorTable[code]
}

/** URI of a code's problem type. */
export function problemType(code: ErrorCode): string {
  return errorRow(code).problem ?? `https://tuppence.dev/problems/${code}`
}

/**
 * An error as problem details. What is not ours becomes `internal`, and says nothing of its cause.
 *
 * @param extra.challengeId - Id of the fresh challenge that goes with a 402.
 */
export function toProblem(error: unknown, extra: { challengeId?: string } = {}): Problem {
  const { code, details } = known(error)
  const row = errorRow(code)
  return {
    type: problemType(code),
    title: row.title,
    status: row.status,
    code,
    retry: row.retry,
    ...(Object.keys(details).length > 0 && { details }),
    ...extra,
  }
}

const problemSchema = v.object({
  type: v.optional(v.string()),
  code: v.optional(v.string()),
  details: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
})

/**
 * The error that a problem body stands for: by our `code`, else by the last part of its type, else the fallback.
 *
 * @param body - Decoded JSON of anyone's server; never trusted further than its code.
 */
export function fromProblem(body: unknown, fallback: ErrorCode): TuppenceError {
  const parsed = v.safeParse(problemSchema, body)
  if (!parsed.success) return new TuppenceError(fallback)
  const { type = '', code, details } = parsed.output
  const found = [code, type.slice(type.lastIndexOf('/') + 1)].find((name) => isErrorCode(name))
  return new TuppenceError((found as ErrorCode | undefined) ?? fallback, details ? { details } : {})
}

/** An error as the body of a NUT route. */
export function toNutError(error: unknown): NutError {
  const { code } = known(error)
  const row = errorRow(code)
  return { code: row.nut ?? nutOther, detail: `${code}: ${row.title}` }
}

const nutErrorSchema = v.object({ code: v.number(), detail: v.optional(v.string(), '') })

/** The error that a NUT error body stands for; our own mint names its code in the detail, others only by number. */
export function fromNutError(body: unknown, fallback: ErrorCode): TuppenceError {
  const parsed = v.safeParse(nutErrorSchema, body)
  if (!parsed.success) return new TuppenceError(fallback)
  const { code: nut, detail } = parsed.output
  const named = detail.slice(0, detail.indexOf(':'))
  const found =
    isErrorCode(named) && (errorRow(named).nut ?? nutOther) === nut
      ? named
      : (Object.keys(errorTable) as ErrorCode[]).find((code) => errorRow(code).nut === nut)
  return new TuppenceError(found ?? fallback, { details: { nut } })
}

/** Whether a string is one of the table's codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value)
}

function known(error: unknown): { code: ErrorCode; details: ErrorDetails } {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: ErrorDetails }
  return isErrorCode(code) ? { code, details: details ?? {} } : { code: 'internal', details: {} }
}
