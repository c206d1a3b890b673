/** Counts how often each price was named, in memory, and writes it to the journal now and then: what a price experiment is judged by. */
import { periodOf } from '@tuppence/protocol'
import type { Journal } from './journal/port.ts'

/** The counts of one till. What a crash loses is a few seconds of views. */
export type Tally = Readonly<{ add: (offerId: string, price: number) => void; stop: () => Promise<void> }>

const flushMs = 10_000

/** Makes counts; nothing runs until something is counted. */
export function tallies(deps: Readonly<{ journal: Pick<Journal, 'asked'>; nowMs: () => number }>): Tally {
  const { journal, nowMs } = deps
  let counts = new Map<string, { dayMs: number; offerId: string; price: number; asked: number }>()
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
    add: (offerId, price) => {
      const dayMs = periodOf(nowMs(), 'day').startMs
      const key = `${dayMs} ${price} ${offerId}`
      const count = counts.get(key) ?? { dayMs, offerId, price, asked: 0 }
      count.asked += 1
      counts.set(key, count)
      timer ??= setTimeout(() => void flush(), flushMs).unref()
    },
    stop: flush,
  }
}
