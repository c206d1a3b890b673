import { describe, expect, test } from 'vitest'
import { base64UrlEncode, hmacKey, utf8 } from '../encoding.ts'
import {
  chargeAmount,
  createChallenge,
  echoChallenge,
  formatChallenge,
  isExpired,
  parseChallenges,
  readEcho,
  verifyChallenge,
} from './challenge.ts'
import type { EchoedChallenge } from './challenge.ts'

const secret = utf8('a secret of the till')
const nowMs = Date.UTC(2026, 10, 22, 10, 0, 0)
const fields = {
  realm: 'news.example',
  request: { amount: '5', currency: 'usd', methodDetails: { paymentRequest: 'creqAabc' } },
  expiresMs: nowMs + 300_000,
  opaque: {
    offer: 'tulips',
    path: '/read/tulips',
    sites: 'https://news.example',
    nonce: 'n',
    title: 'Über 5 €',
    kind: 'article',
  },
}
const encode = (value: unknown) => base64UrlEncode(utf8(JSON.stringify(value)))
const good = await createChallenge(secret, fields)
const header = formatChallenge(good)

/** A header with some parameters replaced, or (null) left out. */
const withParameters = (changes: Record<string, string | null>) =>
  `Payment ${Object.entries({ ...echoChallenge(good), ...changes })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`

