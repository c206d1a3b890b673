import { expect, test } from 'vitest'
import { mapInTurns } from './turns.ts'

test('maps in order, and lets others go on in between', async () => {
  const items = Array.from({ length: 100 }, (_, index) => index)
  const seen: (number | string)[] = []
  const mapped = mapInTurns(items, (item) => {
    if (item === 0) setImmediate(() => seen.push('other'))
    seen.push(item)
    return item * 2
  })
  expect(await mapped).toEqual(items.map((item) => item * 2))
  expect(seen.indexOf('other')).toBe(16)
  expect(seen.filter((each) => each !== 'other')).toEqual(items)
})

test('does a few at once, and stops at the first that fails', async () => {
  let done = 0
  const failing = mapInTurns([1, 2, 3], (item) => {
    if (item === 2) throw new Error('two')
    done++
  })
  await expect(failing).rejects.toThrow('two')
  expect(done).toBe(1)
  expect(await mapInTurns([], String)).toEqual([])
})
