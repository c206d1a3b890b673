import { describe, expect, test } from 'vitest'
import { parseElementMessage, parseFrameMessage } from './bridge-messages.ts'

const id = 'request-1'
const theme = { tokens: { accent: '#246', radius: '4px' }, scheme: 'dark', lang: 'en' }
const elementMessages = [
  { t: 'unlock', id, url: 'https://news.example/read/tulips' },
  { t: 'claim', id, url: 'https://news.example/read/tulips', code: 'mB0x3Vd2nXH7rPq9LkYw-Q' },
  { t: 'tip', id, url: '/tip' },
  { t: 'tip', id, url: '/tip', presets: [25, 100, 500] },
  { t: 'theme', id, theme },
  { t: 'theme', id, theme: { ...theme, tokens: {} } },
  { t: 'balance', id },
  { t: 'cancel', id },
]
const frameMessages = [
  { t: 'resize', height: 48 },
  { t: 'trip', id },
  { t: 'delivered', id, contentType: 'text/html', body: '<p>x'.repeat(10_000), receipt: 'abc' },
  { t: 'cancelled', id },
  { t: 'failed', id, reason: 'till-down' },
]

describe('parseElementMessage', () => {
  test.each(elementMessages)('reads %j', (message) => {
    const read = parseElementMessage(message)
    expect(read).toEqual(message)
    expect(read).not.toBe(message)
  })

  test.each(frameMessages)('does not read what frames say: %j', (message) => {
    expect(parseElementMessage(message)).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'unlock'],
    ['a list', [elementMessages[0]]],
    ['a map', new Map([['t', 'balance']])],
    ['an unknown type', { t: 'pay', id }],
    ['a name of the prototype', { t: 'constructor', id }],
    ['a type that is a list', { t: ['unlock'], id, url: 'x' }],
    ['no type', { id, url: 'x' }],
    ['an unknown key', { t: 'unlock', id, url: 'x', amount: 5 }],
    ['a key of another message', { t: 'unlock', id, url: 'x', presets: [5] }],
    ['a key named __proto__', JSON.parse('{"t":"balance","id":"a","__proto__":{}}')],
    ['a missing key', { t: 'unlock', id }],
    ['a claim without a code', { t: 'claim', id, url: 'x' }],
    ['a code of other characters', { t: 'claim', id, url: 'x', code: 'a b' }],
    ['a long code', { t: 'claim', id, url: 'x', code: 'x'.repeat(65) }],
    ['a missing id', { t: 'cancel' }],
    ['an empty id', { t: 'cancel', id: '' }],
    ['a long id', { t: 'cancel', id: 'x'.repeat(65) }],
    ['an id with other characters', { t: 'cancel', id: 'a b' }],
    ['an id with a line end', { t: 'cancel', id: 'a\n' }],
    ['a numeric id', { t: 'cancel', id: 5 }],
    ['a URL that is an object', { t: 'unlock', id, url: new URL('https://x') }],
    ['a long URL', { t: 'unlock', id, url: 'x'.repeat(2_049) }],
    ['presets that are no list', { t: 'tip', id, url: 'x', presets: '5' }],
    ['fractions', { t: 'tip', id, url: 'x', presets: [0.5] }],
    ['zero', { t: 'tip', id, url: 'x', presets: [0] }],
    ['too much', { t: 'tip', id, url: 'x', presets: [1e9] }],
    ['too many presets', { t: 'tip', id, url: 'x', presets: [1, 2, 3, 4, 5, 6, 7, 8, 9] }],
    ['a hole', { t: 'tip', id, url: 'x', presets: Array(2) }],
    ['a list with more on it', { t: 'tip', id, url: 'x', presets: Object.assign([5], { more: 1 }) }],
    ['presets that are null', { t: 'tip', id, url: 'x', presets: null }],
    ['a theme that nests', { t: 'theme', id, theme: { ...theme, tokens: { a: {} } } }],
    ['a theme with more keys', { t: 'theme', id, theme: { ...theme, css: 'x' } }],
    ['a theme in another scheme', { t: 'theme', id, theme: { ...theme, scheme: 'sepia' } }],
    ['tokens that are a list', { t: 'theme', id, theme: { ...theme, tokens: ['x'] } }],
    ['a theme that is text', { t: 'theme', id, theme: 'dark' }],
  ])('refuses %s', (_, message) => {
    expect(parseElementMessage(message)).toBeUndefined()
  })

  test('has a bound of 8 KiB in all, in bytes of UTF-8', () => {
    const tokens = (char: string, length: number) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`token${i}`, char.repeat(length)]))
    const message = (char: string, length: number) => ({
      t: 'theme',
      id,
      theme: { ...theme, tokens: tokens(char, length) },
    })
    expect(parseElementMessage(message('x', 180))).toBeDefined()
    expect(parseElementMessage(message('x', 200))).toBeUndefined()
    expect(parseElementMessage(message('€', 180))).toBeUndefined()
  })
})

describe('parseFrameMessage', () => {
  test.each(frameMessages)('reads %j', (message) => {
    expect(parseFrameMessage(message)).toEqual(message)
  })

  test.each(elementMessages.filter(({ t }) => t !== 'cancel'))('does not read what elements say: %j', (message) => {
    expect(parseFrameMessage(message)).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['a height between the steps', { t: 'resize', height: 100 }],
    ['a height as text', { t: 'resize', height: '48' }],
    ['a trip to somewhere', { t: 'trip', id, url: 'https://elsewhere.example' }],
    ['a resize with an id', { t: 'resize', height: 48, id }],
    ['another reason', { t: 'failed', id, reason: 'insufficient' }],
    ['a reason and a balance', { t: 'failed', id, reason: 'offline', balance: 5 }],
    ['a body that is no text', { t: 'delivered', id, contentType: 'text/html', body: {}, receipt: '' }],
    ['a body over 2 MiB', { t: 'delivered', id, contentType: 'text/html', body: 'x'.repeat(2_097_153), receipt: '' }],
    [
      'a receipt over the bound',
      { t: 'delivered', id, contentType: 'text/html', body: '', receipt: 'x'.repeat(8_200) },
    ],
    ['no receipt', { t: 'delivered', id, contentType: 'text/html', body: '' }],
  ])('refuses %s', (_, message) => {
    expect(parseFrameMessage(message)).toBeUndefined()
  })
})
