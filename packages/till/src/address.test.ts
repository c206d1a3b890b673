import { describe, expect, test } from 'vitest'
import { addressNames, addressOf, isLocal, prefixOf, rate } from './address.ts'
import { memoryJournal } from './journal/sqlite.ts'

const from = (forwarded: string | undefined, peer: string | undefined, proxies: number) =>
  addressOf(new Headers(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }), peer, proxies)

describe('the address of a request', () => {
  test.each([
    ['is the connection’s', undefined, '203.0.113.5', 0, '203.0.113.5'],
    ['is not what the request says of itself', '198.51.100.1', '203.0.113.5', 0, '203.0.113.5'],
    ['is what the last proxy saw', '198.51.100.1, 203.0.113.5', '127.0.0.1', 1, '203.0.113.5'],
    ['is what the first of two proxies saw', '6.6.6.6, 203.0.113.5, 198.51.100.9', '127.0.0.1', 2, '203.0.113.5'],
    ['is the connection’s where a proxy was gone around', undefined, '203.0.113.5', 1, '203.0.113.5'],
    ['is the connection’s where a proxy is missing', '203.0.113.5', '198.51.100.9', 2, '198.51.100.9'],
    ['is without a port', '203.0.113.5:4711', undefined, 1, '203.0.113.5'],
    ['is without brackets, a port and a zone', '[2001:db8::1%eth0]:4711', undefined, 1, '2001:db8::1'],
    ['is IPv4 where it is written as IPv6', undefined, '::ffff:203.0.113.5', 0, '203.0.113.5'],
    ['is none where it says nothing: loopback', undefined, '127.0.0.1', 0, undefined],
    ['is none where it says nothing: a private network', undefined, '10.1.2.3', 0, undefined],
    ['is none where it is no address', 'unknown', undefined, 1, undefined],
    ['is none where nothing is known', undefined, undefined, 0, undefined],
  ])('%s', (_what, forwarded, peer, proxies, expected) => {
    expect(from(forwarded, peer, proxies)).toBe(expected)
  })

  test.each([
    ['127.0.0.1', '10.0.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ['::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'],
  ])('is inside: %s and others', (...addresses) => {
    expect(addresses.filter((address) => !isLocal(address))).toEqual([])
  })

  test('is outside otherwise', () => {
    const outside = ['203.0.113.5', '8.8.8.8', '172.32.0.1', '2001:db8::1', '::ffff:8.8.8.8']
    expect(outside.filter(isLocal)).toEqual([])
  })

  test('counts as one for one customer: all of IPv4, half of IPv6', () => {
    expect(prefixOf('203.0.113.5')).toBe('203.0.113.5')
    const one = ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:0DB8:0001:0002::', '2001:db8:1:2:0:0:0:9']
    expect(new Set(one.map(prefixOf))).toEqual(new Set(['2001:db8:1:2::/64']))
    expect([prefixOf('::1'), prefixOf('2001:db8::')]).toEqual(['0:0:0:0::/64', '2001:db8:0:0::/64'])
  })

  test('has a name that changes every day and is no address', async () => {
    const journal = memoryJournal()
    const names = addressNames(journal, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
    const [one, same, other] = [
      await names('203.0.113.5', 0),
      await names('203.0.113.5', 1),
      await names('203.0.113.6', 1),
    ]
    expect([one === same, one === other, /^[0-9a-f]{32}$/.test(one ?? '')]).toEqual([true, false, true])
    expect(await names('203.0.113.5', 86_400_000)).not.toBe(one)
    expect(await names(undefined, 0)).toBeUndefined()
    await journal.close()
  })
})

describe('a rate', () => {
  test('is counted by the minute and the address, and says how long to wait', () => {
    const take = rate(() => 2)
    const at = (nowMs: number, address: string | undefined = '203.0.113.5') => take(address, nowMs)
    expect([at(0), at(1_000), at(20_500), at(59_999)]).toEqual([0, 0, 40, 1])
    expect([at(30_000, '203.0.113.6'), at(60_000)]).toEqual([0, 0])
    expect(Array.from({ length: 5 }, () => take(undefined, 0))).toEqual([0, 0, 0, 0, 0])
  })
})
