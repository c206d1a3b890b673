import { describe, expect, test } from 'vitest'
import { rate } from './address.ts'
import { parseConfig } from './config.ts'
import type { ReaderState } from './journal/port.ts'
import type { ArticleOffer } from './offers.ts'
import { grantRefusalOf, refusalOf } from './standing.ts'

// Scrapers that know every limit, against the functions that the till decides by. Keys cost them nothing, addresses do.

const settings = parseConfig({
  origin: 'https://news.example',
  account: 'news',
  mint: { url: 'https://mint.example' },
  dataDir: '/tmp/none',
  free: { count: 3, per: 'month' },
  offers: [{ id: 'salt', kind: 'article', path: '/salt', title: 'Salt', price: '0.05' }],
})
const { terms } = settings
const offer = settings.offers[0] as ArticleOffer
const nobody: ReaderState = {
  spent: 0,
  pending: 0,
  refunding: 0,
  pendingOffer: false,
  credit: 0,
  creditPending: 0,
  granted: 0,
  today: 0,
  grantedToAddress: 0,
  grantedToday: 0,
}

/** Free articles that a scraper gets in a day: a new key whenever one is used up, the next address when that is. */
function freeInADay(addresses: number, wanted: number): number {
  let all = 0
  for (let address = 0; address < addresses && all < wanted; address++) {
    for (let here = 0; all < wanted; here++, all++) {
      const state = { ...nobody, granted: here % 3, grantedToAddress: here, grantedToday: all }
      if (grantRefusalOf(terms, offer, state) !== undefined) break
    }
  }
  return all
}

/** Articles that a scraper who pays opens in an hour from one address, as fast as it can. */
function paidInAnHour(): number {
  const counted = rate(() => terms.limits.perIpMinute)
  let opened = 0
  for (let second = 0; second < 3600; second++) {
    for (let tries = 0; tries < 20; tries++) if (counted('203.0.113.7', second * 1000) === 0) opened++
  }
  return opened
}

describe('a scraper that knows the limits', () => {
  test('gets 30 free articles a day for each address, whatever its keys, and 10,000 with any number of them', () => {
    expect([1, 10, 100, 1000].map((addresses) => freeInADay(addresses, 50_000))).toEqual([30, 300, 3000, 10_000])
  })

  test('opens 30 a minute from an address, and 100 a day by a key, though it pays', () => {
    expect(paidInAnHour()).toBe(30 * 60)
    const bid = { offer, list: 5, nowMs: 0, amount: 5, price: { amount: 5, of: 'everybody' as const } }
    expect(refusalOf(terms, { ...bid, state: { ...nobody, today: 99 } })).toBeUndefined()
    expect(refusalOf(terms, { ...bid, state: { ...nobody, today: 100 } })).toBe('too-many')
  })
})
