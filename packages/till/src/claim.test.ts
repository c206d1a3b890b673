import { claimAnswerSchema, type SigningKey } from '@tuppence/protocol'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, openWith, payWith, problemOf } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

const site = 'https://news.example'
let stage: Stage
let reader: SigningKey
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  reader = await newReader()
  await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(5), reader), reader)
})

const salt = () => stage.url('/read/salt')
const claim = (key = reader, at = site, url = salt()) =>
  openWith(url, key, { method: 'POST', body: JSON.stringify({ claim: { site: at } }) })
const codeOf = async (response: Response): Promise<string> =>
  v.parse(claimAnswerSchema, await response.json()).claim.code
const redeem = (code: string, at: string | undefined = site, url = salt()) =>
  fetch(url, { headers: { authorization: `Tuppence-Claim ${code}`, ...(at !== '' && { 'tuppence-site': at }) } })
const refused = { status: 403, code: 'claim-refused', reason: 'code' }

describe('a claim', () => {
  test('opens the article once, on the site it was made for, and says nothing of the payment', async () => {
    const made = await claim()
    expect(made.status).toBe(200)
    const { code, expires } = v.parse(claimAnswerSchema, await made.json()).claim
    expect(Math.abs(expires - Date.now() / 1_000 - 60)).toBeLessThan(2)
    const shown = await redeem(code)
    expect([shown.status, await shown.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect([shown.headers.get('payment-receipt'), shown.headers.get('tuppence-standing')]).toEqual([null, null])
    expect(await problemOf(await redeem(code))).toEqual(refused)
  })

  test('is good once for many who come together, and after a restart', async () => {
    const code = await codeOf(await claim())
    await stage.restart()
    const all = await Promise.all(Array.from({ length: 8 }, () => redeem(code)))
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 403)])
  })

  test.each([
    ['another site', (code: string) => redeem(code, 'https://evil.example')],
    ['no site', (code: string) => redeem(code, '')],
    ['another article', (code: string) => redeem(code, site, stage.url('/read/tin'))],
  ])('is used up by %s', async (_what, attempt) => {
    const code = await codeOf(await claim())
    expect(await problemOf(await attempt(code))).toEqual(refused)
    expect((await redeem(code)).status).toBe(403)
  })

  test('ends after a minute, and with the next one', async () => {
    const first = await codeOf(await claim())
    const second = await codeOf(await claim())
    expect((await redeem(first)).status).toBe(403)
    await stage.restart({ nowMs: () => Date.now() + 61_000 })
    expect((await redeem(second)).status).toBe(403)
    await stage.restart()
  })

  test('is given to the owner only, for sites of the offer only', async () => {
    expect(await problemOf(await claim(reader, 'https://evil.example'))).toMatchObject({ status: 403, reason: 'site' })
    const other = await newReader()
    expect((await claim(other)).status).toBe(401)
    await payWith(
      stage.url('/read/tin'),
      credentialFor(await askFor(stage.url('/read/tin')), await stage.purse.token(2), other),
      other,
    )
    expect(await problemOf(await claim(other))).toEqual({ status: 403, code: 'claim-refused', reason: 'not-owned' })
  })

  test.each(['', 'x', 'a b', `${'A'.repeat(22)}`, '../../etc'])('is no other text: %j', async (text) => {
    expect((await redeem(text)).status).toBe(403)
  })

  test('with a body that is neither claim nor refund is a bad request', async () => {
    for (const body of ['', '{', '{"claim":{}}', '{"claim":{"site":"x","more":1}}', '{"refund":{}}', '[]', '\xff'])
      expect((await openWith(salt(), reader, { method: 'POST', body })).status).toBe(400)
  })
})
