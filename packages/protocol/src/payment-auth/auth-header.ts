// The grammar of WWW-Authenticate and Authorization; challenge.ts and credential.ts read both with it.

import type { ErrorCode } from '../error-table.ts'
import { TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'

/** One challenge (or credential) of any scheme. Names are lower-case; `duplicate` when a parameter came twice. */
export type AuthItem = {
  scheme: string
  token68?: string
  parameters: Map<string, string>
  duplicate: boolean
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const listEnd = '(?=[ \\t]*(?:,|$))'
// Sticky, so that each is tried at one place only and hostile text costs linear time.
const separators = /[ \t,]*/y
const parameter = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:(${token})|"((?:[^"\\\\]|\\\\[^])*)")${listEnd}`, 'y')
const schemeName = new RegExp(`(${token})(?:${listEnd}|( +))`, 'y')
const token68 = new RegExp(`[A-Za-z0-9._~+/-]+=*${listEnd}`, 'y')

/**
 * Splits a header value, joined from several lines or not, into its challenges.
 *
 * @param text - The value as `Headers.get` gives it.
 * @param code - What to throw: the caller knows whether this is a challenge or a credential.
 * @throws {TuppenceError} The given code, for anything that is not the grammar; nothing is guessed.
 * @see RFC 9110 sections 11.2, 11.3 and 11.6.1
 */
export function parseAuthHeader(text: string, code: ErrorCode): AuthItem[] {
  const items: AuthItem[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }
  for (;;) {
    take(separators)
    if (at >= text.length) return items
    const item = items.at(-1)
    const pair = item && item.token68 === undefined ? take(parameter) : null
    if (item && pair) addParameter(item, pair, code)
    else items.push(takeScheme(take, items.length, code))
  }
}

function takeScheme(take: (pattern: RegExp) => RegExpExecArray | null, count: number, code: ErrorCode): AuthItem {
  const [, scheme, space] = take(schemeName) ?? []
  if (scheme === undefined || count >= limits.challengesMax) throw new TuppenceError(code)
  const item: AuthItem = { scheme: scheme.toLowerCase(), parameters: new Map(), duplicate: false }
  if (space === undefined) return item
  // A name with a space behind it is followed by a token, or by its first parameter; by another name, it is no list.
  const whole = take(token68)?.[0]
  if (whole !== undefined) return { ...item, token68: whole }
  const pair = take(parameter)
  if (!pair) throw new TuppenceError(code)
  addParameter(item, pair, code)
  return item
}

function addParameter(item: AuthItem, pair: RegExpExecArray, code: ErrorCode): void {
  const name = (pair[1] as string).toLowerCase()
  if (item.parameters.size >= limits.challengeParametersMax) throw new TuppenceError(code)
  if (item.parameters.has(name)) item.duplicate = true
  item.parameters.set(name, pair[2] ?? unquote(pair[3] as string))
}

// Besides quoted pairs, the escape by which mppx writes what is above Latin-1; a conforming writer never makes one.
function unquote(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? char : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/**
 * Writes one `name="value"`.
 *
 * @throws {TuppenceError} The given code: a control character, or one above ASCII.
 */
export function formatParameter(name: string, value: string, code: ErrorCode): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new TuppenceError(code, { details: { parameter: name } })
  return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
}
