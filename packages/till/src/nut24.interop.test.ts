import { getEncodedToken, PaymentRequest } from '@cashu/cashu-ts'
import { decodeReceipt } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')
const send = (token: string, url = salt(), init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, headers: { 'x-cashu': token } })

describe('a NUT-24 client', () => {
  test('NUT-18, NUT-24: reads the request with cashu-ts and pays with a token', async () => {
    const before = await stage.account()
    const asked = PaymentRequest.fromEncodedRequest((await fetch(salt())).headers.get('x-cashu') ?? '')
    expect([Number(asked.amount), asked.unit, asked.mints, asked.transport]).toEqual([
      5,
      'usd',
      [stage.mint.url],
      asked.transport,
    ])
    const token = getEncodedToken({
      mint: asked.mints?.[0] ?? '',
      unit: 'usd',
      proofs: await stage.purse.coins([4, 1]),
    })
    const response = await send(token)
    expect([response.status, await response.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect(response.headers.get('cache-control')).toBe('private')
    expect(decodeReceipt(response.headers.get('payment-receipt') ?? '').receipt?.amount).toBe(5)
    const again = await send(token)
    expect(again.headers.get('payment-receipt')).toBe(response.headers.get('payment-receipt'))
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
  })

  test('tips', async () => {
    const response = await send(await stage.purse.token(10), stage.url('/tip'), {
      method: 'POST',
      body: '{"amount":10}',
    })
    expect([response.status, await response.json()]).toEqual([200, { thanks: 10 }])
  })

  test.each([
    ['too little', async () => stage.purse.token(4), 'amount-mismatch'],
    [
      'another mint',
      async () =>
        getEncodedToken({ mint: 'https://mint.example', unit: 'usd', proofs: await stage.purse.coins([4, 1]) }),
      'mint-unaccepted',
    ],
    [
      'another unit',
      async () => getEncodedToken({ mint: stage.mint.url, unit: 'sat', proofs: await stage.purse.coins([4, 1]) }),
      'verification-failed',
    ],
    [
      'made-up coins',
      async () =>
        getEncodedToken({
          mint: stage.mint.url,
          unit: 'usd',
          proofs: (await stage.purse.coins([4, 1])).map((proof) => ({ ...proof, secret: 'x' })),
        }),
      'coins-refused',
    ],
    [
      // Each of its control characters is one byte here, and six in the deposit, which no mint would read.
      'coins that are too large for a mint',
      async () =>
        getEncodedToken(
          {
            mint: stage.mint.url,
            unit: 'usd',
            proofs: (await stage.purse.coins(Array.from({ length: 11 }, () => 1))).map((proof, at) => ({
              ...proof,
              secret: `${at}${'\u0001'.repeat(980)}`,
            })),
          },
          { removeDleq: true },
        ),
      'verification-failed',
    ],
    ['noise', async () => 'cashuBnoise', 'bad-token'],
    ['the request itself', async () => (await fetch(salt())).headers.get('x-cashu') ?? '', 'bad-token'],
    ['nothing', async () => '', 'bad-token'],
  ])('is told 400 for %s, and nothing is taken', async (_what, make, code) => {
    const token = await make()
    const before = await stage.account()
    const response = await send(token)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, code])
    expect(await stage.account()).toEqual(before)
  })

  test('is told 503 when the mint is down, and settles with the same token', async () => {
    const token = await stage.purse.token(5)
    stage.proxy.fault('refuse')
    expect((await send(token)).status).toBe(503)
    stage.proxy.fault('pass')
    expect((await send(token)).status).toBe(200)
  })

  test('can not use one token twice for different things', async () => {
    const token = await stage.purse.token(5)
    expect((await send(token)).status).toBe(200)
    expect((await send(token, stage.url('/read/tin'))).status).toBe(400)
  })
})
