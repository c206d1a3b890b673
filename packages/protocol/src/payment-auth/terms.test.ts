import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatStanding,
  formatTerms,
  parseStanding,
  parseTerms,
  periodOf,
  type Period,
  type Standing,
  type Terms,
} from './terms.ts'

const per = fc.constantFrom<Period>('day', 'week', 'month')
const count = fc.integer({ min: 0, max: 99_999_999 })
const path = fc.stringMatching(/^\/[\w/,;=()-]{0,20}$/)
const terms = fc.record<Terms>(
  {
    free: fc.record({ count, per }),
    cap: fc.record({ amount: count, per }),
    refundSeconds: count,
    passes: fc.array(path, { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: [] },
)
const standing = fc.record<Standing>(
  { via: fc.constantFrom('paid', 'grant', 'pass', 'cap'), free: count, spent: count, until: count },
  { requiredKeys: [] },
)

describe('terms', () => {
  test('are a dictionary that reads as it was written', () => {
    const text = 'free=3;per=month, cap=200;per=month, refund=600, pass="/pass/day"'
    const read = {
      free: { count: 3, per: 'month' },
      cap: { amount: 200, per: 'month' },
      refundSeconds: 600,
      passes: ['/pass/day'],
    }
    expect(parseTerms(text)).toEqual(read)
    expect(formatTerms(read as Terms)).toBe(text)
    expect(parseTerms('pass=("/day"  "/month"), refund=1')).toEqual({ passes: ['/day', '/month'], refundSeconds: 1 })
    expect(parseTerms(undefined)).toEqual({})
    expect(formatTerms({})).toBeUndefined()
    fc.assert(fc.property(terms, (some) => void expect(parseTerms(formatTerms(some))).toEqual(some)))
  })

  test('leave out what is not known, not of its type, or broken, and keep the rest', () => {
    expect(parseTerms('new=?1, other;a=1, free=2;per=month;by=key, x=("a";q=1 "b"), refund=60')).toEqual({
      free: { count: 2, per: 'month' },
      refundSeconds: 60,
    })
    expect(parseTerms('free=2, cap=1.5;per=day, refund=-1, pass=()')).toEqual({})
    expect(parseTerms('free=2;per=year, cap="9";per=day')).toEqual({})
    expect(parseTerms('refund=1, refund=2')).toEqual({ refundSeconds: 2 })
    expect(parseTerms('refund=1 cap=2;per=day')).toEqual({})
    expect(parseTerms('constructor=2, refund=5')).toEqual({ refundSeconds: 5 })
    fc.assert(fc.property(fc.string(), (text) => void expect(parseTerms(text)).toBeTypeOf('object')))
  })

  test('cost no more than their length to read', () => {
    for (const text of [
      `a=${'"'.repeat(20_000)}`,
      `${'a;'.repeat(20_000)}`,
      `x=${'('.repeat(20_000)}`,
      'a '.repeat(20_000),
    ]) {
      const start = performance.now()
      parseTerms(text)
      expect(performance.now() - start).toBeLessThan(500)
    }
  })
})

describe('a standing', () => {
  test('reads as it was written, and without what is not known', () => {
    expect(parseStanding('via=cap, free=2, spent=190, until=1798761599')).toEqual({
      via: 'cap',
      free: 2,
      spent: 190,
      until: 1_798_761_599,
    })
    expect(parseStanding('via=gift, free=many, level=9, spent=1')).toEqual({ spent: 1 })
    expect(parseStanding('')).toEqual({})
    fc.assert(fc.property(standing, (some) => void expect(parseStanding(formatStanding(some))).toEqual(some)))
  })
})

describe('a period', () => {
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)

  test.each([
    ['2026-11-22T23:59:59Z', 'day', '2026-11-22', '2026-11-23'],
    ['2026-11-22T23:59:59Z', 'week', '2026-11-16', '2026-11-23'],
    ['2026-11-23T00:00:00Z', 'week', '2026-11-23', '2026-11-30'],
    ['2024-02-29T12:00:00Z', 'month', '2024-02-01', '2024-03-01'],
    ['2026-12-31T12:00:00Z', 'month', '2026-12-01', '2027-01-01'],
    ['2027-01-01T00:00:00Z', 'week', '2026-12-28', '2027-01-04'],
  ] as const)('of %s by the %s begins %s and ends %s', (moment, by, start, end) => {
    const { startMs, endMs } = periodOf(Date.parse(moment), by)
    expect([iso(startMs), iso(endMs)]).toEqual([start, end])
  })

  test('holds its moment, and the next one begins where it ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), per, (ms, by) => {
        const { startMs, endMs } = periodOf(ms, by)
        expect(startMs <= ms && ms < endMs).toBe(true)
        expect(periodOf(endMs, by).startMs).toBe(endMs)
        expect(periodOf(endMs - 1, by).startMs).toBe(startMs)
      }),
    )
  })
})
