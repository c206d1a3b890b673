import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  challengeId,
  encodePaymentRequest,
  formatChallenge,
  readEcho,
  base64UrlEncode,
  canonicalJson,
  utf8,
} from '@tuppence/protocol'
import { memoryDb } from './db/memory.ts'
import { openStreet, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const own = 'https://wallet.example'

/** A wallet that meets whatever this till answers, and nothing else. */
function meeting(answer: (url: string) => Response) {
  const asked: string[] = []
  const wallet = street.wallet({
    ownOrigins: [own],
    fetch: async (url) => {
      asked.push(url)
      return answer(url)
    },
  })
  return { wallet, asked }
}

type Made = {
  named?: string
  amount?: string
  currency?: string
  realm?: string
  mints?: string[]
  asked?: number
  sites?: string
  method?: string
  raw?: string
}

async function challenge({
  named,
  amount = '5',
  currency = 'usd',
  realm = 'news',
  mints = [street.mint.url],
  asked = Number(amount),
  sites = '',
}: Made) {
  const paymentRequest = encodePaymentRequest({ amount: asked, unit: 'usd', mints })
  const encode = (value: unknown) => base64UrlEncode(utf8(canonicalJson(value)))
  const fields = {
    realm,
    method: 'cashu',
    intent: 'charge',
    request: encode({ amount, currency, methodDetails: { paymentRequest } }),
    opaque: encode({
      offer: 'x',
      path: '/read',
      sites,
      nonce: 'n',
      title: 'T',
      kind: 'article',
      ...(named !== undefined && { mints: named }),
    }),
  }
  return formatChallenge(readEcho({ id: await challengeId(new Uint8Array(32), fields), ...fields }))
}

const asks = (header: string) => () => new Response('{}', { status: 402, headers: { 'www-authenticate': header } })
const news = 'https://news.example'
const article = { url: `${news}/read`, site: news }

describe('look', () => {
  test.each([
    ['no URL at all', 'read'],
    ['another scheme', 'file:///etc/passwd'],
    ['script', 'javascript:alert(1)'],
    ['data', 'data:text/html,hello'],
    ['a user in it', 'https://user:secret@news.example/read'],
    ['the wallet itself', `${own}/index.html`],
    ['for everyone on the way to read', 'http://news.example/read'],
    ['something endless', `https://news.example/${'a'.repeat(3_000)}`],
  ])('refuses a URL that is %s, asking nobody', async (_, url) => {
    const { wallet, asked } = meeting(() => new Response())
    await expect(wallet.look({ url, site: news })).rejects.toMatchObject({ code: 'url-refused' })
    expect(asked).toEqual([])
  })

  test("refuses the mint's own URL, and the wallet as a site", async () => {
    const { wallet, asked } = meeting(() => new Response())
    await expect(wallet.look({ url: `${street.mint.url}/v1/keys`, site: news })).rejects.toMatchObject({
      code: 'url-refused',
    })
    for (const site of [own, 'news.example', `${news}/`, 'null', ''])
      await expect(wallet.look({ url: article.url, site })).rejects.toMatchObject({ code: 'site-refused' })
    expect(asked).toEqual([])
  })

  test('lets a page show its own offers and those that name it, and no others', async () => {
    const blog = 'https://blog.example'
    const { wallet } = meeting(asks(await challenge({ sites: `https://a.example ${blog}` })))
    expect(await wallet.look(article)).toMatchObject({
      status: 'priced',
      offer: { amount: 5, site: news, tillOrigin: news, realm: 'news' },
    })
    expect(await wallet.look({ ...article, site: blog })).toMatchObject({ status: 'priced' })
    for (const site of [
      'https://evil.example',
      'https://blog.example.evil.example',
      'http://blog.example',
      'https://news.example:8443',
    ])
      await expect(wallet.look({ ...article, site })).rejects.toMatchObject({ code: 'site-refused' })
  })

  test.each<[string, Made, string]>([
    ['another sum in the request than in the challenge', { asked: 6 }, 'malformed-challenge'],
    ['a unit that the two disagree on', { currency: 'eur' }, 'malformed-challenge'],
    ['a mint that this wallet does not know', { mints: ['https://mint.evil.example'] }, 'mint-unknown'],
    ['no realm', { realm: '' }, 'malformed-challenge'],
    [
      'a mint that the till names and this wallet does not know',
      { named: 'https://mint.evil.example' },
      'mint-unknown',
    ],
  ])('refuses %s', async (_, made, code) => {
    const { wallet } = meeting(asks(await challenge(made)))
    await expect(wallet.look(article)).rejects.toMatchObject({ code })
  })

  test.each<[string, () => Response, string]>([
    ['402 without a challenge', () => new Response('', { status: 402 }), 'challenge-missing'],
    [
      '402 for another method',
      asks('Payment id="x", realm="r", method="tempo", intent="charge", request="e30"'),
      'challenge-missing',
    ],
    [
      'a broken challenge',
      asks('Payment id="x", realm="r", method="cashu", intent="charge", request="%%%"'),
      'malformed-challenge',
    ],
    ['a broken header', asks('Payment id="x'), 'malformed-challenge'],
    ['404', () => new Response('', { status: 404 }), 'challenge-missing'],
    ['500', () => new Response('', { status: 500 }), 'till-unavailable'],
    ['an endless body', () => new Response('x'.repeat(3_000_000)), 'response-too-large'],
  ])('says so when a till answers %s', async (_, answer, code) => {
    const { wallet } = meeting(answer)
    await expect(wallet.look(article)).rejects.toMatchObject({ code })
  })

  test('hands on what is free, to its own page only', async () => {
    const { wallet } = meeting(() => new Response('<p>free</p>', { headers: { 'content-type': 'text/html' } }))
    const look = await wallet.look(article)
    expect(look).toEqual({ status: 'free', contentType: 'text/html', body: '<p>free</p>' })
    expect(await wallet.unlock(look)).toMatchObject({ status: 'opened' })
    await expect(wallet.look({ ...article, site: 'https://evil.example' })).rejects.toMatchObject({
      code: 'site-refused',
    })
  })

  test('does not tell another page what its reader owns, nor opens it there', async () => {
    const db = memoryDb()
    const wallet = street.wallet({ db })
    await wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
    const bought = { url: street.url('/read/penny'), site: street.origin }
    await wallet.unlock(await wallet.look(bought))
    const fetch = street.fetch()
    const evil = street.wallet({ db, fetch })
    await expect(evil.look({ ...bought, site: 'http://evil.example' })).rejects.toMatchObject({ code: 'site-refused' })
    expect(await evil.reopen({ ...bought, site: 'http://evil.example' })).toBeUndefined()
    expect(fetch.seen.every(({ headers }) => !headers.has('signature') && !headers.has('authorization'))).toBe(true)
    // The till named this one, and the purchase remembers it.
    expect(await evil.reopen({ ...bought, site: 'http://reader.example' })).toMatchObject({ status: 'opened' })
  })

  test('sends no cookies, follows no redirect, names no referrer, and says what it can pay', async () => {
    let sent: RequestInit | undefined
    const wallet = street.wallet({
      fetch: async (_, init) => {
        sent = init
        return asks(await challenge({}))()
      },
    })
    await wallet.look(article)
    expect(sent).toMatchObject({
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    })
    expect(new Headers(sent?.headers).get('accept-payment')).toBe('cashu/charge')
  })
})
