import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { parseStanding, parseTerms, type Challenge, type SigningKey } from '@tuppence/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TillConfig } from './config.ts'
import {
  askFor,
  askingForGrant,
  challengeOf,
  credentialFor,
  newReader,
  openWith,
  payWith,
  problemOf,
} from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

// Signatures go by the real clock; the till's own may run ahead of it, and then so does the reader's.
let stage: Stage
let reader: SigningKey
beforeAll(async () => {
  stage = await openStage({ sells: terms })
})
afterAll(() => stage.close())
beforeEach(async () => {
  reader = await newReader()
})

const article = (id: string, more: object = {}) => ({
  id,
  kind: 'article' as const,
  path: `/a/${id}`,
  title: id,
  price: '0.05',
  ...more,
})
const terms: Partial<TillConfig> = {
  free: { count: 2, per: 'month' },
  cap: { amount: '0.13', per: 'month' },
  passes: [{ id: 'day', path: '/pass/day', title: 'A day', price: '0.12', per: 'day' }],
  offers: [...'abcdef'].map((id) => article(id)).concat([article('never', { free: false })] as never),
}
const a = (id: string): string => stage.url(`/a/${id}`)
const pay = async (url: string, challenge: Challenge, key: SigningKey | 'nobody' = reader): Promise<Response> => {
  const payer = key === 'nobody' ? undefined : key
  const token = await stage.purse.token(Number(challenge.request.amount))
  return payWith(url, credentialFor(challenge, token, payer), payer)
}
const buy = async (url: string, key = reader): Promise<Response> => {
  const response = await pay(url, await askFor(url), key)
  if (response.status !== 200) throw new Error(`not bought: ${JSON.stringify(await problemOf(response))}`)
  return response
}
const standing = (response: Response) => parseStanding(response.headers.get('tuppence-standing') ?? undefined)
const grant = (url: string, key = reader) => openWith(url, key, { headers: askingForGrant(key) })

describe('terms', () => {
  test('stand in the challenge, the same for all', async () => {
    const anonymous = await askFor(a('a'))
    expect(parseTerms(anonymous.opaque?.['terms'])).toEqual({
      free: { count: 2, per: 'month' },
      cap: { amount: 13, per: 'month' },
      passes: ['/pass/day'],
    })
    await buy(a('b'))
    const personal = challengeOf(await openWith(a('a'), reader))
    expect(personal.opaque?.['terms']).toBe(anonymous.opaque?.['terms'])
    expect(
      (await askFor(stage.url('/tip'), { method: 'POST', body: '{"amount":5}' })).opaque?.['terms'],
    ).toBeUndefined()
  })
})

