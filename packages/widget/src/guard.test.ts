import { describe, expect, test } from 'vitest'
import { judge, type PressFacts } from './guard.ts'
import { armingMs, clearMs, frameSizeMin } from './policy.ts'

const fair: PressFacts = {
  trusted: true,
  visibleMs: armingMs,
  clearMs,
  width: frameSizeMin.width,
  height: frameSizeMin.height,
}

describe('judge', () => {
  test('lets a press on a button pay that a reader could see', () => {
    expect(judge(fair)).toBe('pay')
  })

  test.each<[string, Partial<PressFacts>]>([
    ['made by a script', { trusted: false }],
    ['before it was seen for long enough', { visibleMs: armingMs - 1 }],
    ['out of sight', { visibleMs: 0 }],
    ['in a frame too narrow to show the price', { width: frameSizeMin.width - 1 }],
    ['in a frame too low to show the price', { height: frameSizeMin.height - 1 }],
  ])('ignores a press %s', (_, facts) => {
    expect(judge({ ...fair, ...facts })).toBe('ignore')
  })

  test('asks in the popup when something lies over the button', () => {
    expect(judge({ ...fair, clearMs: 0 })).toBe('confirm')
  })

  test('asks in the popup when the cover went away a moment ago', () => {
    expect(judge({ ...fair, clearMs: clearMs - 1 })).toBe('confirm')
  })

  test('takes the word of browsers that can’t say what lies over it', () => {
    expect(judge({ ...fair, clearMs: undefined })).toBe('pay')
  })
})
