import { describe, expect, test } from 'vitest'
import { judge, type PressFacts } from './guard.ts'
import { armingMs, frameSizeMin } from './policy.ts'

const fair: PressFacts = {
  trusted: true,
  byKeyboard: false,
  visibleMs: armingMs,
  unobscured: true,
  width: frameSizeMin.width,
  height: frameSizeMin.height,
}

describe('judge', () => {
  test('lets a press on a button pay that a reader could see', () => {
    expect(judge(fair)).toBe('pay')
  })

  test.each<[string, Partial<PressFacts>]>([
    ['made by a script', { trusted: false }],
    ['made by a script that says it came by keyboard', { trusted: false, byKeyboard: true }],
    ['before it was seen for long enough', { visibleMs: armingMs - 1 }],
    ['out of sight', { visibleMs: 0 }],
    ['in a frame too narrow to show the price', { width: frameSizeMin.width - 1 }],
    ['in a frame too low to show the price', { height: frameSizeMin.height - 1, byKeyboard: true }],
  ])('ignores a press %s', (_, facts) => {
    expect(judge({ ...fair, ...facts })).toBe('ignore')
  })

  test('asks in the popup when something lies over the button', () => {
    expect(judge({ ...fair, unobscured: false })).toBe('confirm')
  })

  test('takes the word of browsers that can’t say what lies over it', () => {
    expect(judge({ ...fair, unobscured: undefined })).toBe('pay')
  })

  test('does not make a keyboard wait', () => {
    expect(judge({ ...fair, byKeyboard: true, visibleMs: 0, unobscured: false })).toBe('pay')
  })
})
