import { describe, expect, test } from 'vitest'
import { base64Encode } from './encoding.ts'
import { contentDigest, coveredComponents, signatureBase, signRequest, verifyRequest } from './http-signature.ts'
import type { SignableRequest } from './http-signature.ts'
import { signingKey } from './signing-key.ts'

const nowMs = Date.UTC(2026, 10, 22, 10)
const created = nowMs / 1000
const key = await signingKey(new Uint8Array(32).fill(7))
const other = await signingKey(new Uint8Array(32).fill(8))
const resolve = (keyId: string) => (keyId === key.keyId ? key.publicKey : undefined)
const plain: SignableRequest = { method: 'GET', url: 'https://news.example/read/tulips?page=2' }
const tip: SignableRequest = {
  method: 'POST',
  url: 'https://news.example/tip',
  headers: { authorization: 'Payment abc', 'idempotency-key': 'k1', 'content-type': 'application/json' },
  body: '{"amount":25}',
}

const add = (request: SignableRequest, headers: Record<string, string>): SignableRequest => {
  const all = new Headers(request.headers)
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return { ...request, headers: all }
}
const sign = async (request: SignableRequest, options: Partial<Parameters<typeof signRequest>[1]> = {}) =>
  add(
    request,
    await signRequest(request, {
      key: key.privateKey,
      keyId: key.keyId,
      createdMs: nowMs,
      expiresMs: nowMs + 60_000,
      ...options,
    }),
  )
const verify = (request: SignableRequest, options: Partial<Parameters<typeof verifyRequest>[1]> = {}) =>
  verifyRequest(request, { resolve, nowMs, ...options })

/** A request with a signature over any text that claims to be the parameters. */
const signText = async (parameters: string, components: string[], request = plain): Promise<SignableRequest> => {
  const bytes = await crypto.subtle.sign('Ed25519', key.privateKey, signatureBase(request, components, parameters))
  const signature = `sig=:${base64Encode(new Uint8Array(bytes))}:`
  return add(request, { 'signature-input': `sig=${parameters}`, signature })
}

describe('coveredComponents', () => {
  test('is the target, and what else a request has that matters', () => {
    expect(coveredComponents(plain)).toEqual(['@method', '@authority', '@path', '@query'])
    expect(coveredComponents(tip)).toEqual([
      '@method',
      '@authority',
      '@path',
      '@query',
      'authorization',
      'content-digest',
      'idempotency-key',
    ])
  })
})

describe('signRequest', () => {
  test('writes what the RFC says, and is verified', async () => {
    const signed = await sign(plain)
    expect(new Headers(signed.headers).get('signature-input')).toBe(
      `sig=("@method" "@authority" "@path" "@query");created=${created};expires=${created + 60};keyid="${key.keyId}";alg="ed25519"`,
    )
    expect(await verify(signed)).toEqual({ keyId: key.keyId, created, components: coveredComponents(plain) })
  })

  test('covers credential, body and idempotency key', async () => {
    const signed = await sign(tip)
    expect(new Headers(signed.headers).get('content-digest')).toBe(await contentDigest('{"amount":25}'))
    expect((await verify(signed)).components).toEqual(coveredComponents(tip))
  })

  test('covers any header that is named, accept-signature for one', async () => {
    const request = add(plain, { 'accept-signature': 'sig1=("@status")', Date: 'x' })
    const components = [...coveredComponents(plain), 'accept-signature']
    const signed = await sign(request, { components })
    expect(await verify(signed, { required: components })).toMatchObject({ components })
    await expect(verify(add(signed, { 'accept-signature': 'sig1=()' }))).rejects.toMatchObject({
      code: 'signature-invalid',
    })
  })

  test('refuses to cover what is not there', async () => {
    await expect(sign(plain, { components: ['x-missing'] })).rejects.toMatchObject({
      code: 'signature-component-missing',
    })
    await expect(sign(plain, { components: ['@status'] })).rejects.toMatchObject({
      code: 'signature-component-unknown',
    })
  })

  test('sees the target as RFC 9421 section 2.2 does', async () => {
    const base = (url: string) =>
      new TextDecoder().decode(signatureBase({ method: 'GET', url }, ['@authority', '@path', '@query'], '()'))
    expect(base('https://WWW.Example.com:443')).toBe(
      '"@authority": www.example.com\n"@path": /\n"@query": ?\n"@signature-params": ()',
    )
    expect(base('http://x.localhost:4041/a%20b?c=%2F#d')).toBe(
      '"@authority": x.localhost:4041\n"@path": /a%20b\n"@query": ?c=%2F\n"@signature-params": ()',
    )
  })
})

