// Checks for what is read before a payment: they do in 200 bytes what would bring 2 KB of valibot into every frame. Where
// size does not matter, use valibot (see parse.ts); the tests hold both to the same answers.

import type { ErrorCode } from './error-table.ts'
import { base64UrlDecode, utf8Decode } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'

/** Whether a value is right; an absent member is `undefined`. */
export type Check = (value: unknown) => boolean

/** The members of an object, each with the check of its value. */
export type Shape<T> = { readonly [K in keyof T]-?: Check }

/** Text of at most `max` UTF-16 units, and at least one. */
export const isText =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= max

/** A whole number from 0 on. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0

/** 32 bytes in lower-case hex. */
export const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** What may be absent, but not null. */
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

/**
 * The members of a shape, without any others that the value may have.
 *
 * @param value - Decoded JSON.
 * @returns A copy; undefined when it is no object, or a member fails its check.
 */
export function pick<T extends object>(shape: Shape<T>, value: unknown): T | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries<Check>(shape).map(
    ([key, check]) =>
      [key, Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined, check] as const,
  )
  if (!entries.every(([, member, check]) => check(member))) return undefined
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined)) as T
}

/** As pick. @throws {TuppenceError} The given code. */
export function pickOr<T extends object>(code: ErrorCode, shape: Shape<T>, value: unknown): T {
  const picked = pick(shape, value)
  if (!picked) throw new TuppenceError(code)
  return picked
}

/**
 * Reads base64url of JSON, as the Payment scheme writes everything.
 *
 * @throws {TuppenceError} The given code; its cause is left out, since it can quote the text.
 */
export function decodeJson(code: ErrorCode, text: string): unknown {
  try {
    return JSON.parse(utf8Decode(base64UrlDecode(text)))
  } catch (error) {
    throw isTuppenceError(error) || error instanceof SyntaxError ? new TuppenceError(code) : error
  }
}
