// JSON lines on standard output; main.ts makes the log, and everything else gets it through ports.

import type { Log, LogLevel } from './ports.ts'

const weights: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

/**
 * Makes a log that writes one JSON object a line.
 *
 * @param write - Takes a whole line, its newline included.
 */
export function jsonLog({
  level,
  write,
  nowMs,
}: {
  level: LogLevel
  write: (line: string) => void
  nowMs: () => number
}): Log {
  return (lineLevel, event, fields = {}) => {
    if (weights[lineLevel] < weights[level]) return
    write(`${JSON.stringify({ time: new Date(nowMs()).toISOString(), level: lineLevel, event, ...fields })}\n`)
  }
}

/** A log that drops everything. */
export const silentLog: Log = () => {}
