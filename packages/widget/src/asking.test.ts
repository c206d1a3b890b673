import { describe, expect, test } from 'vitest'
import { hostOf, whoAsks } from './asking.ts'

describe('whoAsks', () => {
  test('names the page directly above', () => {
    expect(whoAsks(['https://news.example'])).toEqual({ site: 'https://news.example' })
  })

  test.each([
    ['an advertisement inside the page', ['https://ads.example', 'https://news.example']],
    ['itself inside the page', ['https://wallet.example', 'https://news.example']],
    ['an advertisement, where the browser hides who', ['null', 'null']],
    ['a local file', ['file://']],
    ['an extension', ['chrome-extension://abc']],
  ])('refuses %s', (_, ancestors) => {
    expect(whoAsks(ancestors)).toEqual({ refused: 'nested' })
  })

  test('leaves it to the handshake where the browser hides who it is, but not how many', () => {
    expect(whoAsks(['null'])).toEqual({ site: 'null' })
  })

  test('has nobody to serve at the top, or where the browser does not say', () => {
    expect([whoAsks([]), whoAsks(undefined)]).toEqual([{ refused: 'alone' }, { refused: 'alone' }])
  })
})

test('a host keeps its port and loses its scheme', () => {
  expect([hostOf('http://news.localhost:4041'), hostOf('https://news.example')]).toEqual([
    'news.localhost:4041',
    'news.example',
  ])
})
