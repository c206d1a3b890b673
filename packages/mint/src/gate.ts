// Bounds how much is worked on at once, so that a mint with too much to do says so at once; app.ts asks it.

import { TuppenceError } from '@tuppence/protocol'

/** Lets work in, or refuses it. */
export interface Gate {
  /** @throws {TuppenceError} `overloaded`, `shutting-down`; the work has not begun then. */
  enter<T>(work: () => Promise<T>): Promise<T>
  /** Refuses all from now on, and resolves when the last work is done. */
  drain(): Promise<void>
  /** Whether nobody is let in now. */
  isFull(): boolean
  /** How much is in. */
  inFlight(): number
}

/** Bounds of a gate. */
export interface GateLimits {
  /** Requests at once, whatever they do. */
  readonly inFlightMax: number
  /** How old the oldest request in flight may be before no more are let in ... */
  readonly waitMaxMs: number
}

/** ... and how many are let in all the same: a slow disk alone is no overload. */
const freeInFlight = 64

/**
 * Makes a gate. Bodies are read outside of it, so that slow senders hold no place.
 *
 * A bound on the number alone is too loose for a slow machine or too tight for a fast one; the age of the oldest request
 * is what a client waits, whatever the machine.
 */
export function createGate(
  { inFlightMax, waitMaxMs }: GateLimits,
  nowMs: () => number = () => performance.now(),
): Gate {
  // In the order of their entering: the first is the oldest.
  const entered = new Set<{ readonly atMs: number }>()
  let drained: (() => void) | undefined
  let closing = false
  const isFull = (atMs: number) => {
    if (entered.size < Math.min(freeInFlight, inFlightMax)) return false
    if (entered.size >= inFlightMax) return true
    const [oldest] = entered
    return oldest !== undefined && atMs - oldest.atMs > waitMaxMs
  }
  return {
    enter: async (work) => {
      if (closing) throw new TuppenceError('shutting-down')
      const place = { atMs: nowMs() }
      if (isFull(place.atMs)) throw new TuppenceError('overloaded')
      entered.add(place)
      try {
        return await work()
      } finally {
        entered.delete(place)
        if (entered.size === 0) drained?.()
      }
    },
    inFlight: () => entered.size,
    isFull: () => !closing && isFull(nowMs()),
    drain: async () => {
      closing = true
      if (entered.size > 0) await new Promise<void>((resolve) => (drained = resolve))
    },
  }
}
