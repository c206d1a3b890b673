import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { decodePaymentRequest, decodeReceipt, tillCors } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, challengeOf, credentialFor, payWith } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const rows = (table: string): number => {
  const db = new DatabaseSync(join(stage.config.dataDir, 'till.db'), { readOnly: true })
  const { n } = db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }
  db.close()
  return n
}

describe('a locked address', () => {
  test('answers 402 with a challenge for the price, and nothing of the text', async () => {
    const response = await fetch(stage.url('/read/salt'))
    expect(response.status).toBe(402)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('x-robots-tag')).toBe('noindex')
    const challenge = challengeOf(response)
    expect(challenge).toMatchObject({
      realm: new URL(stage.config.origin).host,
      method: 'cashu',
      intent: 'charge',
      request: { amount: '5', currency: 'usd' },
      opaque: {
        offer: 'salt',
        path: '/read/salt',
        sites: `${stage.config.origin} https://news.example`,
        title: 'The price of salt',
        kind: 'article',
      },
    })
    expect(challenge.opaque?.['nonce']).toMatch(/^[\w-]{22}$/)
    expect(Date.parse(challenge.expires ?? '') - Date.now()).toBeGreaterThan(290_000)
    const text = await response.text()
    expect(text).not.toContain(lockedText)
    expect(JSON.parse(text)).toMatchObject({
      type: 'https://paymentauth.org/problems/payment-required',
      status: 402,
      challengeId: challenge.id,
    })
  })

  test('NUT-24: asks the same in the same answer, by a NUT-18 request', async () => {
    const response = await fetch(stage.url('/read/salt'))
    const expected = { amount: 5, unit: 'usd', mints: [stage.mint.url] }
    expect(decodePaymentRequest(response.headers.get('x-cashu') ?? '')).toEqual(expected)
    expect(decodePaymentRequest(challengeOf(response).request.methodDetails.paymentRequest)).toEqual(expected)
  })

  test('gives each who asks a challenge of their own and keeps none', async () => {
    const challenges = await Promise.all(Array.from({ length: 20 }, () => askFor(stage.url('/read/salt'))))
    expect(new Set(challenges.map(({ id }) => id)).size).toBe(20)
    expect(rows('payment')).toBe(0)
  })

  test('binds the query into the challenge', async () => {
    expect((await askFor(stage.url('/read/salt?page=2'))).opaque?.['path']).toBe('/read/salt?page=2')
    const long = await fetch(stage.url(`/read/salt?${'x'.repeat(600)}`))
    expect(long.status).toBe(400)
    expect(await long.json()).toMatchObject({ code: 'url-refused' })
  })

  test('answers a browser that comes by itself with a page', async () => {
    const response = await fetch(stage.url('/read/salt'), {
      headers: { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' },
    })
    expect(response.status).toBe(402)
    expect(challengeOf(response).request.amount).toBe('5')
    const text = await response.text()
    expect(text).toContain('<h1>The price of salt</h1>')
    expect(text).toContain('5¢')
    expect(text).toContain('noindex')
    expect(text).not.toContain(lockedText)
  })

  test('answers HEAD with the same headers and no body', async () => {
    const response = await fetch(stage.url('/read/salt'), { method: 'HEAD' })
    expect(response.status).toBe(402)
    expect(challengeOf(response).request.amount).toBe('5')
    expect(await response.text()).toBe('')
  })

  test('refuses other methods and says which there are', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(stage.url('/read/salt'), { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    }
  })

  test('is not confused by neighbours', async () => {
    const neighbours = ['/read/salt/', '/read/sal', '/read/SALT', '/read//salt', '/', '/read/salt%00']
    const found = await Promise.all(neighbours.map(async (path) => [path, (await fetch(stage.url(path))).status]))
    expect(found).toEqual(neighbours.map((path) => [path, 404]))
  })

  test('is found through dots, which the URL parser resolves', async () => {
    expect((await fetch(stage.url('/read/x/../salt'))).status).toBe(402)
  })
})

