import {
  offerCommitment,
  publicJwk,
  signingKey,
  signReceipt,
  tokenReference,
  verifyReceipt,
  verifyReceiptBy,
} from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import { readKeys, sha256Hex, verifyEd25519 } from './native.ts'

const key = await signingKey(new Uint8Array(32).fill(1))
const hash = 'ab'.repeat(32)
const body = { v: 1, mint: 'm', account: 'a', offer: hash, amount: 5, unit: 'usd', timeMs: 1, reference: hash } as const

describe('node:crypto', () => {
  test('hashes as the protocol does', async () => {
    const salt = Uint8Array.from({ length: 16 }, (_, i) => 255 - i)
    for (const text of ['', 'cashuBo2F0', 'https://news.example/é/\u{1f4f0}']) {
      expect(sha256Hex(text)).toBe(await tokenReference(text))
      expect(sha256Hex(salt, text)).toBe(await offerCommitment(salt, text))
    }
  })

  test('verifies what WebCrypto signed, and nothing else', async () => {
    const message = new TextEncoder().encode('message')
    const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, message))
    expect(verifyEd25519(key.x, signature, message)).toBe(true)
    expect(verifyEd25519(key.publicKey, signature, message)).toBe(true)
    expect(verifyEd25519(key.x, signature, message.subarray(1))).toBe(false)
    expect(verifyEd25519(key.x, signature.subarray(1), message)).toBe(false)
    expect(verifyEd25519((await signingKey(new Uint8Array(32).fill(2))).x, signature, message)).toBe(false)
    expect(verifyEd25519(new Uint8Array(32).fill(255), signature, message)).toBe(false)
  })

  test('reads receipt keys, and verifies with them as the protocol does', async () => {
    const jwks = [{ kty: 'EC' }, {}, { ...publicJwk(key.x), x: 'short' }, publicJwk(key.x)]
    const [read, ...others] = await readKeys(jwks)
    expect([read?.kid, others]).toEqual([key.keyId, []])
    const receipt = await signReceipt(body, key.privateKey, key.keyId)
    const verifies = read?.verifies ?? (() => false)
    for (const changed of [receipt, { ...receipt, amount: 6 }, { ...receipt, sig: '' }])
      expect(await verifyReceiptBy(changed, verifies)).toBe(await verifyReceipt(changed, jwks))
    expect(await verifyReceiptBy(receipt, verifies)).toBe(true)
  })
})
