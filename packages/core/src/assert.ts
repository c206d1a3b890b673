/** Stops at a programmer's error; operating failures are TuppenceErrors instead. */

/** @throws {Error} When the condition does not hold, which is a bug in this package. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`)
}
