// How a rate is told; the parts of the benchmark share it.

/** Rounds for print. */
export const round = (value: number, digits = 2) => Number(value.toFixed(digits))

/** Answers a second: by the clock, and by a second of the mint's own CPU, which neighbours on the machine cannot take away. */
export interface Rate {
  readonly perSecond: number
  readonly perCpuSecond: number
}
