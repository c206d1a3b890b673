import { parseStanding, refundAnswerSchema, type SigningKey } from '@tuppence/protocol'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
import { refundOutputs, type Outputs } from './testing/outputs.ts'
import { openStage, type Stage } from './testing/stage.ts'

let stage: Stage
let reader: SigningKey
beforeAll(async () => {
  const article = (id: string, more: object = {}) => ({
    id,
    kind: 'article' as const,
    path: `/a/${id}`,
    title: id,
    price: '0.05',
    ...more,
  })
  stage = await openStage({
    sells: {
      free: { count: 1, per: 'month' },
      cap: { amount: '0.16', per: 'month' },
      passes: [{ id: 'day', path: '/pass', title: 'Day', price: '0.12', per: 'day' }],
      refund: { windowSeconds: 600, allowance: { count: 2, per: 'week' } },
      offers: [...'abcdef'].map((id) => article(id)).concat([article('kept', { refund: false })]),
    },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  reader = await newReader()
})

const a = (id: string): string => stage.url(`/a/${id}`)
type Bought = { url: string; reference: string; credential: ReturnType<typeof credentialFor> }
async function buy(id: string, key = reader): Promise<Bought> {
  const url = a(id)
  const asked = challengeOf(await openWith(url, key))
  const token = await stage.purse.token(Number(asked.request.amount))
  const credential = credentialFor(asked, token, key)
  const response = await payWith(url, credential, key)
  if (response.status !== 200) throw new Error(`not bought: ${JSON.stringify(await problemOf(response))}`)
  const { createHash } = await import('node:crypto')
  return { url, credential, reference: createHash('sha256').update(token).digest('hex') }
}
async function giveBack(
  bought: Pick<Bought, 'url' | 'reference'>,
  outputs: Outputs,
  key = reader,
  skewMs = 0,
): Promise<Response> {
  const body = JSON.stringify({ refund: { reference: bought.reference, outputs: outputs.messages } })
  return openWith(bought.url, key, { method: 'POST', body }, skewMs)
}
const outputs = (amount = 5) => refundOutputs(stage.mint.url, amount)

describe('a refund', () => {
  test('gives back coins worth what was paid, takes the article away, and answers the same again', async () => {
    const bought = await buy('a')
    const before = await stage.account()
    const wanted = await outputs()
    const response = await giveBack(bought, wanted)
    const text = await response.text()
    expect(response.status).toBe(200)
    const { refunded } = v.parse(refundAnswerSchema, JSON.parse(text))
    const coins = await wanted.unblind(refunded.signatures)
    expect(coins.map(({ amount }) => Number(amount))).toEqual([1, 4])
    expect((await stage.account()).balance).toBe(before.balance - 5)
    // The coins are good: they pay for something else.
    const tip = { method: 'POST', body: '{"amount":5}' }
    const tipped = await payWith(
      stage.url('/tip'),
      credentialFor(await askFor(stage.url('/tip'), tip), wanted.token(coins)),
      undefined,
      tip,
    )
    expect(tipped.status).toBe(200)

    expect((await openWith(bought.url, reader)).status).toBe(402)
    expect(await problemOf(await payWith(bought.url, bought.credential, reader))).toEqual({
      status: 403,
      code: 'policy-refused',
      reason: 'refunded',
    })
    expect(await (await giveBack(bought, wanted)).text()).toBe(text)
    expect((await stage.account()).balance).toBe(before.balance)
  })

  test('is made once, however often and with whatever outputs it is asked for', async () => {
    const bought = await buy('a')
    const before = await stage.account()
    const all = await Promise.all(Array.from({ length: 6 }, async () => giveBack(bought, await outputs())))
    expect(all.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403, 403])
    expect(await problemOf(await giveBack(bought, await outputs()))).toMatchObject({ reason: 'twice' })
    expect((await stage.account()).balance).toBe(before.balance - 5)
  })

  test('is asked for at the mint once, and said once, while readers and recovery ask together', async () => {
    const bought = await buy('a')
    const before = await stage.account()
    const said = stage.count('refund')
    const wanted = await outputs()
    const [all] = await Promise.all([
      Promise.all(Array.from({ length: 6 }, () => giveBack(bought, wanted))),
      stage.till().recover(),
    ])
    const texts = await Promise.all(all.map((response) => response.text()))
    expect(all.map(({ status }) => status)).toEqual(Array(6).fill(200))
    expect(new Set(texts).size).toBe(1)
    expect(stage.count('refund') - said).toBe(1)
    expect((await stage.account()).balance).toBe(before.balance - 5)
  })

  test('lowers what was spent, and leaves the article to be bought again', async () => {
    const bought = await buy('a')
    await buy('b')
    await giveBack(bought, await outputs())
    const opened = await openWith(a('b'), reader)
    expect(parseStanding(opened.headers.get('tuppence-standing') ?? '')).toEqual({ via: 'paid', free: 1, spent: 5 })
    await buy('a')
    expect((await openWith(a('a'), reader)).status).toBe(200)
  })

  test('is refused late, by the till’s clock', async () => {
    const bought = await buy('a')
    await stage.restart({ nowMs: () => Date.now() + 601_000 })
    const late = await giveBack(bought, await outputs(), reader, 601_000)
    expect(await problemOf(late)).toEqual({ status: 403, code: 'refund-refused', reason: 'window' })
    await stage.restart()
    expect((await openWith(a('a'), reader)).status).toBe(200)
  })

  test('is refused beyond the allowance', async () => {
    for (const id of ['a', 'b']) expect((await giveBack(await buy(id), await outputs())).status).toBe(200)
    expect(await problemOf(await giveBack(await buy('c'), await outputs()))).toMatchObject({ reason: 'allowance' })
  })

  test('is refused for another’s payment, another article’s, one that never was, and what was not paid', async () => {
    const bought = await buy('a')
    const other = await newReader()
    await buy('b', other)
    const refusals = [
      await giveBack(bought, await outputs(), other),
      await giveBack({ ...bought, url: a('b') }, await outputs()),
      await giveBack({ ...bought, reference: 'f'.repeat(64) }, await outputs()),
    ]
    for (const refusal of refusals)
      expect(await problemOf(refusal)).toEqual({
        status: 403,
        code: 'refund-refused',
        reason: expect.stringMatching(/^foreign$/) as string,
      })
    await openWith(a('c'), reader, { headers: askingForGrant(reader) })
    expect(await problemOf(await giveBack({ ...bought, url: a('c') }, await outputs()))).toMatchObject({
      reason: 'not-paid',
    })
    expect(await problemOf(await giveBack(await buy('kept'), await outputs()))).toMatchObject({ reason: 'not-offered' })
  })

  test('is refused for other amounts than were paid, and without a signature over the body', async () => {
    const bought = await buy('a')
    const before = await stage.account()
    expect(await problemOf(await giveBack(bought, await outputs(4)))).toMatchObject({
      status: 400,
      code: 'bad-request',
    })
    expect(await problemOf(await giveBack(bought, await outputs(8)))).toMatchObject({
      status: 400,
      code: 'bad-request',
    })
    const body = JSON.stringify({ refund: { reference: bought.reference, outputs: (await outputs()).messages } })
    expect((await fetch(bought.url, { method: 'POST', body })).status).toBe(401)
    const get = await openWith(bought.url, reader)
    expect(get.status).toBe(200)
    const { signed } = await import('./testing/reader.ts')
    const elsewhere = await signed(bought.url, reader, {
      method: 'POST',
      body: body.replace(/[0-9a-f]{64}/, '0'.repeat(64)),
    })
    expect((await fetch(bought.url, { method: 'POST', body, headers: elsewhere })).status).toBe(400)
    expect(await stage.account()).toEqual(before)
  })

  test('is refused for outputs of no keyset of the mint, and the article stays the reader’s', async () => {
    const bought = await buy('a')
    const good = await outputs()
    const bad = { ...good, messages: good.messages.map((message) => ({ ...message, id: `01${'ab'.repeat(32)}` })) }
    expect(await problemOf(await giveBack(bought, bad))).toMatchObject({ status: 400, code: 'bad-request' })
    expect((await openWith(bought.url, reader)).status).toBe(200)
    expect((await giveBack(bought, good)).status).toBe(200)
  })

  test('is refused once the payment has counted toward a pass, or helped to reach a cap that was used', async () => {
    const bought = await buy('a')
    const pass = challengeOf(await openWith(stage.url('/pass'), reader))
    expect(pass.request.amount).toBe('7')
    await payWith(stage.url('/pass'), credentialFor(pass, await stage.purse.token(7), reader), reader)
    expect(await problemOf(await giveBack(bought, await outputs()))).toMatchObject({ reason: 'used' })

    reader = await newReader()
    const first = await buy('a')
    for (const id of ['b', 'c', 'd']) await buy(id)
    expect((await openWith(a('e'), reader)).status).toBe(200)
    expect(await problemOf(await giveBack(first, await outputs()))).toMatchObject({ reason: 'used' })
  })

  test('that the mint refuses leaves everything as it was', async () => {
    const bought = await buy('a')
    const used = await outputs()
    expect((await giveBack(bought, used)).status).toBe(200)
    const again = await buy('b')
    // Outputs that were signed before.
    expect(await problemOf(await giveBack(again, used))).toMatchObject({ status: 403, reason: 'mint' })
    expect((await openWith(a('b'), reader)).status).toBe(200)
    expect((await giveBack(again, await outputs())).status).toBe(200)
  })
})

describe('a refund whose answer is lost', () => {
  test.each(['lose-answer', 'refuse'] as const)(
    'between mint and till (%s) is given by a repeat, once',
    async (fault) => {
      const bought = await buy('a')
      const before = await stage.account()
      const wanted = await outputs()
      stage.proxy.fault(fault)
      expect((await giveBack(bought, wanted)).status).toBe(503)
      expect((await openWith(bought.url, reader)).status).toBe(402)
      stage.proxy.fault('pass')
      expect((await giveBack(bought, wanted)).status).toBe(200)
      expect((await stage.account()).balance).toBe(before.balance - 5)
    },
  )

  test('is finished by recovery after a restart', async () => {
    const bought = await buy('a')
    const before = await stage.account()
    const wanted = await outputs()
    stage.proxy.fault('refuse')
    expect((await giveBack(bought, wanted)).status).toBe(503)
    stage.proxy.fault('pass')
    await stage.restart()
    await expect.poll(async () => (await stage.account()).balance).toBe(before.balance - 5)
    expect((await giveBack(bought, wanted)).status).toBe(200)
    expect((await stage.account()).balance).toBe(before.balance - 5)
  })

  test('never lets a reader pay more than the cap, whatever becomes of it', async () => {
    const bought = await buy('a')
    await buy('b')
    await buy('c')
    stage.proxy.fault('refuse')
    const wanted = await outputs()
    expect((await giveBack(bought, wanted)).status).toBe(503)
    stage.proxy.fault('pass')
    // 15 of 16 are spent, of which 5 may come back: what is asked is no more than 1.
    expect(challengeOf(await openWith(a('d'), reader)).request.amount).toBe('1')
    await giveBack(bought, wanted)
    expect(challengeOf(await openWith(a('d'), reader)).request.amount).toBe('5')
  })
})

describe('refunds of one address', () => {
  test('wait for the next day once there were many, whatever the keys; a repeat is answered', async () => {
    await stage.restart({ config: { ...stage.config, proxies: 1, limits: { refundsPerIpDay: 1 } } })
    const from = async (address: string, bought: Bought, key: SigningKey, wanted: Outputs) => {
      const body = JSON.stringify({ refund: { reference: bought.reference, outputs: wanted.messages } })
      return openWith(bought.url, key, { method: 'POST', body, headers: { 'x-forwarded-for': address } })
    }
    const other = await newReader()
    const [one, two] = [await buy('a'), await buy('a', other)]
    const [first, second] = [await outputs(), await outputs()]
    expect((await from('203.0.113.7', one, reader, first)).status).toBe(200)
    expect((await from('203.0.113.7', one, reader, first)).status).toBe(200)
    const refused = await from('203.0.113.7', two, other, second)
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await openWith(two.url, other)).status).toBe(200)
    expect((await from('203.0.113.8', two, other, second)).status).toBe(200)
    await stage.restart()
  })
})
