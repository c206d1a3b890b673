import { describe, expect, test } from 'vitest'
import { connectCurve, serveCurve } from './curve-worker.ts'
import { directCurve } from './curve/direct.ts'

const seed = new Uint8Array(64).fill(3)
const keysetId = `01${'ab'.repeat(32)}`
const planned = [
  { index: 0, amount: 1 },
  { index: 1, amount: 4 },
]

describe('curve arithmetic in a worker', () => {
  test('answers as it does here, each call its own answer', async () => {
    const { port1, port2 } = new MessageChannel()
    serveCurve(port2)
    const there = connectCurve(port1)
    port1.start()
    port2.start()
    const here = directCurve()
    const [outputs, key, points] = await Promise.all([
      there.makeOutputs({ seed, keysetId, planned }),
      there.quoteKey({ seed, index: 7 }),
      there.points({ secrets: ['a', 'b'] }),
    ])
    expect(outputs).toEqual(await here.makeOutputs({ seed, keysetId, planned }))
    expect(outputs.map(({ amount, id }) => [amount, id])).toEqual([
      [1, keysetId],
      [4, keysetId],
    ])
    expect(key).toBe(await here.quoteKey({ seed, index: 7 }))
    expect(points).toEqual(await here.points({ secrets: ['a', 'b'] }))
    await expect(there.unblind({ seed, keysetId, keys: {}, planned, signatures: [] })).rejects.toMatchObject({
      code: 'mint-response-invalid',
    })
    port1.postMessage({ id: 99, method: 'toString', input: [] })
    await expect(there.makeOutputs({ seed, keysetId: 'ff', planned })).rejects.toMatchObject({
      code: 'keyset-version-unsupported',
    })
    port1.close()
  })

  test('that could not be loaded fails every call, and lets nobody wait', async () => {
    let fail = () => {}
    const there = connectCurve({
      postMessage: () => {},
      addEventListener: (type, listener) => void (type === 'error' && (fail = () => listener({}))),
    })
    const waiting = there.points({ secrets: ['a'] })
    fail()
    await expect(waiting).rejects.toMatchObject({ code: 'internal' })
    await expect(there.points({ secrets: ['a'] })).rejects.toMatchObject({ code: 'internal' })
  }, 1_000)
})
