// What the mint needs from outside, as types: tests and main.ts give it a clock, randomness, a log and a curve.

import type { MintCurve } from './curve/port.ts'

/** Wall clock, in milliseconds since 1970. */
export interface Clock {
  nowMs(): number
}

/** Cryptographic randomness. */
export interface Random {
  bytes(count: number): Uint8Array
}

/** Levels in rising weight. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Fields of a log line: never a secret, a coin, a key, a quote id, a token or a body. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Structured log: one event a line. */
export interface Log {
  (level: Exclude<LogLevel, 'silent'>, event: string, fields?: LogFields): void
}

/** Everything from outside that createMint takes; what is left out is the real thing. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly curve: MintCurve
}
