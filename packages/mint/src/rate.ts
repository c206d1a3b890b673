// How often somebody may come by in a minute, by address or by key; app.ts asks before it does anything else.

import { TuppenceError } from '@tuppence/protocol'

/** Counts visits. */
export interface RateLimit {
  /** @throws {TuppenceError} `too-many-requests` This one has come too often within the minute. */
  visit(who: string, nowMs: number): void
}

const minuteMs = 60_000
/** More visitors than this are not told apart: one who comes from everywhere must not fill the memory. */
const visitorsMax = 100_000

/** Makes a limit of so many visits a minute; 0 is none. */
export function createRateLimit(perMinute: number): RateLimit {
  let visits = new Map<string, number>()
  let startedMs = 0
  return {
    visit: (who, nowMs) => {
      if (perMinute === 0) return
      if (nowMs - startedMs >= minuteMs || nowMs < startedMs) {
        visits = new Map()
        startedMs = nowMs
      }
      const name = visits.has(who) || visits.size < visitorsMax ? who : ''
      const count = (visits.get(name) ?? 0) + 1
      visits.set(name, count)
      if (count > perMinute) throw new TuppenceError('too-many-requests')
    },
  }
}

/** What counts as one visitor: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber has. */
export function visitorOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (v4 !== undefined) return v4
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter((group) => group !== '')
  return tail === undefined ? groups.slice(0, 4).join(':') : [...groups, '0', '0', '0', '0'].slice(0, 4).join(':')
}

/** Addresses of the machine itself and of private networks (RFC 1918, RFC 4193, RFC 4291). */
export function isLocal(address: string): boolean {
  const v4 = /^(?:::ffff:)?((?:\d+\.){3}\d+)$/.exec(address)?.[1]
  if (v4 !== undefined) return /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\./.test(v4)
  return address === '::1' || /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/i.test(address)
}
