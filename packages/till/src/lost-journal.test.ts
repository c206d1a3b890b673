import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadAccountKey } from './keys.ts'
import { askFor, credentialFor, newReader, openWith, payWith, problemOf } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const salt = () => stage.url('/read/salt')
const database = () => join(stage.config.dataDir, 'till.db')
/** Closes the till, does something to its files, and opens it again. */
async function after(work: () => void, aheadMs = 0): Promise<void> {
  await stage.till().close()
  work()
  await stage.restart(aheadMs === 0 ? {} : { nowMs: () => Date.now() + aheadMs })
}
const lose = (): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(database() + end, { force: true })
}

describe('a till that lost its journal', () => {
  test.each([
    ['at once', 0],
    ['when the challenge has long expired', 86_400_000],
  ])('answers the same credential %s with the same receipt, and takes nothing again', async (_when, aheadMs) => {
    const reader = await newReader()
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5), reader)
    const first = await payWith(salt(), credential, reader)
    const before = await stage.account()
    await after(lose, aheadMs)
    expect((await openWith(salt(), reader, {}, aheadMs)).status).toBe(402)
    const again = await payWith(salt(), credential, reader, {}, aheadMs)
    expect([again.status, await again.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect(again.headers.get('payment-receipt')).toBe(first.headers.get('payment-receipt'))
    expect(await stage.account()).toEqual(before)
    expect((await openWith(salt(), reader, {}, aheadMs)).status).toBe(200)
    await stage.restart()
  })

  test('does the same with one that was restored from before the payment', async () => {
    const reader = await newReader()
    await after(() => cpSync(database(), `${database()}.copy`))
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5), reader)
    const first = await payWith(salt(), credential, reader)
    const before = await stage.account()
    await after(() => {
      lose()
      cpSync(`${database()}.copy`, database())
    })
    const again = await payWith(salt(), credential, reader)
    expect([again.status, again.headers.get('payment-receipt')]).toEqual([200, first.headers.get('payment-receipt')])
    expect(await stage.account()).toEqual(before)
  })

  test('takes no late coins that were never its own', async () => {
    const reader = await newReader()
    const challenge = await askFor(salt())
    const [unspent, spent] = [await stage.purse.token(5), await stage.purse.token(5)]
    const tip = { method: 'POST', body: '{"amount":5}' }
    await payWith(stage.url('/tip'), credentialFor(await askFor(stage.url('/tip'), tip), spent), undefined, tip)
    const before = await stage.account()
    await after(lose, 600_000)
    const late = (token: string) => payWith(salt(), credentialFor(challenge, token, reader), reader, {}, 600_000)
    expect(await problemOf(await late(unspent))).toMatchObject({ status: 402, code: 'payment-expired' })
    expect(await problemOf(await late(spent))).toMatchObject({ status: 402, code: 'coins-refused' })
    expect(await stage.account()).toEqual(before)
    await stage.restart()
  })

  test('derives its salts from the account’s key, so that nobody can open a receipt by guessing', async () => {
    const [one, two] = [await loadAccountKey(stage.config.dataDir), await loadAccountKey(join(stage.dir, 'other'))]
    expect(one.saltSecret).toHaveLength(32)
    expect(Buffer.from(one.saltSecret).equals(Buffer.from(two.saltSecret))).toBe(false)
    expect((await loadAccountKey(stage.config.dataDir)).saltSecret).toEqual(one.saltSecret)
  })
})
