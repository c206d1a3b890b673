import { describe, expect, test } from 'vitest'
import { isAlone } from './auto.ts'

type Mate = { readonly state?: string; readonly jar?: boolean; readonly foreign?: boolean }

/** The windows of a page with these frames in it. */
function page(...mates: Mate[]): Window {
  const frames = mates.map(({ state, jar, foreign }) => {
    const { contentWindow, contentDocument } = document.body.appendChild(document.createElement('iframe'))
    if (foreign) {
      return Object.defineProperty({}, 'document', {
        get: () => {
          throw new DOMException('another origin')
        },
      })
    }
    if (state) contentDocument!.body.dataset['state'] = state
    if (jar) contentDocument!.body.append(Object.assign(contentDocument!.createElement('div'), { className: 'jar' }))
    return contentWindow!
  })
  return Object.assign(frames, {}) as unknown as Window
}

describe('what a rule pays', () => {
  test.each<[string, Mate[], boolean]>([
    ['alone on its page', [], true],
    [
      'beside a balance, a tip jar and somebody else’s frame',
      [{ state: 'balance' }, { state: 'priced', jar: true }, { foreign: true }],
      true,
    ],
    ['beside another article that is for sale', [{ state: 'priced' }], false],
    ['beside another one that is open already', [{ state: 'delivered' }], false],
    ['beside one that has not said yet what it is', [{}], false],
  ])('%s: %s', (_, mates, alone) => {
    expect(isAlone(page(...mates))).toBe(alone)
  })
})