describe('verifyRequest', () => {
  test.each<[string, (signed: SignableRequest) => SignableRequest]>([
    ['method', (signed) => ({ ...signed, method: 'DELETE' })],
    ['host', (signed) => ({ ...signed, url: signed.url.replace('news', 'blog') })],
    ['path', (signed) => ({ ...signed, url: signed.url.replace('tip', 'top') })],
    ['query', (signed) => ({ ...signed, url: `${signed.url}?a` })],
    ['credential', (signed) => add(signed, { authorization: 'Payment abd' })],
    ['idempotency key', (signed) => add(signed, { 'idempotency-key': 'k2' })],
  ])('refuses another %s', async (_, change) => {
    await expect(verify(change(await sign(tip)))).rejects.toMatchObject({ code: 'signature-invalid' })
  })

  test('refuses another body, and none', async () => {
    const signed = await sign(tip)
    await expect(verify({ ...signed, body: '{"amount":99}' })).rejects.toMatchObject({ code: 'digest-mismatch' })
    await expect(verify({ ...signed, body: '' })).rejects.toMatchObject({ code: 'digest-mismatch' })
    const digest = await contentDigest('{"amount":99}')
    await expect(verify(add({ ...signed, body: '{"amount":99}' }, { 'content-digest': digest }))).rejects.toMatchObject(
      {
        code: 'signature-invalid',
      },
    )
  })

  test('demands its components: what is added later is not covered', async () => {
    const signed = await sign(plain)
    const missing = { code: 'signature-component-missing' }
    await expect(verify(add(signed, { authorization: 'Payment abc' }))).rejects.toMatchObject(missing)
    await expect(verify({ ...signed, body: 'x' })).rejects.toMatchObject(missing)
    await expect(verify(add(signed, { 'idempotency-key': 'k' }))).rejects.toMatchObject(missing)
    const components = ['@method', '@authority', '@path']
    await expect(verify(await sign(plain, { components }))).rejects.toMatchObject(missing)
    expect(await verify(await sign(plain, { components }), { required: ['@path'] })).toMatchObject({ components })
    const { url, method } = await sign(tip)
    await expect(
      verify({ url, method, headers: (await sign(tip, { components: ['content-digest'] })).headers ?? {} }),
    ).rejects.toMatchObject(missing)
  })

  test('knows keys by their names, and takes each form of one', async () => {
    const signed = await sign(plain)
    for (const form of [
      key.publicKey,
      key.x,
      await crypto.subtle.importKey('raw', key.publicKey, 'Ed25519', true, ['verify']),
    ]) {
      expect(await verify(signed, { resolve: async () => form })).toMatchObject({ keyId: key.keyId })
    }
    await expect(verify(signed, { resolve: () => undefined })).rejects.toMatchObject({ code: 'signature-key-unknown' })
    await expect(verify(signed, { resolve: () => other.x })).rejects.toMatchObject({ code: 'signature-invalid' })
    await expect(verify(signed, { resolve: () => 'not a key' })).rejects.toMatchObject({ code: 'bad-key' })
    const forged = await sign(plain, { key: other.privateKey })
    await expect(verify(forged)).rejects.toMatchObject({ code: 'signature-invalid' })
  })

  test('keeps to its window, both ways, and to expires', async () => {
    const signed = await sign(plain)
    const stale = { code: 'signature-stale' }
    expect(await verify(signed, { nowMs: nowMs + 59_999 })).toBeDefined()
    expect(await verify(signed, { nowMs: nowMs - 60_000 })).toBeDefined()
    await expect(verify(signed, { nowMs: nowMs + 60_000 })).rejects.toMatchObject(stale)
    await expect(verify(signed, { nowMs: nowMs - 60_001 })).rejects.toMatchObject(stale)
    const endless = await signText(
      `("@method" "@authority" "@path" "@query");created=${created};keyid="${key.keyId}"`,
      coveredComponents(plain),
    )
    expect(await verify(endless, { nowMs: nowMs + 60_000 })).toBeDefined()
    await expect(verify(endless, { nowMs: nowMs + 60_001 })).rejects.toMatchObject(stale)
    await expect(verify(signed, { nowMs: nowMs + 10_001, windowSeconds: 10 })).rejects.toMatchObject(stale)
    const expired = await sign(plain, { expiresMs: nowMs - 1000 })
    await expect(verify(expired)).rejects.toMatchObject(stale)
  })

  const list = '("@method" "@authority" "@path" "@query")'
  const rest = `created=${created};keyid="${key.keyId}"`
  test.each([
    ['signature-algorithm', `${list};${rest};alg="rsa-pss-sha512"`],
    ['signature-algorithm', `${list};${rest};alg="hmac-sha256"`],
    ['signature-parameter', `${list};${rest};tag="x"`],
    ['signature-parameter', `${list};${rest};nonce="x"`],
    ['signature-duplicate', `${list};${rest};created=${created}`],
    ['signature-duplicate', `${list};${rest};keyid="x"`],
    ['signature-duplicate', `("@method" "@authority" "@path" "@query" "@path");${rest}`],
    ['signature-component-unknown', `("@method" "@authority" "@path" "@query" "x";sf);${rest}`],
    ['signature-component-unknown', `("@method" "@authority" "@path" "@query" "@query-param";name="a");${rest}`],
    ['signature-component-unknown', `("@method" "@authority" "@path" "@query" "@status");${rest}`],
    ['signature-component-missing', `("@method" "@authority" "@path" "@query" "x-missing");${rest}`],
    ['signature-component-missing', `("@method" "@authority" "@path");${rest}`],
    ['signature-malformed', `();${rest}`],
    ['signature-malformed', `${list};created="${created}";keyid="x"`],
    ['signature-malformed', `${list};created=${created}.5;keyid="x"`],
    ['signature-malformed', `${list};created=-1;keyid="x"`],
    ['signature-malformed', `${list};created=${created};keyid=5`],
    ['signature-malformed', `${list};created=${created}`],
    ['signature-malformed', `${list};keyid="${key.keyId}"`],
    ['signature-malformed', `${list};${rest};expires`],
    ['signature-malformed', `${list}; ${rest}`],
    ['signature-malformed', `${list};${rest},`],
    ['signature-malformed', `("@method"  "@authority" "@path" "@query");${rest}`],
    ['signature-malformed', `("@method" "@authority" "@path" "@query" "X-Upper");${rest}`],
    ['signature-malformed', `(@method);${rest}`],
    ['signature-malformed', `${list};${rest};alg=ed25519`],
    ['signature-malformed', `("a"${' "a"'.repeat(600)});${rest}`],
  ])('%s: %s', async (code, parameters) => {
    const signed = add(await sign(plain), { 'signature-input': `sig=${parameters}` })
    await expect(verify(signed)).rejects.toMatchObject({ code })
  })

  test('reads one signature, under its own label', async () => {
    const signed = await sign(plain)
    const headers = new Headers(signed.headers)
    const input = headers.get('signature-input') ?? ''
    const signature = headers.get('signature') ?? ''
    const again = (changes: Record<string, string>) => verify(add(signed, changes))
    const relabelled = {
      'signature-input': input.replace('sig=', 'wallet-1='),
      signature: signature.replace('sig=', 'wallet-1='),
    }
    expect(await again(relabelled)).toBeDefined()
    await expect(again({ 'signature-input': `${input}, ${input.replace('sig=', 'b=')}` })).rejects.toMatchObject({
      code: 'signature-duplicate',
    })
    for (const wrong of [
      signature.replace('sig=', 'b='),
      `${signature}, b=${signature.slice(4)}`,
      signature.slice(0, -1),
      signature.replace('==:', ':'),
      'sig=:AAAA:',
      '',
      `${signature};x=1`,
    ]) {
      await expect(again({ signature: wrong })).rejects.toMatchObject({ code: 'signature-malformed' })
    }
    await expect(verify(plain)).rejects.toMatchObject({ code: 'signature-missing' })
    await expect(verify(add(plain, { 'signature-input': input }))).rejects.toMatchObject({ code: 'signature-missing' })
    await expect(again({ 'signature-input': '' })).rejects.toMatchObject({ code: 'signature-malformed' })
  })

  test('refuses the worst field of the allowed length in no time', async () => {
    const worst = `x${')'.repeat(680)}${','.repeat(680)}${'y'.repeat(680)}`
    const signed = add(await sign(plain), { 'signature-input': worst })
    const startedMs = performance.now()
    await expect(verify(signed)).rejects.toMatchObject({ code: 'signature-malformed' })
    expect(performance.now() - startedMs).toBeLessThan(100)
  })

  test('refuses a covered header that is not ASCII', async () => {
    const request = add(plain, { 'x-name': 'caf\u00e9' })
    const components = [...coveredComponents(plain), 'x-name']
    await expect(sign(request, { components })).rejects.toMatchObject({ code: 'signature-component-unknown' })
  })
})
