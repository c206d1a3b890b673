import { Challenge, Receipt } from 'mppx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payingFetch } from './testing/mppx-client.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
let asked: { mint: string; amount: number }[]
let pay: typeof fetch
beforeAll(async () => {
  stage = await openStage()
  asked = []
  pay = payingFetch(async (mint, amount) => {
    asked.push({ mint, amount })
    return stage.purse.coins(Array.from({ length: 8 }, (_, bit) => 2 ** bit).filter((power) => amount & power))
  })
})
afterAll(() => stage.close())

describe('an mppx client', () => {
  test('reads our challenge', async () => {
    const challenge = Challenge.fromResponse(await fetch(stage.url('/read/salt')))
    expect(challenge).toMatchObject({ method: 'cashu', intent: 'charge', request: { amount: '5', currency: 'usd' } })
  })

  test('buys an article and reads our receipt', async () => {
    const before = await stage.account()
    const response = await pay(stage.url('/read/salt'))
    expect([response.status, await response.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect(Receipt.fromResponse(response)).toMatchObject({
      method: 'cashu',
      status: 'success',
      reference: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
    expect(asked).toEqual([{ mint: stage.mint.url, amount: 5 }])
  })

  test('leaves a tip, body and all', async () => {
    const before = await stage.account()
    const response = await pay(stage.url('/tip'), {
      method: 'POST',
      body: JSON.stringify({ amount: 25 }),
      headers: { 'content-type': 'application/json' },
    })
    expect([response.status, await response.json()]).toEqual([200, { thanks: 25 }])
    expect((await stage.account()).balance).toBe(before.balance + 25)
  })

  test('gets an answer that is no new challenge when the outcome is unknown', async () => {
    stage.proxy.fault('lose-answer')
    const payments = asked.length
    const response = await pay(stage.url('/read/tin'))
    expect(response.status).toBe(503)
    expect(asked.length).toBe(payments + 1)
    stage.proxy.fault('pass')
  })
})
