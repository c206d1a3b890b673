/** Counts how often each price was named, in memory, and writes it to the journal now and then: what a price experiment is judged by. */
import { periodOf } from '@tuppence/protocol'
import type { Asked, Journal } from './journal/port.ts'
import type { Offer } from './offers.ts'

/** The counts of one till. What a crash loses is a few seconds of views. */
export type Tally = Readonly<{ add: (offer: Offer, price: number) => void; stop: () => Promise<void> }>

const flushMs = 10_000
const hourMs = 3_600_000

/** Makes counts; nothing runs until something is counted. Nothing of who asked is looked at. */
export function tallies(deps: Readonly<{ journal: Pick<Journal, 'asked'>; nowMs: () => number }>): Tally {
  const { journal, nowMs } = deps
  let counts = new Map<string, Asked>()
  let timer: NodeJS.Timeout | undefined
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const full = counts
    counts = new Map()
    // Views that can't be written down now are not worth a failure.
    if (full.size > 0) await journal.asked([...full.values()]).catch(() => undefined)
  }
  return {
    add: (offer, price) => {
      const now = nowMs()
      const block = blockOf(offer, now)
      const day = periodOf(now, 'day').startMs
      const key = `${block?.blockMs ?? day} ${day} ${price} ${offer.id}`
      const before = counts.get(key)?.asked ?? 0
      counts.set(key, { dayMs: day, offerId: offer.id, price, asked: before + 1, ...(block && { block }) })
      timer ??= setTimeout(() => void flush(), flushMs).unref()
    },
    stop: flush,
  }
}

/** The block of an experiment, as priceAt() draws prices by. */
function blockOf(offer: Offer, nowMs: number): Asked['block'] {
  if (offer.kind !== 'article' || !offer.experiment) return undefined
  const { id, hours } = offer.experiment
  const lengthMs = hours * hourMs
  return { experiment: id, hours, blockMs: nowMs - (nowMs % lengthMs) }
}
