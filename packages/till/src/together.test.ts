import { describe, expect, test } from 'vitest'
import { together, type TogetherOptions } from './together.ts'

/** Sends when told to, and shows what was sent. */
function post(change: Partial<TogetherOptions<string, string>> = {}) {
  const sent: { items: readonly string[]; answer: (fail?: Error) => void }[] = []
  let nowMs = 0
  const send = together<string, string>({
    send: (items) =>
      new Promise((resolve, reject) => {
        const results = items.map((item): PromiseSettledResult<string> =>
          item === 'bad'
            ? { status: 'rejected', reason: new Error('refused') }
            : { status: 'fulfilled', value: item.toUpperCase() },
        )
        sent.push({ items, answer: (fail) => (fail ? reject(fail) : resolve(results)) })
      }),
    inFlightMax: 2,
    itemsMax: 3,
    sizeMax: 10,
    sizeOf: (item) => item.length,
    waitMaxMs: 100,
    tooLate: () => new Error('too late'),
    nowMs: () => nowMs,
    ...change,
  })
  const pass = async (ms = 0) => {
    nowMs += ms
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { send, sent, pass }
}

describe('together', () => {
  test('sends at once what finds room, and the rest together when an answer comes', async () => {
    const { send, sent, pass } = post()
    const results = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(send))
    expect(sent.map(({ items }) => items)).toEqual([['a'], ['b']])
    sent[0]?.answer()
    await pass()
    expect(sent[2]?.items).toEqual(['c', 'd', 'e'])
    sent[1]?.answer()
    await pass()
    expect(sent[3]?.items).toEqual(['f'])
    for (const { answer } of sent.slice(2)) answer()
    expect(await results).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })

  test('keeps a request to its size, and lets what is larger go alone', async () => {
    const { send, sent, pass } = post({ inFlightMax: 1 })
    const results = Promise.all(['a', '12345', '12345', '1', 'x'.repeat(20), '2'].map(send))
    for (let next = 0; next < 4; next++) {
      sent[next]?.answer()
      await pass()
    }
    expect(sent.map(({ items }) => items)).toEqual([['a'], ['12345', '12345'], ['1'], ['x'.repeat(20)], ['2']])
    sent[4]?.answer()
    await results
  })

  test('gives each what became of it, and all what became of their request', async () => {
    const { send, sent, pass } = post({ inFlightMax: 1 })
    const results = Promise.allSettled(['a', 'b', 'bad', 'c', 'd'].map(send))
    sent[0]?.answer()
    await pass()
    sent[1]?.answer()
    await pass()
    expect(sent[2]?.items).toEqual(['d'])
    sent[2]?.answer(new Error('cut'))
    expect((await results).map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))).toEqual([
      'A',
      'B',
      'refused',
      'C',
      'cut',
    ])
  })

  test('gives up, unsent, what has waited too long, and goes on with the rest', async () => {
    const { send, sent, pass } = post({ inFlightMax: 1 })
    const first = send('a')
    const old = send('b').catch((error: Error) => error.message)
    await pass(60)
    const young = send('c')
    await pass(60)
    sent[0]?.answer()
    await first
    expect(await old).toBe('too late')
    expect(sent[1]?.items).toEqual(['c'])
    sent[1]?.answer()
    expect(await young).toBe('C')
  })
})
