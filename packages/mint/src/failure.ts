// Which failures are worth looking into, and what the log may say of them; app.ts and deposit-batch.ts tell theirs.

import { isTuppenceError, type ErrorCode } from '@tuppence/protocol'
import type { Deps } from './deps.ts'

/** Codes of a mint that is busy or ending, which is no failure to look into. */
const expected: readonly ErrorCode[] = ['overloaded', 'shutting-down']

/** The code that an error has for whoever asked. */
export function codeOf(error: unknown): ErrorCode {
  return isTuppenceError(error) ? error.code : 'internal'
}

/** Logs what went wrong here, unless the mint is only busy. */
export function tellFailure(deps: Pick<Deps, 'log'>, path: string, error: unknown): void {
  const code = codeOf(error)
  if (!expected.includes(code)) deps.log('error', 'failed', { path, code, reason: describe(error) })
}

/** An unexpected error for the log: kinds, numbers and places of it and its causes; not messages, which could quote a body. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { errcode } = error as { errcode?: unknown }
  const place = error.stack?.split('\n').find((line) => line.includes('    at ')) ?? ''
  const own = `${error.name}${typeof errcode === 'number' ? ` ${errcode}` : ''}${place.replace(/^\s+at /, ' at ').slice(0, 160)}`
  return error.cause === undefined ? own : `${own} < ${describe(error.cause)}`
}
