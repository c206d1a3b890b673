import { describe, expect, test } from 'vitest'
import {
  base64Decode,
  base64Encode,
  base64UrlDecode,
  base64UrlEncode,
  bytesToHex,
  canonicalJson,
  concatBytes,
  equalBytes,
  hexToBytes,
  hmacSha256,
  randomId,
  sha256Hex,
  utf8,
  utf8Decode,
} from './encoding.ts'
import { isTuppenceError } from './errors.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isTuppenceError(error) ? error.code : `foreign: ${String(error)}`
  }
  return 'nothing thrown'
}

describe('hex', () => {
  test('writes lower case and reads both', () => {
    expect(bytesToHex(Uint8Array.of(0, 1, 0xab, 0xff))).toBe('0001abff')
    expect(hexToBytes('0001ABff')).toEqual(Uint8Array.of(0, 1, 0xab, 0xff))
  })

  test.each(['0', 'xy', '0x12', ' 12', '12\n'])('refuses %j', (text) => {
    expect(codeOf(() => hexToBytes(text))).toBe('bad-encoding')
  })
})

describe('base64', () => {
  // RFC 4648 section 10.
  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('agrees with RFC 4648 on %j', (text, encoded) => {
    expect(base64Encode(utf8(text))).toBe(encoded)
    expect(base64Decode(encoded)).toEqual(utf8(text))
    expect(base64UrlEncode(utf8(text))).toBe(encoded.replaceAll('=', ''))
    expect(base64UrlDecode(encoded.replaceAll('=', ''))).toEqual(utf8(text))
  })

  test('uses the URL alphabet', () => {
    expect(base64UrlEncode(Uint8Array.of(0xfb, 0xff, 0xfe))).toBe('-__-')
    expect(base64UrlDecode('-__-')).toEqual(Uint8Array.of(0xfb, 0xff, 0xfe))
  })

  // One text for one value: hashes and signatures are over the text.
  test.each(['Zg==', 'Zh', 'Zm9', 'Z', '+//+', 'Zm 9v', 'Zm9v\n', 'é'])('base64url refuses %j', (text) => {
    expect(codeOf(() => base64UrlDecode(text))).toBe('bad-encoding')
  })

  test.each(['Zg', 'Zh==', 'Zg=', 'Zm9v====', '-__-', 'Zm9v Zg=='])('base64 refuses %j', (text) => {
    expect(codeOf(() => base64Decode(text))).toBe('bad-encoding')
  })
})

describe('utf8', () => {
  test('keeps a byte order mark and refuses what is not UTF-8', () => {
    expect(utf8Decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
    expect(codeOf(() => utf8Decode(Uint8Array.of(0xc0, 0x80)))).toBe('bad-encoding')
  })
})

describe('bytes', () => {
  test('joins and compares', () => {
    expect(concatBytes(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3))
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false)
  })

  test('names are 128 random bits', () => {
    expect(randomId()).toMatch(/^[\w-]{22}$/)
    expect(randomId()).not.toBe(randomId())
    expect(randomId(Uint8Array.of(0xfb, 0xff))).toBe('-_8')
  })
})

describe('hashes', () => {
  test('SHA-256 of "abc" (FIPS 180-2 appendix B.1)', async () => {
    expect(await sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  test('HMAC-SHA256 of RFC 4231 test case 2', async () => {
    expect(bytesToHex(await hmacSha256(utf8('Jefe'), 'what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })
})

describe('canonicalJson', () => {
  test('leaves out undefined members and reads objects without a prototype', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
    expect(canonicalJson(Object.assign(Object.create(null), { x: [] }))).toBe('{"x":[]}')
  })

  test('signs an own __proto__ member like any other', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}')
  })

  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['a hole', [undefined]],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', { '\udead': 1 }],
    ['endless depth', deep],
  ])('refuses %s', (_, value) => {
    expect(codeOf(() => canonicalJson(value))).toBe('bad-json')
  })
})
