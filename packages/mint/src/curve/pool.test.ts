import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nativeCurve } from './native.ts'
import { openCurvePool } from './pool.ts'
import { workHere, type CurveWork } from './work.ts'

const curve = nativeCurve()
const privateKey = new Uint8Array(32).fill(9)
const key = { privateKey, publicKey: curve.publicKey(privateKey) }
const outputs = Array.from({ length: 60 }, () => ({ output: curve.hashToCurve(randomBytes(8).toString('hex')), key }))

describe('the pool', () => {
  const events: string[] = []
  let pool: CurveWork
  beforeEach(() => {
    events.length = 0
    pool = openCurvePool(curve, { threads: 2, log: (_, event) => void events.push(event) })
  })
  afterEach(() => pool.close())

  test('gives the bytes that this thread gives, in order, when there is little and when there is much', async () => {
    const expected = await workHere(curve).sign(outputs)
    expect(await pool.sign(outputs)).toEqual(expected)
    const lists = await Promise.all(Array.from({ length: 40 }, () => pool.sign(outputs)))
    for (const list of lists) expect(list).toEqual(expected)
    const coins = ['a', 'b'].map((secret) => ({ secret, c: curve.sign(curve.hashToCurve(secret), key).c, privateKey }))
    const forged = { secret: 'c', c: coins[0]?.c ?? '', privateKey }
    const checked = await Promise.all(Array.from({ length: 20 }, () => pool.check([...coins, forged])))
    for (const ys of checked) expect(ys).toEqual([curve.hashToCurve('a'), curve.hashToCurve('b'), undefined])
  })

  test('says what is wrong with a list in the code that it has, and goes on', async () => {
    const bad = { output: `02${'ff'.repeat(32)}`, key }
    const lists = await Promise.allSettled(Array.from({ length: 20 }, () => pool.sign([bad])))
    for (const list of lists) expect(list).toMatchObject({ status: 'rejected', reason: { code: 'bad-point' } })
    expect(await pool.sign(outputs.slice(0, 1))).toHaveLength(1)
  })

  test('finishes here what a thread leaves when it ends', async () => {
    const expected = await workHere(curve).sign(outputs)
    const lists = Promise.all(Array.from({ length: 30 }, () => pool.sign(outputs)))
    await pool.close()
    for (const list of await lists) expect(list).toEqual(expected)
    expect(events).toEqual([])
  })

  test('is this thread where there is one core', async () => {
    const one = openCurvePool(curve, { threads: 0, log: () => {} })
    const lists = await Promise.all(Array.from({ length: 20 }, () => one.sign(outputs.slice(0, 2))))
    expect(lists).toHaveLength(20)
  })
})
