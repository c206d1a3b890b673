/** Seeded chance: everything that is random in a run comes from here, so that a seed is a whole run. */
import { createHash } from 'node:crypto'

/** A source of chance. `fork` gives another one, which does not move with this one. */
export type Dice = {
  /** 0 <= x < 1. */
  readonly next: () => number
  /** A whole number, 0 .. limit - 1. */
  readonly below: (limit: number) => number
  /** Whole, both ends included. */
  readonly between: (min: number, max: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
  readonly bytes: (count: number) => Uint8Array<ArrayBuffer>
  readonly fork: (name: string) => Dice
}

/** Makes dice from a text (sfc32, by Chris Doty-Humphrey: small and fast; nothing here is secret). */
export function makeDice(seed: string): Dice {
  const start = createHash('sha256').update(seed).digest()
  const state = Int32Array.from([0, 4, 8, 12], (at) => start.readInt32LE(at))
  const next32 = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state
    const sum = (((a + b) | 0) + d) | 0
    state[0] = b ^ (b >>> 9)
    state[1] = (c + (c << 3)) | 0
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0
    state[3] = (d + 1) | 0
    return sum >>> 0
  }
  const next = () => next32() / 2 ** 32
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (share) => next() < share,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
    bytes: (count) => Uint8Array.from({ length: count }, () => next32() & 255),
    fork: (name) => makeDice(`${seed}/${name}`),
  }
}
