// Random numbers of a market, all from one seed; every draw of a market comes from here.

/** Draws. Each stream made by `fork` is its own: more draws in one change nothing in another. */
export interface Dice {
  /** 0 <= x < 1. */
  next(): number
  /** A whole number below `below`. */
  below(below: number): number
  chance(share: number): boolean
  normal(mean: number, deviation: number): number
  /** Around a median: e to the power of a normal deviate. */
  around(median: number, sigma: number): number
  poisson(mean: number): number
  pick<T>(of: readonly T[]): T
  fork(name: string): Dice
}

/** Makes dice of a seed. Streams of one seed and name are the same on every machine. */
export function createDice(seed: string): Dice {
  let state = hashOf(seed)
  // "splitmix32"; enough for a market, and nothing else.
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
  }
  const normal = (mean: number, deviation: number): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    normal,
    below: (below) => Math.floor(next() * below),
    chance: (share) => next() < share,
    around: (median, sigma) => median * Math.exp(normal(0, sigma)),
    pick: (of) => of[Math.floor(next() * of.length)] as never,
    poisson: (mean) => {
      if (mean > 40) return Math.max(0, Math.round(normal(mean, Math.sqrt(mean))))
      const end = Math.exp(-mean)
      let count = 0
      for (let product = next(); product > end; product *= next()) count++
      return count
    },
    fork: (name) => createDice(`${seed}/${name}`),
  }
}

/** FNV-1a, finished so that seeds that differ in one digit differ everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return (hash ^ (hash >>> 13)) | 0
}
