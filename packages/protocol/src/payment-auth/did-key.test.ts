import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { didKey, parseDidKey } from './did-key.ts'

// W3C CCG "The did:key Method", Ed25519 test vectors (seeds 00..00 and 00..01), and the key of its first example.
const vectors = [
  [
    '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29',
    'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
  ],
  [
    '4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29',
    'did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG',
  ],
  [
    '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6',
    'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  ],
] as const

describe('did:key', () => {
  test.each(vectors)('%s is %s', (hex, did) => {
    expect(didKey(hexToBytes(hex))).toBe(did)
    expect(bytesToHex(parseDidKey(did))).toBe(hex)
  })

  test('comes back for every key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        expect(parseDidKey(didKey(key))).toEqual(key)
      }),
    )
  })

  test.each([
    '',
    'did:key:z6Mk',
    'did:web:news.example',
    'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
    `${vectors[0][1]}x`,
    vectors[0][1].replace('z6Mki', 'z6Mk0'),
    vectors[0][1].toLowerCase(),
    ` ${vectors[0][1]}`,
    // digits that make more than a key
    `did:key:z6Mk${'z'.repeat(44)}`,
    `did:key:z6Mk${'z'.repeat(45)}`,
  ])('refuses %s', (did) => {
    expect(() => parseDidKey(did)).toThrow(expect.objectContaining({ code: 'bad-key' }))
  })
})
