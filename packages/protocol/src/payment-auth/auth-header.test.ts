import { describe, expect, test } from 'vitest'
import { formatParameter, parseAuthHeader } from './auth-header.ts'

const parse = (text: string) =>
  parseAuthHeader(text, 'malformed-challenge').map(({ scheme, token68, parameters, duplicate }) => ({
    scheme,
    ...(token68 !== undefined && { token68 }),
    ...Object.fromEntries(parameters),
    ...(duplicate && { duplicate }),
  }))

describe('parseAuthHeader', () => {
  test.each([
    ['', []],
    [' , ,', []],
    ['Negotiate', [{ scheme: 'negotiate' }]],
    ['Bearer abc.def-_~+/==', [{ scheme: 'bearer', token68: 'abc.def-_~+/==' }]],
    ['Basic realm="x"', [{ scheme: 'basic', realm: 'x' }]],
    ['basic   REALM = x', [{ scheme: 'basic', realm: 'x' }]],
    ['Basic realm="a, b", charset="UTF-8"', [{ scheme: 'basic', realm: 'a, b', charset: 'UTF-8' }]],
    [
      'A x=1,B y=2',
      [
        { scheme: 'a', x: '1' },
        { scheme: 'b', y: '2' },
      ],
    ],
    ['A, B', [{ scheme: 'a' }, { scheme: 'b' }]],
    [
      'A, B c="d",, E abc=, F',
      [{ scheme: 'a' }, { scheme: 'b', c: 'd' }, { scheme: 'e', token68: 'abc=' }, { scheme: 'f' }],
    ],
    ['A x=', [{ scheme: 'a', token68: 'x=' }]],
    ['A x=1, x=2', [{ scheme: 'a', x: '2', duplicate: true }]],
    ['A x=1, X="1"', [{ scheme: 'a', x: '1', duplicate: true }]],
    // RFC 9110 section 11.6.1
    [
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        { scheme: 'basic', realm: 'simple' },
        { scheme: 'newauth', realm: 'apps', type: '1', title: 'Login to "apps"' },
      ],
    ],
    // A scheme's name inside a quoted string starts nothing.
    ['A x="1, Payment id=\\"2\\", B"', [{ scheme: 'a', x: '1, Payment id="2", B' }]],
    ['A x="\\\\", B', [{ scheme: 'a', x: '\\' }, { scheme: 'b' }]],
    // mppx writes what is above Latin-1 in this way.
    ['A x="caf\\u00e9 \\\\u0041"', [{ scheme: 'a', x: 'café \\u0041' }]],
    ['A __proto__="1"', [{ scheme: 'a', ['__proto__']: '1' }]],
  ])('reads %j', (text, items) => {
    expect(parse(text)).toEqual(items)
  })

  test.each([
    '=',
    'A x="1',
    'A x="1\\"',
    'A x="1"y=2',
    'A x=1 y=2',
    'A x="',
    'A "x"',
    'A x y',
    'A abc def',
    'A x="1" Payment id=2',
    'é',
    'A x=é',
    'A x=1;y=2',
    'A\tx=1',
    Array.from({ length: 17 }, () => 'A').join(),
    `A ${Array.from({ length: 25 }, (_, i) => `p${i}=1`).join()}`,
  ])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed-challenge' }))
  })

  test('takes linear time on hostile text', () => {
    const hostile = [
      `A x="${'\\'.repeat(200_000)}`,
      `A ${'x'.repeat(200_000)}`,
      `A x=${'='.repeat(200_000)}`,
      ' ,'.repeat(200_000) + '"',
      `A x="${'a'.repeat(200_000)}`,
      `A ${' '.repeat(200_000)}"`,
    ]
    const startMs = performance.now()
    for (const text of hostile) {
      try {
        parse(text)
      } catch {
        // Most are refused; how long it takes is what counts.
      }
    }
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})

describe('formatParameter', () => {
  test('escapes', () => {
    expect(formatParameter('a', 'b"c\\d', 'malformed-challenge')).toBe('a="b\\"c\\\\d"')
  })

  test.each(['a\r\nb', 'é', '\u0000', '€'])('refuses %j', (value) => {
    expect(() => formatParameter('a', value, 'malformed-challenge')).toThrow(
      expect.objectContaining({ code: 'malformed-challenge', details: { parameter: 'a' } }),
    )
  })
})
