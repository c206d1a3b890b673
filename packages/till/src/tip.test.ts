import { contentDigest, decodeReceipt } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, challengeOf, credentialFor, newReader, payWith, signed, type Ask } from './testing/reader.ts'
import { openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const jar = (): string => stage.url('/tip')
const tip = (amount: number, headers: Record<string, string> = {}): Ask => ({
  method: 'POST',
  body: JSON.stringify({ amount }),
  headers: { 'content-type': 'application/json', ...headers },
})
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code

describe('a tip', () => {
  test('is asked for by a challenge that is bound to the body', async () => {
    const challenge = await askFor(jar(), tip(25))
    expect(challenge).toMatchObject({
      request: { amount: '25' },
      digest: await contentDigest('{"amount":25}'),
      opaque: { kind: 'tip', offer: 'jar', path: '/tip' },
    })
  })

  test('is paid, thanked for and receipted; signed with the body, and owned by nobody', async () => {
    const before = await stage.account()
    const reader = await newReader()
    const ask = tip(25, { 'idempotency-key': crypto.randomUUID() })
    const credential = credentialFor(await askFor(jar(), ask), await stage.purse.token(25), reader)
    const response = await payWith(jar(), credential, reader, ask)
    expect([response.status, await response.json()]).toEqual([200, { thanks: 25 }])
    expect(decodeReceipt(response.headers.get('payment-receipt') ?? '').receipt).toMatchObject({ amount: 25 })
    const again = await payWith(jar(), credential, reader, ask)
    expect(again.headers.get('payment-receipt')).toBe(response.headers.get('payment-receipt'))
    expect(await stage.account()).toEqual({ balance: before.balance + 25, deposits: before.deposits + 1 })
  })

  test('that is only asked about leaves no row in the books, as a price does', async () => {
    for (const amount of [31, 32, 33]) await askFor(jar(), tip(amount))
    await askFor(stage.url('/read/tin'))
    await stage.restart()
    const sales = await stage.till().journal.sales({ startMs: 0, endMs: Infinity })
    expect(sales.filter(({ asked }) => asked > 0)).toMatchObject([{ offerId: 'tin', price: 2, asked: 1 }])
  })

  test('is refused when the body is another one, or its digest is wrong', async () => {
    const credential = credentialFor(await askFor(jar(), tip(25)), await stage.purse.token(25))
    const other = await payWith(jar(), credential, undefined, tip(26))
    expect([other.status, challengeOf(other).request.amount, await codeOf(other)]).toEqual([
      402,
      '26',
      'verification-failed',
    ])
    const spaced = await payWith(jar(), credential, undefined, { ...tip(25), body: '{"amount": 25}' })
    expect(spaced.status).toBe(402)
    const wrong = await payWith(jar(), credential, undefined, tip(25, { 'content-digest': await contentDigest('x') }))
    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'digest-mismatch'])
    expect((await payWith(jar(), credential, undefined, tip(25))).status).toBe(200)
  })

  test('is refused when the signature leaves the body or the idempotency key out', async () => {
    const reader = await newReader()
    const ask = tip(5, { 'idempotency-key': 'one' })
    const credential = credentialFor(await askFor(jar(), ask), await stage.purse.token(5), reader)
    const unsignedKey = await payWith(jar(), credential, reader, tip(5))
    expect(unsignedKey.status).toBe(200)
    const next = credentialFor(await askFor(jar(), ask), await stage.purse.token(5), reader)
    const { authorization, ...signature } = await signed(jar(), reader, { method: 'POST' })
    expect(authorization).toBeUndefined()
    const bare = await payWith(jar(), next, undefined, { ...ask, headers: { ...ask.headers, ...signature } })
    expect([bare.status, await codeOf(bare)]).toEqual([402, 'signature-component-missing'])
  })

  test.each([
    ['too little', 4, 'amount-out-of-range'],
    ['too much', 1_001, 'amount-out-of-range'],
  ])('of %s is refused with the bounds', async (_what, amount, code) => {
    const response = await fetch(jar(), tip(amount))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code, details: { min: 5, max: 1_000, unit: 'usd' } })
  })

  test.each([
    '',
    '{',
    '[]',
    'null',
    '{"amount":"25"}',
    '{"amount":2.5}',
    '{"amount":-5}',
    '{"amount":1e300}',
    '{"amount":25,"to":"x"}',
    '{"amount":25}x',
    '{"__proto__":{"amount":25}}',
    '\ufeff{"amount":25}',
    `${'['.repeat(10_000)}`,
  ])('with the body %j is refused', async (body) => {
    const response = await fetch(jar(), { method: 'POST', body })
    expect([response.status, await codeOf(response)]).toEqual([400, 'bad-request'])
  })

  test('with a body over the limit is refused, declared or not', async () => {
    const large = 'x'.repeat(70_000)
    expect((await fetch(jar(), { method: 'POST', body: large })).status).toBe(413)
    const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384)) })
    const answer = await fetch(jar(), { method: 'POST', body: stream, duplex: 'half' } as RequestInit).catch(
      () => undefined,
    )
    // A server may also cut such a client off before it reads the answer.
    expect([413, undefined]).toContain(answer?.status)
    expect((await fetch(jar(), tip(25))).status).toBe(402)
  })

  test('whose sender breaks off is no fault of the till', async () => {
    const { connect } = await import('node:net')
    const [failed, refused] = [stage.count('failed'), stage.count('refused')]
    const socket = connect(Number(new URL(jar()).port), '127.0.0.1')
    socket.write('POST /tip HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"amount"')
    setTimeout(() => socket.destroy(), 50)
    await expect.poll(() => stage.count('refused')).toBe(refused + 1)
    expect(stage.count('failed')).toBe(failed)
  })

  test('takes a digest among those of other algorithms', async () => {
    const digest = `${await contentDigest('{"amount":5}')}, sha-512=:AAAA:`
    expect((await fetch(jar(), tip(5, { 'content-digest': digest }))).status).toBe(402)
  })

  test('has an idempotency key that a reader can use for one payment only', async () => {
    const reader = await newReader()
    const before = await stage.account()
    const ask = tip(5, { 'idempotency-key': 'breakfast' })
    const pay = async () =>
      payWith(jar(), credentialFor(await askFor(jar(), ask), await stage.purse.token(5), reader), reader, ask)
    expect((await pay()).status).toBe(200)
    const second = await pay()
    expect([second.status, await codeOf(second)]).toEqual([409, 'idempotency-conflict'])
    const third = await payWith(
      jar(),
      credentialFor(await askFor(jar(), ask), await stage.purse.token(5), await newReader()),
      undefined,
      ask,
    )
    expect(third.status).toBe(402)
    expect((await stage.account()).balance).toBe(before.balance + 5)
  })

  test('is a POST: a GET says so, and a browser gets a page', async () => {
    const get = await fetch(jar())
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const page = await fetch(jar(), { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('Tip jar')
  })
})
