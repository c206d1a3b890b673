import { expect, test } from 'vitest'
import { readAmount } from './typed-amount.tsx'

test('reads what people type, and nothing else', () => {
  const typed = ['2.50', '2,5', ' $3 ', '٢٫٥٠', '0.01', '', '0', '1.234', '-1', 'abc', '1e3', '1.2.3']
  expect(typed.map((text) => readAmount(text, 'usd'))).toEqual([
    250,
    250,
    300,
    250,
    1,
    ...Array<undefined>(7).fill(undefined),
  ])
})