describe('a free article', () => {
  test('is given to a key that nobody knows, as often as the terms say, and stays open', async () => {
    const before = await stage.account()
    const first = await grant(a('a'))
    expect([first.status, await first.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect([first.headers.get('payment-receipt'), standing(first)]).toEqual([null, { via: 'grant', free: 1, spent: 0 }])
    expect(standing(await grant(a('b')))).toEqual({ via: 'grant', free: 0, spent: 0 })
    const third = await grant(a('c'))
    expect(await problemOf(third)).toEqual({ status: 402, code: 'grant-exhausted' })
    expect(challengeOf(third).request.amount).toBe('5')
    expect(standing(await openWith(a('a'), reader))).toEqual({ via: 'grant', free: 0, spent: 0 })
    expect(await stage.account()).toEqual(before)
  })

  test('is taken once, by many at once', async () => {
    const answers = await Promise.all([...'abcdef'].map((id) => grant(a(id))))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 402, 402, 402, 402])
  })

  test('is not given where the ask is not signed for, the key is another’s, or HEAD looks', async () => {
    const other = await newReader()
    const unsigned = await openWith(a('a'), reader).then(() => fetch(a('a'), { headers: askingForGrant(reader) }))
    expect(unsigned.status).toBe(402)
    expect((await openWith(a('a'), reader, { headers: askingForGrant(other) })).status).toBe(402)
    expect((await openWith(a('a'), reader, { headers: { 'tuppence-ask': 'grant;key="x"' } })).status).toBe(402)
    expect((await openWith(a('a'), reader, { method: 'HEAD', headers: askingForGrant(reader) })).status).toBe(402)
    expect(standing(await grant(a('a'))).free).toBe(1)
  })

  test('is none that is excepted, a pass or a tip jar', async () => {
    expect(await problemOf(await grant(a('never')))).toEqual({ status: 402, code: 'grant-unavailable' })
    expect(await problemOf(await grant(stage.url('/pass/day')))).toEqual({ status: 402, code: 'grant-unavailable' })
  })

  test('is refused beyond the caps of an address and of a day, by names that are no addresses', async () => {
    await stage.restart({ config: { ...stage.config, proxies: 1, grants: { perIpDay: 2, perDay: 40 } } })
    const from = async (address: string, id = 'a') => {
      const key = await newReader()
      const headers = { ...askingForGrant(key), 'x-forwarded-for': `198.51.100.99, ${address}` }
      return (await problemOf(await openWith(a(id), key, { headers })).catch(() => ({ code: 'given' }))).code
    }
    expect([await from('203.0.113.5'), await from('203.0.113.5', 'b'), await from('203.0.113.5')]).toEqual([
      'given',
      'given',
      'grant-unavailable',
    ])
    // One customer's IPv6 addresses are one; another's are another.
    expect([await from('2001:db8:1:2::1'), await from('2001:db8:1:2:3::9'), await from('2001:db8:1:2:ff::')]).toEqual([
      'given',
      'given',
      'grant-unavailable',
    ])
    expect(await from('2001:db8:1:3::1')).toBe('given')
    const db = new DatabaseSync(join(stage.config.dataDir, 'till.db'), { readOnly: true })
    const text = JSON.stringify(db.prepare('SELECT * FROM granted').all())
    db.close()
    expect(text).not.toMatch(/203\.0\.113|2001/)
    const codes = new Set<unknown>()
    for (let i = 0; i < 40; i++) codes.add(await from(`203.0.113.${i + 10}`))
    expect([...codes]).toEqual(['given', 'grant-unavailable'])
    await stage.restart()
  })
})

describe('an article whose payment has no outcome yet', () => {
  test('is not given for nothing in the meantime: the reader would pay for it all the same', async () => {
    stage.proxy.fault('lose-answer')
    const credential = credentialFor(await askFor(a('a')), await stage.purse.token(5), reader)
    expect((await payWith(a('a'), credential, reader)).status).toBe(503)
    expect(await problemOf(await grant(a('a')))).toEqual({ status: 409, code: 'payment-in-progress' })
    stage.proxy.fault('pass')
    expect(standing(await payWith(a('a'), credential, reader))).toMatchObject({ via: 'paid', free: 2 })
  })

  test('is waited for by a pass that it would be credited to', async () => {
    await buy(a('b'))
    stage.proxy.fault('lose-answer')
    expect((await pay(a('a'), await askFor(a('a')))).status).toBe(503)
    const url = stage.url('/pass/day')
    expect(await problemOf(await openWith(url, reader))).toEqual({ status: 409, code: 'payment-in-progress' })
    stage.proxy.fault('pass')
    expect((await stage.till().recover()).left).toBe(0)
    expect(challengeOf(await openWith(url, reader)).request.amount).toBe('2')
  })
})

