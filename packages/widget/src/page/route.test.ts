import { describe, expect, test } from 'vitest'
import { linkTo, readFragment } from './route.ts'

describe('readFragment', () => {
  test('knows the screens, and takes anything else for the first one', () => {
    expect(['', '#', '#sites', '#move', '#__proto__', '#nowhere'].map((text) => readFragment(text).route)).toEqual([
      'home',
      'home',
      'sites',
      'move',
      'home',
      'home',
    ])
  })

  test('reads what a link brings', () => {
    for (const arrival of [
      { kind: 'token', text: 'cashuBo2FteBtodHRwOi8vbWludA_-' },
      { kind: 'pair', text: 'a=b&c%d+e' },
    ] as const) {
      const link = linkTo('https://wallet.example', arrival)
      expect(readFragment(new URL(link).hash)).toEqual({
        route: { token: 'move', pair: 'backup' }[arrival.kind],
        arrival,
      })
    }
  })

  test('survives a broken escape', () => {
    expect(readFragment('#token=%zz').arrival?.text).toBe('%zz')
  })
})
