import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fuzz, type Target } from './testing/fuzz/fuzz.ts'
import { openTarget } from './testing/fuzz/target.ts'

let target: Target
let close: () => Promise<void>
beforeAll(async () => {
  ;({ target, close } = await openTarget())
})
afterAll(() => close())

/** 10,000 requests of bad-input.test.ts are for CI; this shows that the other fuzzer works, which is for a million. */
const runs = 400

describe('requests led by coverage', () => {
  test('get no 5xx, move no money, and leave no secret in the log', async () => {
    const { corpus, functions, places, statuses } = await fuzz(target, { runs, seed: 7 })
    // It has found more than it was given, and gone deep.
    expect(corpus).toBeGreaterThan(target.seeds.length)
    expect(functions).toBeGreaterThan(100)
    expect(places).toBeGreaterThan(10_000)
    expect(statuses[400]).toBeGreaterThan(runs / 10)
  }, 120_000)

  // Each fault is there for one kind of request only: the fuzzer must come upon it.
  test.each<[string, RegExp, (target: Target) => Partial<Target>]>([
    [
      'an answer of 500',
      /fuzz: 500/,
      ({ fetch }) => ({
        fetch: async (request) => {
          const body = await request.clone().text()
          return /"amount":[^\d]/.test(body) ? new Response('', { status: 500 }) : fetch(request)
        },
      }),
    ],
    ['an operation of a refused request', /operations of/, ({ sequence }) => ({ sequence: jumping(sequence, 10) })],
    [
      'money that moves',
      /money moved/,
      () => {
        let calls = 0
        return { money: async () => calls++ }
      },
    ],
    [
      'a secret in a line',
      /the log says/,
      ({ takeLog, secrets }) => ({
        takeLog: () => [...takeLog(), JSON.stringify({ event: 'request', secret: secrets[0] })],
      }),
    ],
    [
      'a word of the body in a line',
      /the log says/,
      ({ fetch, takeLog }) => {
        const said: string[] = []
        return {
          fetch: async (request) => {
            const word = /"([\w-]{20,39})"/.exec(await request.clone().text())?.[1]
            if (word !== undefined) said.push(JSON.stringify({ event: 'request', word }))
            return fetch(request)
          },
          takeLog: () => [...takeLog(), ...said.splice(0)],
          seeds: [
            {
              method: 'POST',
              path: '/v1/test/pay',
              body: '{"quote":"a-quote-that-nobody-has-1"}',
              headers: { 'content-type': 'application/json' },
              signed: false,
            },
          ],
        }
      },
    ],
  ])(
    'find %s',
    async (_what, message, change) => {
      await expect(fuzz({ ...target, ...change(target) }, { runs, seed: 7 })).rejects.toThrow(message)
    },
    120_000,
  )
})

/** Counts up by itself from some call on. */
function jumping(sequence: () => Promise<number>, from: number): () => Promise<number> {
  let calls = 0
  return async () => (await sequence()) + (++calls > from ? 10_000 : 0)
}
