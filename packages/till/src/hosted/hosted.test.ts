import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseConfig as parseMintConfig, serveMint, type ServedMint } from '@tuppence/mint'
import { siteKeySeed, signingKey } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeTill } from '../adapters/node.ts'
import { loadAccountKey } from '../keys.ts'
import { openFaultProxy } from '../testing/fault-proxy.ts'
import { openPurse, type Purse } from '../testing/purse.ts'
import { askFor, challengeOf, credentialFor, newReader, payWith, signed } from '../testing/reader.ts'
import { createHostedTill, type HostedConfig, type HostedTill } from './hosted.ts'

const adminToken = 'an-operators-token-of-some-length'
let dir: string
let mint: ServedMint
let server: Server
let origin: string
let host: HostedTill
let purse: Purse
let config: HostedConfig
const secrets: Record<string, string> = {}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hosted-'))
  // The mint knows both accounts from its start: their keys are made ahead, where the host will find them.
  const accounts = await Promise.all(
    ['daily', 'weekly'].map(async (id) => ({
      id,
      publicKey: (await loadAccountKey(join(dir, 'till', 'p', id))).publicKey,
    })),
  )
  mint = await serveMint(
    parseMintConfig({
      port: 0,
      dataDir: join(dir, 'mint'),
      funding: { test: { enabled: true } },
      accounts,
      logLevel: 'silent',
    }),
  )
  server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => void nodeTill(host)(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  config = { origin, mint: { url: mint.url }, dataDir: join(dir, 'till'), adminToken }
  host = await createHostedTill({ config, log: () => {} })
  purse = await openPurse(mint.url)
  for (const id of ['daily', 'weekly'])
    secrets[id] = (await host.publishers.add({ id, sites: ['https://daily.example'] })).secret
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await host.close()
  await mint.close()
  rmSync(dir, { recursive: true })
})

