import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { base64UrlDecode, bytesToHex, sha256Hex } from './encoding.ts'
import { checkReceipt, offerCommitment, signReceipt, verifyReceipt } from './receipt.ts'
import type { ReceiptBody } from './receipt.ts'
import { publicJwk, signingKey } from './signing-key.ts'

const key = await signingKey(new Uint8Array(32).fill(5))
const other = await signingKey(new Uint8Array(32).fill(6))
const body: ReceiptBody = {
  v: 1,
  mint: 'https://mint.example',
  account: 'news',
  offer: 'cd'.repeat(32),
  amount: 5,
  unit: 'usd',
  timeMs: 1_795_341_600_000,
  reference: 'ab'.repeat(32),
}
const receipt = await signReceipt(body, key.privateKey, key.keyId)
const keys = [publicJwk(other.x), publicJwk(key.x)]

describe('receipts', () => {
  test('are verified with the key that is named, among others', async () => {
    expect(receipt).toMatchObject({ ...body, kid: key.keyId })
    expect(await verifyReceipt(receipt, keys)).toBe(true)
    await expect(checkReceipt(receipt, keys)).resolves.toBeUndefined()
  })

  test('are signed over RFC 8785 text that anyone can make', () => {
    const text =
      `{"account":"news","amount":5,"kid":"${key.keyId}","mint":"https://mint.example","offer":"${body.offer}",` +
      `"reference":"${body.reference}","timeMs":1795341600000,"unit":"usd","v":1}`
    const publicKey = { key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' } as const
    expect(verify(null, Buffer.from(text), publicKey, base64UrlDecode(receipt.sig))).toBe(true)
  })

  test('come back the same from JSON in another order', async () => {
    const shuffled = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(receipt).toReversed())))
    expect(await verifyReceipt(shuffled, keys)).toBe(true)
  })

  test.each<[string, object]>([
    ['mint', { mint: 'https://evil.example' }],
    ['account', { account: 'blog' }],
    ['offer', { offer: 'ef'.repeat(32) }],
    ['amount', { amount: 500 }],
    ['unit', { unit: 'eur' }],
    ['time', { timeMs: 1 }],
    ['reference', { reference: 'ef'.repeat(32) }],
    ['an added member', { extra: 1 }],
    ['kid of another key of the mint', { kid: other.keyId }],
    ['kid of no key', { kid: 'x' }],
    ['signature', { sig: `${receipt.sig.slice(0, -2)}AA` }],
    ['signature that is no base64url', { sig: '!' }],
    ['empty signature', { sig: '' }],
  ])('are not verified with another %s', async (_, change) => {
    expect(await verifyReceipt({ ...receipt, ...change }, keys)).toBe(false)
    await expect(checkReceipt({ ...receipt, ...change }, keys)).rejects.toMatchObject({ code: 'receipt-invalid' })
  })

  test('are not verified with no key, another key, or what is no key', async () => {
    expect(await verifyReceipt(receipt, [])).toBe(false)
    expect(await verifyReceipt(receipt, [publicJwk(other.x)])).toBe(false)
    expect(await verifyReceipt(receipt, [{ kty: 'RSA' }, {}])).toBe(false)
    expect(await verifyReceipt(receipt, [{ kty: 'RSA' }, publicJwk(key.x)])).toBe(true)
  })

  test('are not verified with a signature by another implementation over other text', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const sig = sign(null, Buffer.from('x'), privateKey).toString('base64url')
    expect(await verifyReceipt({ ...receipt, sig }, keys)).toBe(false)
  })
})

describe('offerCommitment', () => {
  test('is SHA-256 of salt and URL, and opens only with both', async () => {
    const salt = Uint8Array.from({ length: 16 }, (_, i) => i)
    const url = 'https://news.example/read/tulips'
    const commitment = await offerCommitment(salt, url)
    expect(commitment).toBe(await sha256Hex(Buffer.concat([salt, Buffer.from(url)])))
    expect(commitment).not.toBe(await offerCommitment(new Uint8Array(16), url))
    expect(commitment).not.toBe(await offerCommitment(salt, `${url}2`))
    expect(bytesToHex(salt)).toBe('000102030405060708090a0b0c0d0e0f')
  })
})