describe('a cap', () => {
  test('lowers the last price to what is left, for that key only, and then costs nothing', async () => {
    await buy(a('a'))
    await buy(a('b'))
    const asked = await openWith(a('c'), reader)
    const personal = challengeOf(asked)
    expect([asked.status, personal.request.amount, personal.opaque?.['reader']]).toEqual([402, '3', reader.keyId])

    const thief = await newReader()
    expect(await problemOf(await pay(a('c'), personal, thief))).toEqual({
      status: 402,
      code: 'invalid-challenge',
      reason: 'reader',
    })
    expect((await pay(a('c'), personal, 'nobody')).status).toBe(402)

    const last = await pay(a('c'), personal)
    expect([last.status, standing(last)]).toEqual([
      200,
      { via: 'paid', free: 2, spent: 13, until: expect.any(Number) as number },
    ])
    const covered = await openWith(a('d'), reader)
    expect([covered.status, standing(covered).via]).toEqual([200, 'cap'])
    expect(covered.headers.get('payment-receipt')).toBe(last.headers.get('payment-receipt'))
    expect((await openWith(a('d'), thief)).status).toBe(402)
  })

  test('refuses the list price of a key near it, before anything is taken, and says what is owed', async () => {
    await buy(a('a'))
    await buy(a('b'))
    const before = await stage.account()
    const coins = await stage.purse.coins([4, 1])
    const { getEncodedToken } = await import('@cashu/cashu-ts')
    const token = getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs: coins })
    const refused = await payWith(a('c'), credentialFor(await askFor(a('c')), token, reader), reader)
    expect(challengeOf(refused)).toMatchObject({ request: { amount: '3' }, opaque: { reader: reader.keyId } })
    expect(await problemOf(refused)).toEqual({ status: 402, code: 'invalid-challenge', reason: 'personal' })
    expect([await stage.account(), await stage.purse.spent(coins)]).toEqual([before, [false, false]])
  })

  test('is not passed by payments that arrive together', async () => {
    const bids = await Promise.all(
      [...'abcdef'].map(
        async (id) => [a(id), credentialFor(await askFor(a(id)), await stage.purse.token(5), reader)] as const,
      ),
    )
    const before = await stage.account()
    const answers = await Promise.all(bids.map(([url, credential]) => payWith(url, credential, reader)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2)
    expect((await stage.account()).balance).toBe(before.balance + 10)
  })

  test('takes nothing for what the key owns or is covered for', async () => {
    await buy(a('a'))
    const before = await stage.account()
    expect(await problemOf(await pay(a('a'), await askFor(a('a'))))).toEqual({
      status: 402,
      code: 'invalid-challenge',
      reason: 'covered',
    })
    await buy(a('b'))
    await pay(a('c'), challengeOf(await openWith(a('c'), reader)))
    expect(await problemOf(await pay(a('d'), await askFor(a('d'))))).toMatchObject({ reason: 'covered' })
    expect((await stage.account()).balance).toBe(before.balance + 8)
  })

  test('holds a payment for an article whose first payment has no outcome yet', async () => {
    stage.proxy.fault('lose-answer')
    const credential = credentialFor(await askFor(a('a')), await stage.purse.token(5), reader)
    expect((await payWith(a('a'), credential, reader)).status).toBe(503)
    expect(await problemOf(await pay(a('a'), await askFor(a('a'))))).toEqual({
      status: 409,
      code: 'payment-in-progress',
    })
    stage.proxy.fault('pass')
    expect((await payWith(a('a'), credential, reader)).status).toBe(200)
  })
})

describe('a pass', () => {
  test('opens every article for its time, and what was opened stays', async () => {
    const bought = await buy(stage.url('/pass/day'))
    expect(await bought.json()).toEqual({ pass: { id: 'day', title: 'A day', until: expect.any(Number) as number } })
    const opened = await openWith(a('a'), reader)
    expect([opened.status, standing(opened)]).toEqual([
      200,
      { via: 'pass', free: 2, spent: 0, until: expect.any(Number) as number },
    ])
    expect((standing(opened).until ?? 0) - Date.now() / 1_000).toBeGreaterThan(86_300)
    expect(opened.headers.get('payment-receipt')).toBe(bought.headers.get('payment-receipt'))
    expect((await openWith(stage.url('/pass/day'), reader)).status).toBe(200)
    expect(await problemOf(await pay(stage.url('/pass/day'), await askFor(stage.url('/pass/day'))))).toMatchObject({
      reason: 'covered',
    })

    await stage.restart({ nowMs: () => Date.now() + 86_500_000 })
    const later = (id: string) => openWith(a(id), reader, {}, 86_500_000)
    expect([(await later('a')).status, (await later('b')).status]).toEqual([200, 402])
    await stage.restart()
  })

  test('costs less by what was spent in its period, once', async () => {
    await buy(a('a'))
    await buy(a('b'))
    const url = stage.url('/pass/day')
    expect(await problemOf(await pay(url, await askFor(url)))).toEqual({
      status: 402,
      code: 'invalid-challenge',
      reason: 'personal',
    })
    const personal = challengeOf(await openWith(url, reader))
    expect([personal.request.amount, personal.opaque?.['reader']]).toEqual(['2', reader.keyId])
    expect((await pay(url, personal)).status).toBe(200)
    const again = await stage.restart({ nowMs: () => Date.now() + 86_401_000 })
    expect(again).toBeDefined()
    expect(challengeOf(await openWith(url, reader, {}, 86_401_000)).request.amount).toBe('12')
    await stage.restart()
  })

  test('is sold to nobody without a key', async () => {
    const url = stage.url('/pass/day')
    expect(await problemOf(await pay(url, await askFor(url), 'nobody'))).toEqual({
      status: 402,
      code: 'signature-missing',
    })
    const xCashu = await fetch(url, { headers: { 'x-cashu': await stage.purse.token(12) } })
    expect(xCashu.status).toBe(400)
  })
})

