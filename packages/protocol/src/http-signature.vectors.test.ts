// RFC 9421 appendix B.2.6, RFC 9530 appendices B and D, RFC 8037 appendix A, RFC 8032 section 7.1.

import { describe, expect, test } from 'vitest'
import { base64Encode, base64UrlDecode, bytesToHex, hexToBytes, utf8Decode } from './encoding.ts'
import { contentDigest, matchesDigest, signatureBase, verifyRequest } from './http-signature.ts'
import { publicJwk, signingKey, thumbprint, verifyingKey } from './signing-key.ts'

describe('RFC 9421 B.2.6: signing a request using ed25519', () => {
  // B.1.4: test-key-ed25519.
  const d = 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU'
  const x = 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs'
  // B.2: test-request.
  const request = {
    method: 'POST',
    url: 'https://example.com/foo?param=Value&Pet=dog',
    headers: {
      Date: 'Tue, 20 Apr 2021 02:07:55 GMT',
      'Content-Type': 'application/json',
      'Content-Length': '18',
    },
  }
  const components = ['date', '@method', '@path', '@authority', 'content-type', 'content-length']
  const parameters =
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
  const signature = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=='

  test('has the signature base of the RFC', () => {
    expect(utf8Decode(signatureBase(request, components, parameters))).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        `"@signature-params": ${parameters}`,
      ].join('\n'),
    )
  })

  test('signs to the same bytes with the private key of the RFC', async () => {
    const key = await signingKey(base64UrlDecode(d))
    expect(key.x).toBe(x)
    const bytes = await crypto.subtle.sign('Ed25519', key.privateKey, signatureBase(request, components, parameters))
    expect(base64Encode(new Uint8Array(bytes))).toBe(signature)
  })

  test('is accepted by the verifier, at its time', async () => {
    const signed = {
      ...request,
      headers: { ...request.headers, 'Signature-Input': `sig-b26=${parameters}`, Signature: `sig-b26=:${signature}:` },
    }
    const resolve = (keyId: string) => (keyId === 'test-key-ed25519' ? x : undefined)
    const options = { resolve, nowMs: 1_618_884_473_000, required: components }
    expect(await verifyRequest(signed, options)).toEqual({
      keyId: 'test-key-ed25519',
      created: 1_618_884_473,
      components,
    })
    await expect(verifyRequest(signed, { ...options, nowMs: Date.UTC(2026, 0) })).rejects.toMatchObject({
      code: 'signature-stale',
    })
  })
})

describe('RFC 9530 digests', () => {
  test.each([
    ['{"hello": "world"}\n', 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'],
    ['{"hello": "world"}', 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'],
    ['', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
  ])('%j', async (body, digest) => {
    expect(await contentDigest(body)).toBe(digest)
    expect(await matchesDigest(digest, body)).toBe(true)
  })

  test('finds SHA-256 beside another algorithm, once', async () => {
    const sha512 = 'sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:'
    const sha256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'
    const body = '{"hello": "world"}\n'
    expect(await matchesDigest(`${sha512}, ${sha256}`, body)).toBe(true)
    expect(await matchesDigest(sha512, body)).toBe(false)
    expect(await matchesDigest(`${sha256}, ${sha256}`, body)).toBe(false)
    expect(await matchesDigest('', body)).toBe(false)
  })
})

describe('Ed25519 keys', () => {
  test('RFC 8037 A.3: thumbprint', async () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
    expect(await thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
    expect(await thumbprint({ ...jwk, use: 'sig', alg: 'EdDSA' })).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  // RFC 8032 7.1, tests 1 to 3: seed, public key, message, signature.
  test.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('RFC 8032: seed %s', async (seed, publicKey, message, signature) => {
    const key = await signingKey(hexToBytes(seed))
    expect(bytesToHex(key.publicKey)).toBe(publicKey)
    const bytes = await crypto.subtle.sign('Ed25519', key.privateKey, hexToBytes(message))
    expect(bytesToHex(new Uint8Array(bytes))).toBe(signature)
    const verifier = await verifyingKey(publicJwk(hexToBytes(publicKey)))
    expect(await crypto.subtle.verify('Ed25519', verifier, hexToBytes(signature), hexToBytes(message))).toBe(true)
  })
})