type Answer = { status: number; json: Record<string, unknown> }
async function api(method: string, path: string, body?: unknown, secret?: string): Promise<Answer> {
  const response = await fetch(`${origin}/v1/publishers${path}`, {
    method,
    headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}
const daily = (method: string, path: string, body?: unknown) => api(method, `/daily${path}`, body, secrets['daily'])
const key = { contentType: 'application/json', body: '{"key":"c2VjcmV0"}' }
const article = { kind: 'article', title: 'Salt', price: '0.05', content: key }

describe('a hosted till', () => {
  test('sells what a publisher puts there: the key of an article, to who pays for it', async () => {
    const url = `${origin}/p/daily/salt`
    expect(await daily('PUT', '/offers/salt', article)).toEqual({ status: 200, json: { id: 'salt', url } })
    const challenge = await askFor(url)
    expect(challenge).toMatchObject({
      realm: `${new URL(origin).host}/p/daily`,
      request: { amount: '5' },
      opaque: { offer: 'salt', path: '/p/daily/salt', sites: 'https://daily.example' },
    })
    const reader = await newReader()
    const paid = await payWith(url, credentialFor(challenge, await purse.token(5), reader), reader)
    expect([paid.status, paid.headers.get('content-type'), await paid.text()]).toEqual([200, key.contentType, key.body])
    const [usd] = await mint.ledger.balances('publisher:daily')
    expect(usd?.balance).toBe(5)
    const sales = await daily('GET', '/sales')
    expect(sales.json['sales']).toMatchObject([{ offerId: 'salt', price: 5, count: 1, amount: 5 }])

    await daily('PUT', '/offers/salt', { ...article, price: '0.07', content: { ...key, body: '{"key":"bmV3"}' } })
    expect((await askFor(url)).request.amount).toBe('7')
    const reopened = await fetch(url, { headers: await signed(url, reader) })
    expect([reopened.status, await reopened.text()]).toEqual([200, '{"key":"bmV3"}'])
  })

  test('keeps publishers apart: offers, secrets, readers', async () => {
    await daily('PUT', '/offers/tin', { ...article, title: 'Tin' })
    expect((await fetch(`${origin}/p/weekly/tin`)).status).toBe(404)
    expect((await api('GET', '/weekly', undefined, secrets['daily'])).status).toBe(401)
    expect((await api('PUT', '/weekly/offers/x', article, secrets['daily'])).status).toBe(401)
    await api('PUT', '/weekly/offers/tin', article, secrets['weekly'])
    const reader = await newReader()
    const url = `${origin}/p/daily/tin`
    const credential = credentialFor(await askFor(url), await purse.token(5), reader)
    const elsewhere = await payWith(`${origin}/p/weekly/tin`, credential, reader)
    expect([elsewhere.status, ((await elsewhere.json()) as { code: string }).code]).toEqual([402, 'invalid-challenge'])
    expect((await payWith(url, credential, reader)).status).toBe(200)
    expect(
      (await fetch(`${origin}/p/weekly/tin`, { headers: await signed(`${origin}/p/weekly/tin`, reader) })).status,
    ).toBe(402)
    // The wallet's key for a publisher is made of origin and realm: one origin, two realms, two keys.
    const seed = new Uint8Array(64)
    const keys = await Promise.all(
      ['daily', 'weekly'].map(async (id) => (await signingKey(await siteKeySeed(seed, origin, `x/p/${id}`))).keyId),
    )
    expect(new Set(keys).size).toBe(2)
  })

  test.each([
    ['a price of nothing', { ...article, price: '0' }, 'price'],
    ['a negative price', { ...article, price: '-1' }, 'price'],
    ['a fraction of a cent', { ...article, price: '0.005' }, 'price'],
    ['a price as a number', { ...article, price: 5 }, 'price'],
    ['an unknown field', { ...article, colour: 'red' }, 'colour'],
    ['a path of its own', { ...article, path: '/p/weekly/tin' }, 'path'],
    ['an id of its own', { ...article, id: 'tin' }, 'id'],
    ['a site that is none', { ...article, sites: ['daily.example'] }, 'sites.0'],
    ['no content', { ...article, content: undefined }, 'content'],
    ['content that is no text', { ...article, content: { contentType: 'x/y', body: 1 } }, 'content.body'],
    [
      'a content type with a line break',
      { ...article, content: { contentType: 'x/y\r\nz: 1', body: '' } },
      'content.contentType',
    ],
    ['a pass without a period', { kind: 'pass', title: 'P', price: '1' }, 'per'],
    ['an array', [], 'kind'],
  ])('refuses an offer with %s, and names the field', async (_what, body, field) => {
    const { status, json } = await daily('PUT', '/offers/bad', body)
    expect([status, json['code'], (json['details'] as { field: string }).field]).toEqual([400, 'config-invalid', field])
    expect((await daily('GET', '/offers/bad')).status).toBe(404)
  })

  test.each(['manage', 'UP', '..', 'a b'])('refuses the offer id %s', async (id) => {
    expect((await daily('PUT', `/offers/${encodeURIComponent(id)}`, article)).status).toBeGreaterThanOrEqual(400)
  })

  test('refuses what is no JSON, and what is too long', async () => {
    expect((await daily('PUT', '/offers/bad', '{"kind"')).status).toBe(400)
    expect((await daily('PUT', '/offers/bad', `"${'x'.repeat(5_000_000)}"`)).status).toBe(413)
  })

  test('lists, reads and takes away offers', async () => {
    await daily('PUT', '/offers/zinc', { ...article, title: 'Zinc' })
    const { json } = await daily('GET', '/offers')
    expect(json['offers']).toContainEqual(
      expect.objectContaining({ id: 'zinc', title: 'Zinc', url: `${origin}/p/daily/zinc`, price: '0.05' }),
    )
    expect(JSON.stringify(json)).not.toContain(key.body)
    expect((await daily('GET', '/offers/zinc')).json['content']).toEqual(key)
    expect((await daily('DELETE', '/offers/zinc')).status).toBe(200)
    expect((await daily('DELETE', '/offers/zinc')).status).toBe(404)
    expect((await fetch(`${origin}/p/daily/zinc`)).status).toBe(404)
  })

  test('sells by the publisher’s own terms', async () => {
    expect((await daily('PUT', '/settings', { free: { count: 0, per: 'month' } })).json['details']).toMatchObject({
      field: 'free.count',
    })
    await daily('PUT', '/settings', { free: { count: 2, per: 'month' }, sites: ['https://daily.example'] })
    await daily('PUT', '/offers/day', { kind: 'pass', title: 'A day', price: '0.50', per: 'day' })
    expect((await askFor(`${origin}/p/daily/salt`)).opaque?.['terms']).toBe('free=2;per=month, pass="/p/daily/day"')
    expect((await askFor(`${origin}/p/weekly/tin`)).opaque?.['terms']).toBeUndefined()
    expect((await daily('PUT', '/settings', { cap: { amount: '0.20', per: 'week' } })).json['details']).toMatchObject({
      reason: expect.stringContaining('above the cap') as string,
    })
    await daily('DELETE', '/offers/day')
    await daily('PUT', '/settings', {})
  })

  test('gives a publisher a new secret; the old one lasts an hour', async () => {
    const old = secrets['weekly'] as string
    const { json } = await api('POST', '/weekly/secret', {}, old)
    expect((await api('GET', '/weekly', undefined, json['secret'] as string)).json).toMatchObject({
      id: 'weekly',
      account: 'weekly',
      origin,
      mint: mint.url,
      unit: 'usd',
      sites: ['https://daily.example'],
    })
    expect((await api('GET', '/weekly', undefined, old)).status).toBe(200)
    await api('POST', '/weekly/secret', {}, json['secret'] as string)
    expect((await api('GET', '/weekly', undefined, old)).status).toBe(401)
  })

  test('lets its operator add publishers over HTTP, and nobody else', async () => {
    expect((await api('POST', '', { id: 'new' })).status).toBe(401)
    expect((await api('POST', '', { id: 'new' }, secrets['daily'])).status).toBe(401)
    const added = await api('POST', '', { id: 'new', name: 'The New' }, adminToken)
    expect(added).toMatchObject({ status: 200, json: { id: 'new', account: 'new', name: 'The New' } })
    expect((await api('GET', '/new', undefined, added.json['secret'] as string)).status).toBe(200)
    expect((await api('POST', '', { id: 'new' }, adminToken)).json['details']).toMatchObject({
      field: 'id',
      reason: 'is taken',
    })
    const { json } = await api('GET', '', undefined, adminToken)
    expect((json['publishers'] as { id: string }[]).map(({ id }) => id)).toEqual(['daily', 'new', 'weekly'])
    expect(JSON.stringify(json)).not.toMatch(/secret|hash/i)
  })

  test('finds everything again after a restart, sales and entitlements too', async () => {
    const url = `${origin}/p/daily/salt`
    const reader = await newReader()
    expect((await payWith(url, credentialFor(await askFor(url), await purse.token(7), reader), reader)).status).toBe(
      200,
    )
    await host.close()
    host = await createHostedTill({ config, log: () => {} })
    expect((await fetch(url, { headers: await signed(url, reader) })).status).toBe(200)
    expect((await daily('GET', '')).status).toBe(200)
  })

  test('settles what a publisher’s till had left open, before anybody asks for it', async () => {
    const url = `${origin}/p/daily/salt`
    const credential = credentialFor(await askFor(url), await purse.token(7))
    const books = async () => (await mint.ledger.balances('publisher:daily'))[0]?.balance ?? 0
    const before = await books()
    await host.close()
    // The payment is written down, and that is all.
    const proxy = await openFaultProxy(mint.url)
    proxy.fault('refuse')
    host = await createHostedTill({
      config: { ...config, mint: { ...config.mint, internalUrl: proxy.url } },
      log: () => {},
    })
    expect((await payWith(url, credential)).status).toBe(503)
    await host.close()
    await proxy.close()
    expect(await books()).toBe(before)
    host = await createHostedTill({ config, log: () => {} })
    await expect.poll(books, { timeout: 10_000 }).toBe(before + 7)
  })

  test.each([
    [{ origin: 'http://news.example' }, 'origin'],
    [{ adminToken: 'short' }, 'adminToken'],
    [{ colour: 1 }, 'colour'],
    [{ mint: { url: 'http://m.example' } }, 'mint.url'],
  ])('refuses the host’s own configuration with %j', async (change, field) => {
    await expect(createHostedTill({ config: { ...config, ...change } as HostedConfig })).rejects.toMatchObject({
      code: 'config-invalid',
      details: { field },
    })
  })
})

describe('the page of a publisher', () => {
  const path = () => `${origin}/p/daily/manage`
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(path(), {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  const enter = async (): Promise<string> => {
    const entered = await send({ action: 'enter', secret: secrets['daily'] as string })
    expect([entered.status, entered.headers.get('set-cookie')]).toEqual([
      303,
      expect.stringContaining('HttpOnly; SameSite=Strict'),
    ])
    return (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }

  test('shows nothing without the secret', async () => {
    const response = await fetch(path())
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).not.toContain('Salt')
    expect((await send({ action: 'enter', secret: 'wrong' })).status).toBe(403)
    expect((await send({ action: 'price', offer: 'salt', price: '0.01' })).status).toBe(403)
  })

  test('shows offers and sales, and changes a price', async () => {
    const cookie = await enter()
    const text = await (await fetch(path(), { headers: { cookie } })).text()
    expect(text).toContain('Salt')
    expect(text).toContain('Account at the mint: <code>daily</code>')
    expect(text).not.toContain('bmV3')
    expect((await send({ action: 'price', offer: 'salt', price: '0.09' }, { cookie })).status).toBe(303)
    const asked = await fetch(`${origin}/p/daily/salt`)
    expect(challengeOf(asked).request.amount).toBe('9')
    const wrong = await send({ action: 'price', offer: 'salt', price: '-1' }, { cookie })
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('price')])
  })

  test('keeps how the publisher is paid out', async () => {
    const cookie = await enter()
    await send({ action: 'payout', holder: 'The "Daily" <Ltd>', destination: 'DE00', note: '' }, { cookie })
    expect((await daily('GET', '/payout')).json).toEqual({ holder: 'The "Daily" <Ltd>', destination: 'DE00' })
    const text = await (await fetch(path(), { headers: { cookie } })).text()
    expect(text).toContain('value="The &#34;Daily&#34; &#60;Ltd&#62;"')
  })

  test('does nothing for a form of another site, another publisher or another hour', async () => {
    const cookie = await enter()
    const action = { action: 'price', offer: 'salt', price: '0.01' }
    expect((await send(action, { cookie, origin: 'https://evil.example' })).status).toBe(400)
    const weekly = await fetch(`${origin}/p/weekly/manage`, { headers: { cookie } })
    expect(await weekly.text()).toContain('Secret')
    const old = cookie.replace(/=\d+/, `=${Date.now() - 1}`)
    expect((await send(action, { cookie: old })).status).toBe(403)
  })

  test('escapes what publishers write', async () => {
    await daily('PUT', '/offers/evil', { ...article, title: '<script>alert(1)</script>' })
    const text = await (await fetch(path(), { headers: { cookie: await enter() } })).text()
    expect(text).not.toContain('<script')
    expect(text).toContain('&#60;script')
    await daily('DELETE', '/offers/evil')
  })

  test('makes a new secret, and stays open to who made it', async () => {
    const made = await send({ action: 'rotate' }, { cookie: await enter() })
    const secret = /<code>(tp_[\w-]+)<\/code>/.exec(await made.text())?.[1]
    expect((await api('GET', '/daily', undefined, secret)).status).toBe(200)
    secrets['daily'] = secret as string
    const cookie = (made.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(await (await fetch(path(), { headers: { cookie } })).text()).toContain('Offers')
  })
})

describe('a publisher with all the offers that there can be', () => {
  test('is refused one more, and goes on selling', async () => {
    const { secret } = await host.publishers.add({ id: 'library' })
    const put = async (id: string) => (await api('PUT', `/library/offers/${id}`, article, secret)).status
    expect(await put('first')).toBe(200)
    const db = new DatabaseSync(join(dir, 'till', 'publishers.db'))
    db.exec(`INSERT INTO offer WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      SELECT 'library', 'n' || i, config, content_type, body, 0 FROM n JOIN offer ON publisher = 'library' AND id = 'first'`)
    db.close()
    expect([await put('more'), await put('first')]).toEqual([400, 200])
    expect((await fetch(`${origin}/p/library/n10000`)).status).toBe(402)
  })
})

describe('a publisher that goes', () => {
  test('is forgotten for the operator: sums are kept, the rest is gone from the disk', async () => {
    const secret = host.publishers.rotateSecret('weekly')
    const url = `${origin}/p/weekly/secret-plan`
    const put = () => api('PUT', '/weekly/offers/secret-plan', { ...article, title: 'Unheard-of title' }, secret)
    expect((await put()).status).toBe(200)
    const reader = await newReader()
    expect((await payWith(url, credentialFor(await askFor(url), await purse.token(5), reader), reader)).status).toBe(
      200,
    )
    expect((await api('DELETE', '/weekly', undefined, secret)).status).toBe(401)
    expect((await api('DELETE', '/nobody', undefined, adminToken)).status).toBe(404)

    const { status, json } = await api('DELETE', '/weekly', undefined, adminToken)
    expect([status, json['id'], json['account']]).toEqual([200, 'weekly', 'weekly'])
    const { file } = json['kept'] as { file: string }
    const kept = JSON.parse(readFileSync(file, 'utf8')) as {
      sales: { amount: number; count: number; offerId: string }[]
    }
    expect(kept.sales).toMatchObject([{ offerId: 'secret-plan', count: 1, amount: 5 }])
    expect(readFileSync(file, 'utf8')).not.toContain(reader.x)

    expect((await fetch(url, { headers: await signed(url, reader) })).status).toBe(404)
    expect((await api('GET', '/weekly', undefined, secret)).status).toBe(401)
    expect(existsSync(join(dir, 'till', 'p', 'weekly'))).toBe(false)
    for (const name of readdirSync(join(dir, 'till')).filter((each) => each.startsWith('publishers.db')))
      expect(readFileSync(join(dir, 'till', name)).includes('Unheard-of title')).toBe(false)
    expect((await daily('GET', '')).status).toBe(200)
  })
})
