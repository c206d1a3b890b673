import { expect, test } from 'vitest'
import { counted } from './plural.ts'

test('follows the rules of each language', () => {
  const english = { one: '# article', other: '# articles' }
  expect([0, 1, 2, 1_234].map((count) => counted('en', count, english))).toEqual([
    '0 articles',
    '1 article',
    '2 articles',
    '1,234 articles',
  ])
  const arabic = { zero: 'none', one: 'one', two: 'two', few: 'few', many: 'many', other: 'other' }
  expect([0, 1, 2, 3, 11, 100].map((count) => counted('ar', count, arabic))).toEqual(Object.values(arabic))
  expect(counted('ko', 1, { other: '글 #편' })).toBe('글 1편')
})
