import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBooks, type Books } from '../testing/payouts.ts'
import { cardDesk } from './cards.ts'
import { historyOf } from './decide.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

test('what was not done is not said to be, nor in the log', async () => {
  const given = { person: 'ada', note: 'booked by hand', value: '' }
  for (const { value, run } of cardDesk.actions ?? [])
    expect([value, await run(books.deps, 'none', given)]).toEqual([
      value,
      expect.stringContaining('Nothing was changed'),
    ])
  expect(await historyOf(books.deps.office, 'top-up', 'none')).toEqual([])
})
