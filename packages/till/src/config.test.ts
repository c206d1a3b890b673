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

const passes = (change: Record<string, unknown>) =>
  config({ passes: [{ id: 'day', path: '/pass/day', title: 'A day', price: '1', per: 'day', ...change }] })
const secret = `whsec_${'A'.repeat(32)}`
const webhook = (change: Record<string, unknown>) =>
  config({ webhooks: [{ url: 'https://hook.example', secret, ...change }] })

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
    ['free articles of nothing', config({ free: { count: 0, per: 'month' } }), 'free.count', /from 1 to 1000/],
    ['free articles by the day', config({ free: { count: 1, per: 'day' } }), 'free.per', /month/],
    ['half a free article', config({ free: { count: 1.5, per: 'month' } }), 'free.count', /whole number/],
    ['a misspelt term', config({ free: { count: 1, per: 'month', pre: 1 } }), 'free.pre', /^unknown field$/],
    ['a negative cap', config({ cap: { amount: '-2', per: 'week' } }), 'cap.amount', /amount of usd/],
    ['a cap by the year', config({ cap: { amount: '2', per: 'year' } }), 'cap.per', /day, week or month/],
    ['a cap as a number', config({ cap: { amount: 2, per: 'week' } }), 'cap.amount', /decimal string/],
    ['a refund without a window', config({ refund: {} }), 'refund.windowSeconds', /^is missing$/],
    ['a refund for ever', config({ refund: { windowSeconds: 1e9 } }), 'refund.windowSeconds', /from 1 to/],
    [
      'an allowance of nothing',
      config({ refund: { windowSeconds: 60, allowance: { count: 0, per: 'week' } } }),
      'refund.allowance.count',
      /from 1/,
    ],
    [
      'an experiment with one price',
      offer({ experiment: { id: 'x', prices: ['0.05'] } }),
      'offers.0.experiment.prices',
      /two/,
    ],
    [
      'an experiment with a fraction of a cent',
      offer({ experiment: { id: 'x', prices: ['0.05', '0.005'] } }),
      'offers.0.experiment.prices.1',
      /amount of usd/,
    ],
    [
      'an experiment of minutes',
      config({ experiment: { id: 'x', prices: ['1', '2'], hours: 0.1 } }),
      'experiment.hours',
      /whole/,
    ],
    ['a pass for nothing', passes({ price: '0' }), 'passes.0.price', /amount of usd/],
    ['a pass by the hour', passes({ per: 'hour' }), 'passes.0.per', /day, week or month/],
    ['a pass with a kind', passes({ kind: 'pass' }), 'passes.0.kind', /^unknown field$/],
    ['a pass with the path of an article', passes({ path: '/read/salt' }), 'passes.0.path', /two offers/],
    ['a pass with parentheses in its path', passes({ path: '/pass(1)' }), 'passes.0.path', /parentheses/],
    [
      'a pass that is dearer than a cap that gives as much',
      config({ ...passes({ price: '5' }), cap: { amount: '2', per: 'week' } }),
      'passes.0.price',
      /above the cap/,
    ],
    ['an article that is free by saying so', offer({ free: true }), 'offers.0.free', /false/],
    ['a limit of nothing', config({ limits: { perIpMinute: 0 } }), 'limits.perIpMinute', /from 1/],
    ['a cap of grants that is none', config({ grants: { perIpDay: -1 } }), 'grants.perIpDay', /from 1/],
    ['crawlers that nobody verifies', config({ crawlers: 'all' }), 'crawlers', /verified/],
    ['proxies without end', config({ proxies: 100 }), 'proxies', /0 to 8/],
    ['a webhook without a secret', webhook({ secret: undefined }), 'webhooks.0.secret', /^is missing$/],
    ['a webhook with a short secret', webhook({ secret: 'whsec_AAAA' }), 'webhooks.0.secret', /24 to 64 bytes/],
    ['a webhook in the clear', webhook({ url: 'http://hook.example' }), 'webhooks.0.url', /https/],
    ['a webhook for what never happens', webhook({ events: ['payment.lost'] }), 'webhooks.0.events.0', /one of/],
    ['a journal that forgets refunds and caps', config({ keepDays: 1 }), 'keepDays', /from 45/],
  ])('refuses %s and names it', (_what, input, field, reason) => {
    const refused = refusal(input)
    expect(refused.code).toBe('config-invalid')
    expect(refused.field).toBe(field)
    expect(refused.reason).toMatch(reason)
  })

  test('turns terms into minor units, and says in challenges what is the same for all', () => {
    const settings = parseConfig(
      config({
        free: { count: 3, per: 'month' },
        cap: { amount: '2', per: 'month' },
        refund: { windowSeconds: 600 },
        passes: [{ id: 'day', path: '/pass/day', title: 'A day', price: '0.50', per: 'day' }],
        webhooks: [{ url: 'https://hook.example', secret }],
      }),
    )
    expect(settings.termsText).toBe('free=3;per=month, cap=200;per=month, refund=600, pass="/pass/day"')
    expect(settings.terms).toMatchObject({
      cap: { amount: 200, per: 'month' },
      refund: { windowSeconds: 600, allowance: { count: 3, per: 'week' } },
      grants: { perIpDay: 30, perDay: 10_000 },
      limits: { perIpMinute: 30, perKeyDay: 100 },
      webhooks: [{ url: 'https://hook.example', secret: new Uint8Array(24) }],
      keepDays: 400,
    })
    expect(settings.offers.at(-1)).toMatchObject({ kind: 'pass', id: 'day', price: 50, per: 'day' })
    expect(parseConfig(config()).termsText).toBeUndefined()
  })

  test('takes a pass that is dearer than the cap of a shorter time', () => {
    const month = { id: 'm', path: '/m', title: 'M', price: '5', per: 'month' }
    expect(parseConfig(config({ cap: { amount: '2', per: 'week' }, passes: [month] })).offers).toHaveLength(3)
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
