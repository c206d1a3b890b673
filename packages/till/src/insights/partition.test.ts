import { describe, expect, test } from 'vitest'
import { addSold, tellable, type Cells } from './partition.ts'

/** So many readers each of an offer at a price. */
function cells(...sold: readonly (readonly [offer: string, price: number, readers: number])[]): Cells {
  const all: Cells = new Map()
  for (const [offerId, price, readers] of sold)
    for (let reader = 0; reader < readers; reader += 1)
      addSold(all, {
        offerId,
        price,
        reader: `${offerId} ${price} ${reader}`,
        kind: 'article',
        amount: price,
        receivedAtMs: 0,
      })
  return all
}

const told = (all: Cells, level: 'day' | 'month' = 'day') =>
  tellable(all.values(), { groupMin: 10, level })
    .map(({ offerId, price, count }) => `${offerId} ${price ?? 'any'} ${count}`)
    .sort()

describe('tellable', () => {
  test('tells what ten readers bought, by offer and price, and what is left by offer', () => {
    expect(told(cells(['a', 5, 10], ['a', 3, 12], ['b', 5, 6], ['b', 3, 6]))).toEqual(['a 3 12', 'a 5 10', 'b any 12'])
  })

  test('tells nothing of nine', () => {
    expect(told(cells(['a', 5, 9], ['b', 5, 9]))).toEqual([])
    expect(told(new Map())).toEqual([])
  })

  test('keeps back the smallest that could be told where the rest would be too small', () => {
    expect(told(cells(['a', 5, 40], ['b', 5, 12], ['c', 5, 2]))).toEqual(['a 5 40'])
    expect(told(cells(['a', 5, 40], ['c', 5, 2]))).toEqual([])
  })

  test('does not keep back more than it must', () => {
    expect(told(cells(['a', 5, 40], ['b', 5, 12], ['c', 5, 6], ['d', 5, 4]))).toEqual(['a 5 40', 'b 5 12'])
  })

  test('tells of a month’s rest nothing where it is one group: whoever knows each day’s total would know its days', () => {
    // 31 on one day and 1 on another, all of one article: told with the month, the one would be told too.
    expect(told(cells(['a', 5, 32]), 'month')).toEqual([])
    expect(told(cells(['a', 5, 32]), 'day')).toEqual(['a 5 32'])
    expect(told(cells(['a', 5, 32], ['b', 5, 11]), 'month')).toEqual(['a 5 32', 'b 5 11'])
  })

  test('counts a reader once, however much they bought', () => {
    const all = cells(['b', 5, 3])
    for (let times = 0; times < 30; times += 1)
      addSold(all, { offerId: 'a', price: 5, reader: 'same', kind: 'tip', amount: 5, receivedAtMs: 0 })
    expect(told(all)).toEqual([])
  })
})
