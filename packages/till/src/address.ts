/** Where a request came from: finds the reader's network address behind proxies, and names it so that it can be counted but not kept. */
import { BlockList, isIP, isIPv6 } from 'node:net'
import { bytesToHex, periodOf } from '@tuppence/protocol'
import type { Journal, Span } from './journal/port.ts'
import { sha256Hex } from './native.ts'

// What says nothing of a reader: this machine, a proxy that the till was not told of, a network behind one.
const local = new BlockList()
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['0.0.0.0', 8],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  local.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  // Leads to an IPv4 address, any of the above too.
  ['64:ff9b::', 96],
] as const)
  local.addSubnet(net, bits, 'ipv6')

/**
 * The public address that a request came from.
 *
 * @param peer - The other end of the connection, where the server knows it.
 * @param proxies - How many proxies in front of the till add to `X-Forwarded-For`; what stands before theirs was written by
 *   whoever sent the request, and is not read.
 * @returns An IP address; undefined where none is known, or one that says nothing of the reader.
 */
export function addressOf(headers: Headers, peer: string | undefined, proxies: number): string | undefined {
  const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  const address = plain(proxies === 0 ? peer : forwarded.at(-proxies) || peer)
  return address === undefined || isLocal(address) ? undefined : address
}

/** Whether an address is of this machine or of a private network. */
export function isLocal(address: string): boolean {
  return local.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Without a port, brackets or zone; an IPv4 address that is written as IPv6 is itself. */
function plain(text: string | undefined): string | undefined {
  const bare = (text ?? '')
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+(?:\.\d+){3}$)/i, '')
  return isIP(bare) === 0 ? undefined : bare
}

/** The part of an address that one customer of a network has: all of IPv4, the first 64 bits of IPv6. */
export function prefixOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

/** Names addresses for a day: a hash under a salt that is forgotten with the day. */
export type AddressNames = (address: string | undefined, nowMs: number) => Promise<string | undefined>

/** Makes names from salts that a journal keeps. @param random - That many random bytes. */
export function addressNames(journal: Pick<Journal, 'daySalt'>, random: (bytes: number) => Uint8Array): AddressNames {
  let known: Readonly<{ day: Span; salt: string }> | undefined
  return async (address, nowMs) => {
    if (address === undefined) return undefined
    const day = periodOf(nowMs, 'day')
    if (known?.day.startMs !== day.startMs) known = { day, salt: await journal.daySalt(day, bytesToHex(random(32))) }
    return sha256Hex(known.salt, prefixOf(address)).slice(0, 32)
  }
}

/** Counts events of one address in a minute, in memory. @returns Seconds to wait, or 0 where it may go on. */
export type Rate = (address: string | undefined, nowMs: number) => number

const minuteMs = 60_000
/** Addresses that are remembered in one minute; beyond it the oldest is forgotten. */
const addressesMax = 100_000

/** Makes a count. @param perMinute - More than so many must wait for the next minute. */
export function rate(perMinute: () => number): Rate {
  let minute = 0
  let counts = new Map<string, number>()
  return (address, nowMs) => {
    if (address === undefined) return 0
    const now = Math.floor(nowMs / minuteMs)
    if (now !== minute) [minute, counts] = [now, new Map()]
    const key = prefixOf(address)
    const count = (counts.get(key) ?? 0) + 1
    if (count > perMinute()) return Math.ceil(((now + 1) * minuteMs - nowMs) / 1_000)
    if (!counts.has(key) && counts.size >= addressesMax) counts.delete(counts.keys().next().value as string)
    counts.set(key, count)
    return 0
  }
}
