// Outside data into typed data, or an error of ours: the one place where valibot's answer becomes a code.

import * as v from 'valibot'
import type { ErrorCode } from './error-table.ts'
import { TuppenceError } from './errors.ts'

/**
 * Checks a decoded value against a schema.
 *
 * @throws {TuppenceError} The given code; its details name the path of the first fault, never a value.
 */
export function parseAs<S extends v.GenericSchema>(schema: S, value: unknown, code: ErrorCode): v.InferOutput<S> {
  // The rest of the faults of a hostile body would be looked for and thrown away.
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const path = result.issues[0].path?.map((item) => String(item.key)).join('.') ?? ''
  throw new TuppenceError(code, { details: { path: path.slice(0, 80) } })
}

/** Reads JSON text and checks it against a schema. @throws {TuppenceError} The given code. */
export function parseJsonAs<S extends v.GenericSchema>(schema: S, text: string, code: ErrorCode): v.InferOutput<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TuppenceError(code, { cause })
  }
  return parseAs(schema, value, code)
}
