/** How many articles one network address may give back in a day, whatever the key: keys cost nothing. visit.ts asks before each. */
import { periodOf } from '@tuppence/protocol'
import { prefixOf } from './address.ts'

/**
 * Counts a refund. The same one again counts once: a repeat gets its answer.
 *
 * @param reference - Of the payment that is given back.
 * @returns Seconds to wait, or 0 where it may go on. Where the address is not known, it always may.
 */
export type RefundLimit = (address: string | undefined, reference: string, nowMs: number) => number

/** Addresses that are remembered in one day; beyond it the oldest is forgotten. */
const addressesMax = 100_000

/** Makes a count, in memory: what a restart forgets is some hours of it. @param perDay - More must wait for the next day. */
export function refundLimit(perDay: () => number): RefundLimit {
  let dayStartMs = 0
  let given = new Map<string, Set<string>>()
  return (address, reference, nowMs) => {
    if (address === undefined) return 0
    const { startMs, endMs } = periodOf(nowMs, 'day')
    if (startMs !== dayStartMs) [dayStartMs, given] = [startMs, new Map()]
    const name = prefixOf(address)
    const references = given.get(name) ?? new Set()
    if (references.has(reference)) return 0
    if (references.size >= perDay()) return Math.ceil((endMs - nowMs) / 1_000)
    if (!given.has(name) && given.size >= addressesMax) given.delete(given.keys().next().value as string)
    given.set(name, references.add(reference))
    return 0
  }
}
