/** Signatures are made by the till's clock, not this device's: learnt from every answer, used for every signature. */
import type { Context } from '../context.ts'
import type { TillAnswer } from '../ports.ts'

/** Keeps how far the till's clock is from ours, by its last answer: ours may have jumped since an earlier one. */
export function learnTime({ clock, offsetsMs }: Context, origin: string, { nowMs }: TillAnswer): void {
  if (nowMs === undefined) offsetsMs.delete(origin)
  else offsetsMs.set(origin, nowMs - clock.nowMs())
}

/** The till's time, as far as it is known. */
export function tillNowMs({ clock, offsetsMs }: Context, origin: string): number {
  return clock.nowMs() + (offsetsMs.get(origin) ?? 0)
}
