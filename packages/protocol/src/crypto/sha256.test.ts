import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytesToHex,
  hexToBytes,
  hmacSha256 as hmacByWebCrypto,
  sha256 as sha256ByWebCrypto,
  utf8,
} from '../encoding.ts'
import { hmacSha256, sha256 } from './sha256.ts'

describe('sha256', () => {
  // FIPS 180-2, appendix B, and the empty message.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('hashes vector %#', (text, hash) => {
    expect(bytesToHex(sha256(utf8(text)))).toBe(hash)
  })

  test('is that of WebCrypto at every length over three blocks', async () => {
    for (let length = 0; length <= 200; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255)
      expect(bytesToHex(sha256(message))).toBe(bytesToHex(await sha256ByWebCrypto(message)))
    }
  })

  test('is that of WebCrypto for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (message) => {
        expect(bytesToHex(sha256(message))).toBe(bytesToHex(await sha256ByWebCrypto(message)))
      }),
      { numRuns: 300 },
    )
  })

  test('leaves its input alone, and reads a part of a buffer', () => {
    const whole = Uint8Array.of(1, 97, 98, 99, 2)
    expect(bytesToHex(sha256(whole.subarray(1, 4)))).toMatch(/^ba7816bf/)
    expect([...whole]).toEqual([1, 97, 98, 99, 2])
  })
})

describe('hmacSha256', () => {
  // RFC 4231, cases 1, 2, 6.
  test.each([
    ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('makes vector %#', (key, message, mac) => {
    expect(bytesToHex(hmacSha256(hexToBytes(key), hexToBytes(message)))).toBe(mac)
  })

  test('is that of WebCrypto for any key and message', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        async (key, message) => {
          expect(bytesToHex(hmacSha256(key, message))).toBe(bytesToHex(await hmacByWebCrypto(key, message)))
        },
      ),
      { numRuns: 200 },
    )
  })
})
