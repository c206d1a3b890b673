/** The real clock, chance and timer; `createWallet` takes these where it is given none. */
import type { Clock, Random, Timer } from '../ports.ts'

/** This device's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() }

/** WebCrypto's generator. */
export const systemRandom: Random = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) }

/** The host's timers. */
export const systemTimer: Timer = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