describe('createChallenge', () => {
  test('makes what a header carries and a wallet reads', async () => {
    expect(header).toMatch(/^Payment id="[\w-]{43}", realm="news.example", method="cashu", intent="charge", request="/)
    const [read, ...others] = parseChallenges(header)
    expect(others).toEqual([])
    expect(read).toEqual(good)
    expect(read?.opaque).toEqual(fields.opaque)
    expect(read?.expires).toBe('2026-11-22T10:05:00.000Z')
    expect(chargeAmount(good.request)).toBe(5)
  })

  test('takes the secret as bytes or as a key', async () => {
    expect(await createChallenge(await hmacKey(secret), fields)).toEqual(good)
  })

  test('refuses a realm that could be read as several slots, or that no header carries', async () => {
    await expect(createChallenge(secret, { ...fields, realm: 'a|b' })).rejects.toMatchObject({
      code: 'invalid-challenge',
    })
    const foreign = await createChallenge(secret, { ...fields, realm: 'café' })
    expect(() => formatChallenge(foreign)).toThrow(expect.objectContaining({ code: 'malformed-challenge' }))
  })

  test('refuses to ask for what is no amount', async () => {
    for (const amount of ['0', '-1', '1.5', '05', '', '100000000', '9'.repeat(20)]) {
      const request = { ...fields.request, amount }
      await expect(createChallenge(secret, { ...fields, request })).rejects.toMatchObject({
        code: 'malformed-challenge',
      })
    }
  })
})

describe('verifyChallenge', () => {
  const echoed = echoChallenge(good)

  test('knows its own, and nothing that was changed, moved or made elsewhere', async () => {
    expect(await verifyChallenge(secret, echoed)).toBe(true)
    expect(await verifyChallenge(utf8('another'), echoed)).toBe(false)
    const changes: Partial<EchoedChallenge>[] = [
      { realm: 'blog.example' },
      { method: 'tempo' },
      { intent: 'session' },
      { request: encode({ ...fields.request, amount: '1' }) },
      { expires: '2030-01-01T00:00:00Z' },
      { digest: 'sha-256=:x:' },
      { opaque: encode({ ...fields.opaque, sites: 'https://evil.example' }) },
      { id: '' },
      { id: 'not base64url!' },
      { id: echoed.id.slice(0, -1) },
      { realm: 'a|b' },
    ]
    for (const change of changes) expect(await verifyChallenge(secret, { ...echoed, ...change })).toBe(false)
    const { expires: _expires, ...endless } = echoed
    expect(await verifyChallenge(secret, endless)).toBe(false)
    const moved = { ...endless, digest: echoed.expires as string }
    expect(await verifyChallenge(secret, moved)).toBe(false)
  })

  test('does not bind the description, which is for display only', async () => {
    expect(await verifyChallenge(secret, { ...echoed, description: 'anything' })).toBe(true)
  })
})

describe('parseChallenges', () => {
  test('finds ours among other schemes, methods and intents, in any order', () => {
    const joined = [
      'Basic realm="a, Payment id=\\"x\\""',
      'Payment id="t", realm="r", method="tempo", intent="charge", request="e30"',
      'Bearer abc==',
      header,
      'Payment id="s", realm="r", method="cashu", intent="session", request="e30"',
      'Negotiate',
      withParameters({ id: 'second' }),
    ].join(', ')
    expect(parseChallenges(joined).map(({ id }) => id)).toEqual([good.id, 'second'])
  })

  test('is none when there is none', () => {
    expect(parseChallenges('')).toEqual([])
    expect(parseChallenges('Basic realm="x"')).toEqual([])
  })

  test('reads what has no expires, digest or opaque, and ignores unknown parameters', () => {
    const [read] = parseChallenges(withParameters({ expires: null, opaque: null, color: 'red' }))
    expect(read).toEqual({
      id: good.id,
      realm: good.realm,
      method: 'cashu',
      intent: 'charge',
      request: good.request,
      requestText: good.requestText,
    })
    expect(isExpired(read as never, Infinity)).toBe(false)
  })

  test('passes over a challenge that wants the credential in another header', () => {
    expect(parseChallenges(withParameters({ header: 'X-Payment' }))).toEqual([])
    expect(parseChallenges(withParameters({ header: 'authorization' }))).toHaveLength(1)
  })

  test('takes the sound one of two, and throws when all are broken', () => {
    const broken = withParameters({ request: 'e30' })
    expect(parseChallenges(`${broken}, ${header}`)).toEqual([good])
    expect(() => parseChallenges(`${broken}, ${broken}`)).toThrow(
      expect.objectContaining({ code: 'malformed-challenge' }),
    )
  })

  test.each([
    ['no id', { id: null }],
    ['an empty id', { id: '' }],
    ['no realm', { realm: null }],
    ['no request', { request: null }],
    ['a padded request', { request: 'e30=' }],
    ['a request that is no JSON', { request: 'AAAA' }],
    ['a request that is null', { request: encode(null) }],
    ['a numeric amount', { request: encode({ ...fields.request, amount: 5 }) }],
    ['a negative amount', { request: encode({ ...fields.request, amount: '-5' }) }],
    ['an endless amount', { request: encode({ ...fields.request, amount: '9'.repeat(400) }) }],
    ['no currency', { request: encode({ amount: '5', methodDetails: { paymentRequest: 'x' } }) }],
    ['no payment request', { request: encode({ amount: '5', currency: 'usd', methodDetails: {} }) }],
    ['an opaque that is no map of texts', { opaque: encode({ a: 1 }) }],
    ['an opaque that is a list', { opaque: encode(['a', 1]) }],
    ['an opaque that is no base64url', { opaque: 'a b' }],
    ['an expiry that is no date', { expires: 'tomorrow' }],
    ['an expiry without a zone', { expires: '2026-11-22T10:05:00' }],
    ['an expiry in month 13', { expires: '2026-13-22T10:05:00Z' }],
  ])('refuses %s', (_, changes) => {
    expect(() => parseChallenges(withParameters(changes))).toThrow(
      expect.objectContaining({ code: 'malformed-challenge' }),
    )
  })

  test('refuses a parameter that comes twice, and what is too long', () => {
    expect(() => parseChallenges(`${header}, id="other"`)).toThrow(
      expect.objectContaining({ code: 'malformed-challenge' }),
    )
    expect(() => parseChallenges(`${header}, x="${'y'.repeat(17_000)}"`)).toThrow(
      expect.objectContaining({ code: 'malformed-challenge' }),
    )
  })
})

describe('readEcho', () => {
  test('is the inverse of echoChallenge', () => {
    expect(readEcho(echoChallenge(good))).toEqual(good)
    const described = { ...good, description: 'Tulips', digest: 'sha-256=:x:' }
    expect(readEcho(echoChallenge(described))).toEqual(described)
  })

  test('refuses other methods', () => {
    expect(() => readEcho({ ...echoChallenge(good), method: 'tempo' })).toThrow(
      expect.objectContaining({ code: 'malformed-challenge' }),
    )
  })
})

describe('isExpired', () => {
  test('at the moment itself', () => {
    expect(isExpired(good, nowMs + 299_999)).toBe(false)
    expect(isExpired(good, nowMs + 300_000)).toBe(true)
    expect(isExpired({ expires: 'nonsense' }, 0)).toBe(true)
  })
})
