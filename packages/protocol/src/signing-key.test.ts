import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { base64UrlEncode } from './encoding.ts'
import { publicJwk, signingKey, thumbprint, verifyingKey } from './signing-key.ts'
import { siteKeySeed } from './site-key.ts'

const seed = new Uint8Array(64).fill(3)

describe('signingKey', () => {
  test('cannot be exported, and is named by its thumbprint', async () => {
    const key = await signingKey(new Uint8Array(32).fill(1))
    expect(key.privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('pkcs8', key.privateKey)).rejects.toMatchObject({ name: 'InvalidAccessError' })
    expect(key.keyId).toBe(await thumbprint(publicJwk(key.publicKey)))
    expect(key.x).toBe(base64UrlEncode(key.publicKey))
    expect(structuredClone(key.privateKey)).toBeInstanceOf(CryptoKey)
  })

  test.each([0, 31, 33, 64])('refuses a seed of %d bytes', async (length) => {
    await expect(signingKey(new Uint8Array(length))).rejects.toMatchObject({ code: 'bad-key' })
  })
})

describe('verifyingKey and thumbprint', () => {
  test.each<[string, string | JsonWebKey | Uint8Array]>([
    ['an empty text', ''],
    ['a short text', 'abc'],
    ['another curve', { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) }],
    ['another type', { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['no x', { kty: 'OKP', crv: 'Ed25519' }],
    ['31 bytes', new Uint8Array(31)],
    ['bits that no encoder writes', `${'A'.repeat(42)}B`],
  ])('refuse %s', async (_, key) => {
    await expect(verifyingKey(key)).rejects.toMatchObject({ code: 'bad-key' })
  })

  test('thumbprint refuses what is no Ed25519 key', async () => {
    await expect(thumbprint({ kty: 'RSA', n: 'x', e: 'AQAB' })).rejects.toMatchObject({ code: 'bad-key' })
  })
})

describe('siteKeySeed', () => {
  test('is the same again, and another for another seed, origin or realm', async () => {
    const seeds = [
      await siteKeySeed(seed, 'https://news.example', 'news'),
      await siteKeySeed(new Uint8Array(64).fill(4), 'https://news.example', 'news'),
      await siteKeySeed(seed, 'https://blog.example', 'news'),
      await siteKeySeed(seed, 'https://news.example', 'blog'),
      await siteKeySeed(seed, 'https://news.example","news', ''),
      await siteKeySeed(seed, 'https://news.examplenews', ''),
    ]
    expect(await siteKeySeed(seed, 'https://news.example', 'news')).toEqual(seeds[0])
    expect(new Set(seeds.map((each) => base64UrlEncode(each))).size).toBe(seeds.length)
    expect(seeds[0]).toHaveLength(32)
  })

  test('never changes: readers own things by it', async () => {
    const text = 'tuppence/site-key/["https://news.example","news"]'
    const siteSeed = await siteKeySeed(seed, 'https://news.example', 'news')
    expect(Buffer.from(siteSeed)).toEqual(createHmac('sha256', seed).update(text).digest())
    expect((await signingKey(siteSeed)).x).toBe('RvtTYTLVyp_V938gmia1goHXA53o0bfGwQcYMC8FDGY')
  })
})
