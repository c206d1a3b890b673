/** Rounds a count of readers so that one more or less of them seldom shows, and never for sure; readers.ts and experiment.ts tell such counts only. */
import { hmac } from '../native.ts'

/** What a count is hidden with. `secret`: of the till; who has it can undo what chance did, not the rounding. */
export type Dither = Readonly<{ secret: Uint8Array; groupMin: number }>

/**
 * A count rounded to a multiple of the group size, up or down by a chance that makes it right on average: drawn once, by the name
 * of the figure. One reader more changes the answer with a probability of 1 in `groupMin`, whoever all the others are.
 *
 * @param name - Of the figure, period included; never used for two.
 * @returns Nothing below twice the group size: said as `fewer than`.
 */
export function dithered(
  { secret, groupMin }: Dither,
  name: readonly (string | number)[],
  count: number,
): number | undefined {
  // No chance could bring it to twice the group size.
  if (count <= groupMin) return undefined
  const rounded = Math.floor((count + drawn(secret, name, groupMin)) / groupMin) * groupMin
  return rounded >= 2 * groupMin ? rounded : undefined
}

/** A whole number from 0 to below `below`, always the same for a name. */
function drawn(secret: Uint8Array, name: readonly (string | number)[], below: number): number {
  const { buffer, byteOffset } = hmac(secret, JSON.stringify(['insights', ...name]))
  return new DataView(buffer, byteOffset).getUint32(0) % below
}
