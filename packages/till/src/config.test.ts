import { describe, expect, test } from 'vitest'
import { parseConfig, type TillConfig } from './config.ts'

const config = (change: Record<string, unknown> = {}): TillConfig =>
  ({
    origin: 'http://news.localhost:4041',
    account: 'news',
    mint: { url: 'http://mint.localhost:4043' },
    dataDir: '/tmp/till',
    offers: [
      {
        id: 'salt',
        kind: 'article',
        path: '/read/salt',
        title: 'Salt',
        price: '0.05',
        sites: ['http://news.localhost:4041'],
      },
      { id: 'jar', kind: 'tip', path: '/tip', title: 'Tip jar' },
    ],
    ...change,
  }) as TillConfig
const offer = (change: Record<string, unknown>) => config({ offers: [{ ...config().offers[0], ...change }] })
const tip = (change: Record<string, unknown>) => config({ offers: [{ ...config().offers[1], ...change }] })

function refusal(input: unknown): { code: string; field: unknown; reason: unknown } {
  try {
    parseConfig(input)
  } catch (error) {
    const { code, details } = error as { code: string; details: Record<string, unknown> }
    return { code, field: details['field'], reason: details['reason'] }
  }
  throw new Error('was not refused')
}

describe('config', () => {
  test('turns decimal prices into minor units and fills in the defaults', () => {
    const settings = parseConfig(config())
    expect(settings.offers).toEqual([
      {
        id: 'salt',
        kind: 'article',
        path: '/read/salt',
        title: 'Salt',
        price: 5,
        unit: 'usd',
        sites: ['http://news.localhost:4041'],
      },
      {
        id: 'jar',
        kind: 'tip',
        path: '/tip',
        title: 'Tip jar',
        min: 5,
        max: 10_000,
        unit: 'usd',
        sites: ['http://news.localhost:4041'],
      },
    ])
    expect(settings).toMatchObject({
      realm: 'news.localhost:4041',
      unit: 'usd',
      mint: { internalUrl: 'http://mint.localhost:4043', timeoutMs: 10_000 },
    })
  })

  test.each([
    ['an unknown field', config({ colour: 'red' }), 'colour', /^unknown field$/],
    ['an unknown field of an offer', offer({ prise: '0.05' }), 'offers.0.prise', /^unknown field$/],
    [
      'an unknown field of the mint',
      config({ mint: { url: 'https://m.example', key: 'x' } }),
      'mint.key',
      /^unknown field$/,
    ],
    ['a price on a tip jar', tip({ price: '1' }), 'offers.0.price', /^unknown field$/],
    ['a missing title', offer({ title: undefined }), 'offers.0.title', /^is missing$/],
    ['a price as a number', offer({ price: 0.05 }), 'offers.0.price', /decimal string/],
    ['a price of nothing', offer({ price: '0' }), 'offers.0.price', /amount of usd/],
    ['a negative price', offer({ price: '-1' }), 'offers.0.price', /amount of usd/],
    ['a fraction of a cent', offer({ price: '0.005' }), 'offers.0.price', /amount of usd/],
    ['a huge price', offer({ price: '99999999999' }), 'offers.0.price', /amount of usd/],
    ['an exponent', offer({ price: '1e3' }), 'offers.0.price', /amount of usd/],
    ['a tip range upside down', tip({ min: '2', max: '1' }), 'offers.0.min', /above max/],
    ['an unknown kind', offer({ kind: 'rent' }), 'offers.0.kind', /kind|Invalid/],
    ['a path with a query', offer({ path: '/read/salt?x' }), 'offers.0.path', /normal form/],
    ['a path that climbs', offer({ path: '/read/../salt' }), 'offers.0.path', /normal form/],
    ['a path of another host', offer({ path: '//evil.example/' }), 'offers.0.path', /normal form/],
    ['the well-known path', offer({ path: '/.well-known/tuppence' }), 'offers.0.path', /normal form/],
    ['a site with a path', offer({ sites: ['https://a.example/'] }), 'offers.0.sites.0', /exact origin/],
    ['a site of another scheme', offer({ sites: ['ftp://a.example'] }), 'offers.0.sites.0', /exact origin/],
    ['no sites', offer({ sites: [] }), 'offers.0.sites', /at least one/],
    ['an origin with a path', config({ origin: 'https://a.example/x' }), 'origin', /exact origin/],
    ['a mint with a trailing slash', config({ mint: { url: 'https://m.example/' } }), 'mint.url', /trailing slash/],
    ['an account with odd characters', config({ account: 'News Inc' }), 'account', /1 to 64/],
    ['an unknown unit of two letters', config({ unit: 'us' }), 'unit', /currency unit/],
    ['something else than an object', 'config', '', /object|Invalid/i],
  ])('refuses %s and names it', (_what, input, field, reason) => {
    const refused = refusal(input)
    expect(refused.code).toBe('config-invalid')
    expect(refused.field).toBe(field)
    expect(refused.reason).toMatch(reason)
  })

  test('refuses two offers with one id or one path', () => {
    const [first] = config().offers
    expect(refusal(config({ offers: [first, { ...first, path: '/read/tin' }] }))).toMatchObject({
      field: 'offers.1.id',
    })
    expect(refusal(config({ offers: [first, { ...first, id: 'tin' }] }))).toMatchObject({ field: 'offers.1.path' })
  })

  test('is not fooled by __proto__', () => {
    expect(refusal(JSON.parse('{"__proto__": {"offers": []}}'))).toMatchObject({ code: 'config-invalid' })
  })
})

describe('what travels in the clear', () => {
  test.each([
    'http://localhost',
    'http://127.0.0.1:4041',
    'http://[::1]:1',
    'http://a.b.localhost',
    'https://a.example',
  ])('may be %s', (origin) => expect(parseConfig(config({ origin, mint: { url: origin } })).origin).toBe(origin))

  test.each(['http://news.example', 'http://127.0.0.1.example', 'http://localhost.example', 'http://10.0.0.1'])(
    'may not be %s, unless only the till goes there',
    (url) => {
      expect(refusal(config({ origin: url }))).toMatchObject({ code: 'config-invalid', field: 'origin' })
      expect(refusal(config({ mint: { url } }))).toMatchObject({ code: 'config-invalid', field: 'mint.url' })
      const mint = { url: 'https://mint.example', internalUrl: url }
      expect(parseConfig(config({ mint })).mint.internalUrl).toBe(url)
    },
  )
})

describe('what an offer binds into its challenge', () => {
  test('is text that has a UTF-8 form', () => {
    expect(refusal(offer({ title: 'a\ud800' }))).toMatchObject({ code: 'config-invalid', field: 'offers.0.title' })
  })

  test('leaves room for coins in a credential of 4 KB', () => {
    const sites = (count: number) => Array.from({ length: count }, (_, i) => `https://${'a'.repeat(50)}${i}.example`)
    expect(parseConfig(offer({ sites: sites(10) })).offers[0]?.sites).toHaveLength(10)
    expect(refusal(offer({ sites: sites(12) }))).toMatchObject({ code: 'config-invalid', field: 'offers.0' })
  })
})
