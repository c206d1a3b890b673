import { randomBytes } from 'node:crypto'
import { canonicalJson, depositBatchRoute, signingKey, type Proof } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf, depositBody, depositHeaders } from './testing/account.ts'
import { ledgerState, startTestMint, topUp, type Answer, type TestMint } from './testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startTestMint()
})
afterAll(() => mint.close())

const { path } = depositBatchRoute
const reference = () => randomBytes(32).toString('hex')

interface Each {
  readonly receipt?: { readonly reference: string; readonly amount: number }
  readonly code?: string
  readonly status?: number
}

const alone = async (body: string): Promise<Answer> =>
  mint.post('/v1/deposit', body, await depositHeaders(body, { createdMs: Date.now() + mint.clock.offsetMs }))
const send = async (body: string): Promise<Answer> => mint.post(path, body, await depositHeaders(body, { path }))
const answersOf = ({ status, text }: Answer): Each[] => {
  expect(status, text).toBe(200)
  return (JSON.parse(text) as { answers: Each[] }).answers
}
const saidOf = (each: Each) => each.code ?? each.receipt?.amount

describe('a batch of deposits', () => {
  test('credits each for itself, with the bytes that each gets alone', async () => {
    const coins = await topUp(mint, [1, 2, 4])
    const bodies = await Promise.all(coins.map((coin) => depositBody(reference(), [coin])))
    const first = await alone(bodies[1] as string)
    const answer = await send(batchOf(bodies))
    expect(answersOf(answer).map(saidOf)).toEqual([1, 2, 4])
    const each = await Promise.all(bodies.map(alone))
    expect(each[1]?.text).toBe(first.text)
    expect(answer.text).toBe(`{"answers":[${each.map(({ text }) => text).join(',')}]}`)
    // The same batch again, and another that has the same deposits.
    const state = await ledgerState(mint)
    expect((await send(batchOf(bodies))).text).toBe(answer.text)
    expect(answersOf(await send(batchOf(bodies.toReversed()))).map(saidOf)).toEqual([4, 2, 1])
    expect(await ledgerState(mint)).toEqual(state)
  })

  test('refuses one without the others', async () => {
    const [spent, taken, ...good] = (await topUp(mint, [1, 1, 2, 4, 8])) as [Proof, Proof, ...Proof[]]
    const used = reference()
    await alone(await depositBody(used, [spent]))
    const twice = await depositBody(reference(), [taken])
    const bodies = [
      await depositBody(reference(), [good[0] as Proof]),
      await depositBody(reference(), [spent]),
      await depositBody(used, [good[1] as Proof]),
      twice,
      await depositBody(reference(), [taken]),
      await depositBody(reference(), [{ ...spent, C: 'no point' }]),
      await depositBody(reference(), [{ ...spent, amount: 2 }]),
      await depositBody(reference(), [good[1] as Proof], { account: 'another' }),
      await depositBody(reference(), [good[1] as Proof], { more: 1 }),
      'null',
      '[]',
      '5',
      await depositBody(reference(), [good[1] as Proof]),
    ]
    const state = await ledgerState(mint)
    const answers = answersOf(await send(batchOf(bodies)))
    expect(answers.map(saidOf)).toEqual([
      2,
      'coins-spent',
      'deposit-conflict',
      1,
      'coins-spent',
      'bad-point',
      'coin-invalid',
      'account-forbidden',
      'bad-request',
      'bad-request',
      'bad-request',
      'bad-request',
      4,
    ])
    expect(answers[2]?.status).toBe(409)
    expect(await ledgerState(mint)).not.toEqual(state)
    // Each refusal reads as it does alone.
    for (const index of [1, 2, 4, 5, 6, 8]) {
      expect(JSON.parse((await alone(bodies[index] as string)).text)).toEqual(answers[index])
    }
  })

  test('takes up to 32, each with many coins, and no more', async () => {
    const coins = await topUp(
      mint,
      Array.from({ length: 66 }, () => 1),
    )
    const bodies = await Promise.all(
      Array.from({ length: 32 }, (_, index) => depositBody(reference(), coins.slice(index * 2, index * 2 + 2))),
    )
    expect(answersOf(await send(batchOf(bodies))).map(saidOf)).toEqual(bodies.map(() => 2))
    const state = await ledgerState(mint)
    const more = await depositBody(reference(), coins.slice(64))
    const refused = await send(batchOf([...bodies, more]))
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([400, { code: 'batch-too-large' }])
    expect((await send(batchOf([]))).status).toBe(400)
    expect(await ledgerState(mint)).toEqual(state)
  })

  test('is nothing to anybody but the account', async () => {
    const [coin] = await topUp(mint, [1])
    const body = batchOf([await depositBody(reference(), [coin as Proof])])
    const state = await ledgerState(mint)
    const stranger = await signingKey(new Uint8Array(32).fill(8))
    const codes = await Promise.all([
      mint.post(path, body),
      mint.post(path, body, await depositHeaders(body, { path, key: stranger })),
      // Signed for another route, or for another body.
      mint.post(path, body, await depositHeaders(body)),
      mint.post(path, `${body} `, await depositHeaders(body, { path })),
      send(canonicalJson({ account: 'nobody', deposits: [] as string[] })),
    ])
    expect(codes.map(({ status }) => status >= 400 && status < 500)).toEqual(codes.map(() => true))
    expect(await ledgerState(mint)).toEqual(state)
  })

  test('counts against the account as its deposits do', async () => {
    const strict = await startTestMint({ limits: { depositsPerMinute: 2 } })
    try {
      const coins = await topUp(strict, [1, 1, 1])
      const bodies = await Promise.all(coins.map((coin) => depositBody(reference(), [coin])))
      const body = batchOf(bodies)
      const answer = await strict.post(path, body, await depositHeaders(body, { path }))
      expect(answersOf(answer).map(saidOf)).toEqual([1, 1, 'too-many-requests'])
    } finally {
      await strict.close()
    }
  })
})