describe('CORS', () => {
  test('answers a preflight with every header that a wallet sends', async () => {
    const response = await fetch(stage.url('/read/salt'), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://wallet.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(Number(response.headers.get('access-control-max-age'))).toBeGreaterThanOrEqual(7_200)
    for (const header of [
      'Authorization',
      'Accept-Payment',
      'Signature',
      'Signature-Input',
      'Content-Digest',
      'Idempotency-Key',
      'X-Cashu',
      'Content-Type',
    ])
      expect(response.headers.get('access-control-allow-headers')?.split(', ')).toContain(header)
    expect((await fetch(stage.url('/tip'), { method: 'OPTIONS' })).headers.get('access-control-allow-methods')).toBe(
      'POST, OPTIONS',
    )
  })

  test('is on every answer, the 402 and the failures too', async () => {
    const answers = await Promise.all([
      fetch(stage.url('/read/salt')),
      fetch(stage.url('/read/salt'), { method: 'PUT' }),
      fetch(stage.url('/tip'), { method: 'POST', body: '{' }),
      fetch(stage.url('/.well-known/tuppence')),
      fetch(stage.url('/read/salt'), { headers: { authorization: 'Payment !' } }),
    ])
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-expose-headers')?.split(', ')).toEqual([...tillCors.exposeHeaders])
      expect(Date.parse(headers.get('date') ?? '')).toBeGreaterThan(Date.now() - 5_000)
    }
  })
})

describe('the till’s clock', () => {
  test('is on every answer, for wallets whose own is wrong', async () => {
    await stage.restart({ nowMs: () => Date.UTC(2030, 0, 1) })
    const paths = ['/read/salt', '/tip', '/.well-known/tuppence']
    const answers = await Promise.all(paths.map((path) => stage.till().handle(new Request(stage.url(path)))))
    expect(answers.map((answer) => answer?.headers.get('date'))).toEqual(
      paths.map(() => 'Tue, 01 Jan 2030 00:00:00 GMT'),
    )
    await stage.restart()
  })
})

describe('the well-known document', () => {
  test('says who the till is', async () => {
    const response = await fetch(stage.url('/.well-known/tuppence'))
    expect(response.status).toBe(200)
    const { time, ...rest } = (await response.json()) as { time: number }
    expect(rest).toEqual({ realm: new URL(stage.config.origin).host, mints: [stage.mint.url], account: 'news' })
    expect(Math.abs(time - Date.now())).toBeLessThan(5_000)
  })
})

describe('what the publisher gives', () => {
  test('is the page, with the challenge at hand', async () => {
    await stage.restart({ page: (offer, { challenge }) => `<b>${offer.title} for ${challenge?.request.amount}</b>` })
    const response = await fetch(stage.url('/read/tin'), { headers: { accept: 'text/html' } })
    expect([response.status, await response.text()]).toEqual([402, '<b>Tin for 2</b>'])
  })

  test('is a policy that refuses before any coin is taken', async () => {
    await stage.restart({ policy: async () => 'refuse' })
    const before = await stage.account()
    const [coin] = await stage.purse.tokens(1, 8)
    const response = await payWith(
      stage.url('/read/salt'),
      credentialFor(await askFor(stage.url('/read/salt')), coin as string),
    )
    expect([response.status, (await response.json()) as unknown]).toMatchObject([403, { code: 'policy-refused' }])
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await stage.account()).toEqual(before)
    expect(rows('payment')).toBe(0)
  })

  test('is content that may fail: no coin is lost, and the same credential gets it later', async () => {
    let broken = true
    await stage.restart({
      content: async () => {
        if (broken) throw new Error('template')
        return { contentType: 'text/plain', body: 'mended' }
      },
    })
    const credential = credentialFor(await askFor(stage.url('/read/salt')), await stage.purse.token(5))
    const failed = await payWith(stage.url('/read/salt'), credential)
    expect([failed.status, failed.headers.get('www-authenticate'), failed.headers.get('retry-after')]).toEqual([
      503,
      null,
      '5',
    ])
    expect(await failed.json()).toMatchObject({ code: 'content-unavailable' })
    broken = false
    const mended = await payWith(stage.url('/read/salt'), credential)
    expect([mended.status, await mended.text()]).toEqual([200, 'mended'])
    expect(decodeReceipt(mended.headers.get('payment-receipt') ?? '').status).toBe('success')
    expect((await stage.account()).deposits).toBe(1)
  })
})
