import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, payWith, signed } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'
import type { SigningKey } from '@tuppence/protocol'

let stage: Stage
let reader: SigningKey
let receipt: string | null
beforeAll(async () => {
  stage = await openStage()
  reader = await newReader()
  const bought = await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(5), reader), reader)
  if (bought.status !== 200) throw new Error(`not bought: ${bought.status}`)
  receipt = bought.headers.get('payment-receipt')
})
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code

describe('coming back with the key that bought', () => {
  test('opens the article again: no payment, no deposit, the same receipt', async () => {
    const before = await stage.account()
    const deposits = stage.count('deposit')
    const reopened = stage.count('reopened')
    const response = await fetch(salt(), { headers: await signed(salt(), reader) })
    expect([response.status, await response.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect(response.headers.get('payment-receipt')).toBe(receipt)
    expect(response.headers.get('cache-control')).toBe('private')
    expect(await stage.account()).toEqual(before)
    expect([stage.count('deposit'), stage.count('reopened')]).toEqual([deposits, reopened + 1])
  })

  test('works with HEAD, with another query, and after a restart', async () => {
    const head = await fetch(salt(), { method: 'HEAD', headers: await signed(salt(), reader, { method: 'HEAD' }) })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const query = stage.url('/read/salt?from=mail')
    expect((await fetch(query, { headers: await signed(query, reader) })).status).toBe(200)
    await stage.restart()
    expect((await fetch(salt(), { headers: await signed(salt(), reader) })).status).toBe(200)
  })

  test('opens nothing else, and nothing for anyone else: they are asked to pay', async () => {
    const tin = stage.url('/read/tin')
    const answers = [
      await fetch(tin, { headers: await signed(tin, reader) }),
      await fetch(salt(), { headers: await signed(salt(), await newReader()) }),
      await fetch(salt()),
    ]
    for (const answer of answers) expect([answer.status, await codeOf(answer)]).toEqual([402, 'payment-required'])
  })

  test.each([
    ['a signature for another path', async () => signed(stage.url('/read/tin'), reader), /^signature-invalid$/],
    [
      'a signature for another till',
      async () => signed('http://evil.example/read/salt', reader),
      /^signature-invalid$/,
    ],
    ['a signature for another query', async () => signed(stage.url('/read/salt?x'), reader), /^signature-invalid$/],
    ['a signature of yesterday', async () => signed(salt(), reader, {}, -86_400_000), /^signature-stale$/],
    ['a signature of tomorrow', async () => signed(salt(), reader, {}, 86_400_000), /^signature-stale$/],
    [
      'half a signature',
      async () => ({ signature: (await signed(salt(), reader))['signature'] as string }),
      /^signature-missing$/,
    ],
    [
      'a signature that covers nothing',
      async () => ({
        ...(await signed(salt(), reader)),
        'signature-input': `sig=();created=${Math.floor(Date.now() / 1000)};keyid="${reader.keyId}"`,
      }),
      /^signature-/,
    ],
    ['noise', async () => ({ 'signature-input': 'x', signature: 'y' }), /^signature-malformed$/],
    [
      'a very long field',
      async () => ({ 'signature-input': `sig=(${'"@method" '.repeat(300)})`, signature: 'sig=:AA==:' }),
      /^signature-/,
    ],
  ])('is refused with %s', async (_what, headers, code) => {
    const response = await fetch(salt(), { headers: await headers() })
    expect(response.status).toBe(402)
    expect(response.headers.get('www-authenticate')).toContain('Payment ')
    expect(Date.parse(response.headers.get('date') ?? '')).toBeGreaterThan(0)
    expect(await codeOf(response)).toMatch(code)
  })

  test('lets the till’s clock set a wrong one right', async () => {
    const wrong = 3_600_000
    const refusal = await fetch(salt(), { headers: await signed(salt(), reader, {}, wrong) })
    expect(refusal.status).toBe(402)
    const offset = Date.parse(refusal.headers.get('date') ?? '') - (Date.now() + wrong)
    expect((await fetch(salt(), { headers: await signed(salt(), reader, {}, wrong + offset) })).status).toBe(200)
  })

  test('renders for what was paid then, not for the price of today', async () => {
    const paid: number[] = []
    const [offer, ...others] = stage.config.offers
    await stage.restart({
      config: { ...stage.config, offers: [{ ...offer, price: '0.50' } as never, ...others] },
      content: async (_offer, _request, { amount }) => (paid.push(amount), { contentType: 'text/plain', body: '' }),
    })
    expect((await fetch(salt(), { headers: await signed(salt(), reader) })).status).toBe(200)
    expect(paid).toEqual([5])
    await stage.restart()
  })

  test('is subject to the publisher’s policy', async () => {
    const asked: (string | undefined)[] = []
    await stage.restart({ policy: async (_offer, { reader: who }) => (asked.push(who), 'refuse') })
    const response = await fetch(salt(), { headers: await signed(salt(), reader) })
    expect([response.status, await codeOf(response)]).toEqual([403, 'policy-refused'])
    expect(asked).toEqual([reader.keyId])
    await stage.restart()
  })

  test('is not given by an unsigned payment', async () => {
    const tin = stage.url('/read/tin')
    expect((await payWith(tin, credentialFor(await askFor(tin), await stage.purse.token(2)))).status).toBe(200)
    expect((await fetch(tin, { headers: await signed(tin, reader) })).status).toBe(402)
  })
})
