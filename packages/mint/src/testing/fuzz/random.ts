// Numbers by chance that a seed brings back; the fuzzer draws all of its from one.

/** Draws numbers. */
export interface Chance {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number
  /** True once in so many times. */
  oneIn(times: number): boolean
  pick<T>(of: readonly T[]): T
}

/** Mulberry32: 32 bits of state, which is plenty for choosing what to break. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (end: number) => Math.floor((next() / 2 ** 32) * end)
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (of) => {
      const found = of[below(of.length)]
      if (found === undefined) throw new Error('chance: nothing to pick from')
      return found
    },
  }
}
