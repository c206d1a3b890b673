// Against the npm package http-message-signatures: it accepts what we sign, we accept what it signs.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { createSigner, createVerifier, httpbis } from 'http-message-signatures'
import { describe, expect, test } from 'vitest'
import { contentDigest, coveredComponents, signRequest, verifyRequest } from './http-signature.ts'
import { base64UrlEncode } from './encoding.ts'
import { signingKey } from './signing-key.ts'

const seed = new Uint8Array(32).fill(9)
const key = await signingKey(seed)
const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.x, d: base64UrlEncode(seed) }
const requests = [
  { method: 'GET', url: 'https://news.example/read/tulips?page=2&q=%2F', headers: {} as Record<string, string> },
  { method: 'GET', url: 'http://news.localhost:4041/', headers: { authorization: 'Payment abc' } },
  { method: 'POST', url: 'https://news.example/tip', headers: { 'idempotency-key': 'k' }, body: '{"amount":25}' },
]

describe('http-message-signatures', () => {
  test.each(requests)('accepts ours: $method $url', async (request) => {
    const nowMs = Date.now()
    const added = await signRequest(request, {
      key: key.privateKey,
      keyId: key.keyId,
      createdMs: nowMs,
      expiresMs: nowMs + 60_000,
    })
    const verify = createVerifier(createPublicKey({ key: jwk, format: 'jwk' }), 'ed25519')
    const config = {
      keyLookup: async ({ keyid }: { keyid?: string | undefined }) =>
        keyid === key.keyId ? { id: key.keyId, algs: ['ed25519'], verify } : null,
      requiredFields: coveredComponents({ ...request, headers: { ...request.headers, ...added } }),
      requiredParams: ['created', 'expires', 'keyid', 'alg'],
    }
    const signed = { method: request.method, url: request.url, headers: { ...request.headers, ...added } }
    expect(await httpbis.verifyMessage(config, signed)).toBe(true)
    const moved = { ...signed, url: signed.url.replace('news', 'blog') }
    expect(await httpbis.verifyMessage(config, moved)).toBe(false)
  })

  test.each(requests)('is accepted by us: $method $url', async (request) => {
    const digest = request.body === undefined ? {} : { 'content-digest': await contentDigest(request.body) }
    const message = { method: request.method, url: request.url, headers: { ...request.headers, ...digest } }
    const signed = await httpbis.signMessage(
      {
        key: createSigner(createPrivateKey({ key: jwk, format: 'jwk' }), 'ed25519', key.keyId),
        name: 'other',
        fields: coveredComponents(request),
        params: ['created', 'expires', 'keyid', 'alg'],
      },
      message,
    )
    const received = {
      method: request.method,
      url: request.url,
      headers: signed.headers as Record<string, string>,
      ...(request.body !== undefined && { body: request.body }),
    }
    const options = { resolve: () => key.publicKey, nowMs: Date.now() }
    expect(await verifyRequest(received, options)).toMatchObject({ keyId: key.keyId })
    await expect(verifyRequest({ ...received, method: 'PUT' }, options)).rejects.toMatchObject({
      code: 'signature-invalid',
    })
  })
})
