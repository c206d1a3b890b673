/** The kinds of field that a till's configuration is made of, and the error that names a wrong one; for config.ts and config-terms.ts. */
import { limits, parseAmount, TuppenceError, wellKnownPath } from '@tuppence/protocol'
import * as v from 'valibot'

// A challenge repeats the path, and a credential the challenge; all of it must fit into 4 KB.
const pathCharsMax = 256

const isWeb = (url: URL): boolean => url.protocol === 'https:' || url.protocol === 'http:'
const isOrigin = (text: string): boolean => URL.canParse(text) && isWeb(new URL(text)) && new URL(text).origin === text

/** Whether what is sent there travels encrypted, or not off this machine. @see draft-httpauth-payment "Transport Security" */
export const isSafe = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '')
}

/** Compared as text with the mint in a token, so it has one form: no trailing slash, nothing after the path. */
const isMintUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && isWeb(url) && url.origin + url.pathname.replace(/\/$/, '') === text
}

/** A path is compared byte by byte with the request's, so only its own normal form can ever match. */
const isNormalPath = (path: string): boolean => {
  const url = URL.canParse(path, 'http://till.invalid') ? new URL(path, 'http://till.invalid') : undefined
  return url !== undefined && url.host === 'till.invalid' && url.pathname === path && path !== wellKnownPath
}

/** Text of 1 to so many UTF-16 units. */
export const text = (charsMax: number) =>
  v.pipe(
    v.string(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(charsMax, `must have at most ${charsMax} characters`),
  )

/** A whole number between two others, both inclusive. */
export const whole = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message))
}

export const origin = v.pipe(v.string(), v.check(isOrigin, 'must be an exact origin, such as https://news.example'))
export const safe = v.check(isSafe, 'must be https, but for loopback names')
export const mintUrl = v.pipe(
  v.string(),
  v.check(isMintUrl, 'must be an http(s) URL without a trailing slash, query or fragment'),
)
export const identifier = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ -'))
export const path = v.pipe(
  text(pathCharsMax),
  v.check(isNormalPath, 'must be a path in normal form, such as /read/slug, without query or fragment'),
)
/** Pages that may show an offer. */
export const sites = v.pipe(
  v.array(origin),
  v.minLength(1, 'must name at least one site'),
  v.maxLength(limits.sitesMax, `must name at most ${limits.sitesMax} sites`),
)
export const amount = v.string('must be a decimal string, such as "0.05"')

/**
 * Reads a price.
 *
 * @param field - Its dotted path, for the error.
 * @returns Minor units, above zero.
 * @throws {TuppenceError} `config-invalid`
 */
export function minor(decimal: string, unit: string, field: string): number {
  try {
    return parseAmount(decimal, unit)
  } catch (cause) {
    throw invalid(field, `is not an amount of ${unit} above zero, such as "0.05"`, cause)
  }
}

/**
 * Checks a value against a schema.
 *
 * @param at - Where the value stands, as the beginning of the dotted path; empty for all of a configuration.
 * @throws {TuppenceError} `config-invalid`: the first thing wrong, by its path.
 */
export function check<S extends v.GenericSchema>(schema: S, input: unknown, at = ''): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  throw invalid([at, v.getDotPath(issue)].filter(Boolean).join('.'), reasonOf(issue))
}

// Errors

function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown field'
  if (issue.received === 'undefined') return 'is missing'
  return issue.message
}

/** The error of a wrong field: `details.field` is its dotted path, `details.reason` what is wrong with it. */
export function invalid(field: string, reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('config-invalid', {
    details: { field, reason },
    message: `config: ${field} ${reason}`,
    cause,
  })
}