describe('an experiment', () => {
  test('has one price for all at one time, changes with the hour, and honours what was shown', async () => {
    let nowMs = Date.now()
    const experiment = { id: 'first', prices: ['0.03', '0.07'] }
    const config = { ...stage.config, offers: [article('x', { experiment })] } as TillConfig
    await stage.restart({ config, nowMs: () => nowMs })
    const prices: string[] = []
    let shown: Challenge | undefined
    for (let hour = 0; hour < 24; hour++) {
      const asked = await Promise.all(Array.from({ length: 3 }, () => askFor(a('x'))))
      expect(new Set(asked.map(({ request }) => request.amount)).size).toBe(1)
      prices.push(asked[0]?.request.amount ?? '')
      if (prices.at(-1) === '3') shown = asked[0]
      nowMs += 3_600_000
    }
    expect(new Set(prices)).toEqual(new Set(['3', '7']))
    // A minute before the price goes up, and a minute after.
    const up = prices.findIndex((price, hour) => price === '3' && prices[hour + 1] === '7')
    const startMs = nowMs - 24 * 3_600_000
    nowMs = (Math.floor(startMs / 3_600_000) + up + 1) * 3_600_000 - 60_000
    const [cheap, token] = [await askFor(a('x')), await stage.purse.token(3)]
    expect(cheap.request.amount).toBe('3')
    nowMs += 120_000
    expect((await askFor(a('x'))).request.amount).toBe('7')
    expect((await payWith(a('x'), credentialFor(cheap, token))).status).toBe(200)
    expect((await fetch(a('x'), { headers: { 'x-cashu': await stage.purse.token(3) } })).status).toBe(200)
    nowMs += 300_000
    expect((await fetch(a('x'), { headers: { 'x-cashu': await stage.purse.token(3) } })).status).toBe(400)
    expect(shown).toBeDefined()
    await stage.restart({ config, nowMs: () => nowMs })
    const sales = await stage.till().journal.sales({ startMs: 0, endMs: Infinity })
    const of = (price: number) => sales.filter((sale) => sale.offerId === 'x' && sale.price === price)
    const sum = (price: number, read: 'asked' | 'count') => of(price).reduce((total, sale) => total + sale[read], 0)
    const hours = (price: string) => prices.filter((one) => one === price).length
    expect([sum(3, 'asked'), sum(7, 'asked')]).toEqual([3 * hours('3') + 1, 3 * hours('7') + 1])
    expect([sum(3, 'count'), sum(7, 'count')]).toEqual([2, 0])
    await stage.restart()
  })
})

describe('bots', () => {
  test('wait: an address that opens more in a minute than people read, a key that buys more in a day', async () => {
    await stage.restart({ config: { ...stage.config, proxies: 1, limits: { perIpMinute: 3, perKeyDay: 2 } } })
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
    const anonymous = async (address: string) =>
      payWith(a('a'), credentialFor(await askFor(a('a')), await stage.purse.token(5)), undefined, from(address))
    const before = await stage.account()
    const answers = [
      await anonymous('203.0.113.7'),
      await anonymous('203.0.113.7'),
      await anonymous('203.0.113.7'),
      await anonymous('203.0.113.7'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await anonymous('203.0.113.8')).status).toBe(200)
    expect((await stage.account()).balance).toBe(before.balance + 20)

    await buy(a('a'))
    await buy(a('b'))
    const third = await pay(a('c'), challengeOf(await openWith(a('c'), reader)))
    expect([third.status, Number(third.headers.get('retry-after')) > 60]).toEqual([429, true])
    expect((await openWith(a('a'), reader)).status).toBe(200)
    await stage.restart()
  })
})
