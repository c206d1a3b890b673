import { decodeReceipt, publicJwk, signingKey, signReceipt } from '@tuppence/protocol'
import type { Credential, Deposit, ReceiptBody } from '@tuppence/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, payWith, signed } from './testing/reader.ts'
import type { Fault } from './testing/fault-proxy.ts'
import { openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ tillMint: { timeoutMs: 1_000 } })
})
afterEach(() => stage.proxy.fault('pass'))
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')

async function expectUnknown(response: Response): Promise<void> {
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(response.headers.get('www-authenticate')).toBeNull()
  expect(response.headers.get('payment-receipt')).toBeNull()
  expect(await response.json()).toMatchObject({
    type: 'https://paymentauth.org/problems/cashu/mint-unavailable',
    code: 'mint-unavailable',
    retry: 'after-recover',
  })
}

const forged =
  (change: (receipt: Record<string, unknown>) => object): Fault =>
  ({ status, body }) => {
    const { receipt } = JSON.parse(body) as { receipt: Record<string, unknown> }
    return { status, body: JSON.stringify({ receipt: { ...receipt, ...change(receipt) } }) }
  }

describe('a mint that does not answer as it should', () => {
  test.each<[string, Fault]>([
    ['refuses the connection', 'refuse'],
    ['takes the coins and loses the answer', 'lose-answer'],
    ['never answers', 'hang'],
    ['says 500', { status: 500, body: '{}' }],
    ['says 503', { status: 503, body: '' }],
    ['says 429', { status: 429, body: '{}' }],
    ['says 401', { status: 401, body: '{"code":"signature-stale"}' }],
    ['does not know the account', { status: 404, body: '{"code":"account-unknown"}' }],
    ['says 400 in words that are not its own', { status: 400, body: '<h1>Bad gateway</h1>' }],
    ['says 400 by the number of a gateway', { status: 400, body: '{"code":400,"message":"Bad Request"}' }],
    ['has the coins in another request', { status: 400, body: '{"code":11002,"detail":"pending"}' }],
    ['was brought half of it', { status: 400, body: '{"type":"about:blank","code":"bad-request"}' }],
    ['was brought something else', { status: 400, body: '{"type":"about:blank","code":"digest-mismatch"}' }],
    ['finds the signature spoilt', { status: 400, body: '{"type":"about:blank","code":"signature-malformed"}' }],
    ['has forgotten its keyset', { status: 400, body: '{"type":"about:blank","code":"keyset-unknown"}' }],
    ['answers 200 with HTML', { status: 200, body: '<h1>Welcome</h1>' }],
    ['answers 200 with an error', { status: 200, body: '{"code":11001,"detail":"spent"}' }],
    ['answers 200 with too much', { status: 200, body: ' '.repeat(1_100_000) }],
    ['signs with another key', forged(() => ({ sig: btoa('x'.repeat(64)).replaceAll('=', '') }))],
    ['names a key that it does not publish', forged(() => ({ kid: 'nobody' }))],
    ['signs for another amount', forged(() => ({ amount: 500 }))],
    ['signs for another account', forged(() => ({ account: 'evil' }))],
    ['signs for another reference', forged(() => ({ reference: 'ab'.repeat(32) }))],
  ])('%s: 503, and the same credential settles it later, once', async (_what, fault) => {
    const before = await stage.account()
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    stage.proxy.fault(fault)
    await expectUnknown(await payWith(salt(), credential))
    await expectUnknown(await payWith(salt(), credential))
    stage.proxy.fault('pass')
    const settled = await payWith(salt(), credential)
    expect(settled.status).toBe(200)
    expect((await payWith(salt(), credential)).headers.get('payment-receipt')).toBe(
      settled.headers.get('payment-receipt'),
    )
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
  })

  test('is not asked for money again while the outcome is unknown, even when the challenge has expired', async () => {
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    stage.proxy.fault('lose-answer')
    await expectUnknown(await payWith(salt(), credential))
    await stage.restart({ nowMs: () => Date.now() + 400_000 })
    await expectUnknown(await payWith(salt(), credential))
    stage.proxy.fault('pass')
    await stage.restart()
    expect((await payWith(salt(), credential)).status).toBe(200)
  })

  test('settles by itself when the mint is back, and the reader who signed owns the article', async () => {
    const before = await stage.account()
    const reader = await newReader()
    stage.proxy.fault('refuse')
    await expectUnknown(
      await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(5), reader), reader),
    )
    expect((await fetch(salt(), { headers: await signed(salt(), reader) })).status).toBe(402)
    stage.proxy.fault('pass')
    await expect.poll(async () => (await stage.account()).deposits, { timeout: 8_000 }).toBe(before.deposits + 1)
    await expect.poll(async () => (await fetch(salt(), { headers: await signed(salt(), reader) })).status).toBe(200)
  })

  test('settles on start', async () => {
    const credentials: Credential[] = []
    stage.proxy.fault('refuse')
    for (let i = 0; i < 5; i++) credentials.push(credentialFor(await askFor(salt()), await stage.purse.token(5)))
    for (const credential of credentials) await expectUnknown(await payWith(salt(), credential))
    await stage.restart()
    expect((await stage.till().recover()).left).toBe(5)
    stage.proxy.fault('pass')
    const before = await stage.account()
    await stage.restart()
    await expect.poll(() => stage.till().recover(), { timeout: 8_000 }).toEqual({ settled: 0, left: 0 })
    expect(await stage.account()).toEqual({ balance: before.balance + 25, deposits: before.deposits + 5 })
    const deposits = stage.proxy.seen.deposits
    for (const credential of credentials) expect((await payWith(salt(), credential)).status).toBe(200)
    expect(stage.proxy.seen.deposits).toBe(deposits)
  })

  test('lets a reader take the coins back who has lost patience', async () => {
    const proofs = await stage.purse.coins([4, 1])
    const { getEncodedToken } = await import('@cashu/cashu-ts')
    const written = (memo: string) => getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs, memo })
    const first = credentialFor(await askFor(salt()), written('first'))
    stage.proxy.fault('refuse')
    await expectUnknown(await payWith(salt(), first))
    stage.proxy.fault('pass')
    const before = await stage.account()
    const tin = stage.url('/read/tin')
    expect((await payWith(tin, credentialFor(await askFor(tin), written('second')))).status).toBe(200)
    const late = await payWith(salt(), first)
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([402, 'coins-refused'])
    expect((await stage.account()).balance).toBe(before.balance + 5)
  })

  test('that is down altogether before its keysets are known: nothing is taken, nothing is written', async () => {
    const { createTill } = await import('./app.ts')
    const till = await createTill({
      config: {
        ...stage.config,
        dataDir: `${stage.dir}/elsewhere`,
        mint: { url: stage.mint.url, internalUrl: 'http://127.0.0.1:1' },
      },
      content: async () => ({ contentType: 'text/plain', body: '' }),
      log: () => {},
    })
    const asked = await till.handle(new Request(salt()))
    const { challengeOf } = await import('./testing/reader.ts')
    const { encodeCredential } = await import('@tuppence/protocol')
    const authorization = encodeCredential(credentialFor(challengeOf(asked as Response), await stage.purse.token(5)))
    await expectUnknown((await till.handle(new Request(salt(), { headers: { authorization } }))) as Response)
    expect(await till.recover()).toEqual({ settled: 0, left: 0 })
    await till.close()
  })

  test.each<[string, Partial<ReceiptBody>]>([
    ['another mint', { mint: 'https://mint.example' }],
    ['another account', { account: 'evil' }],
    ['another offer', { offer: 'cd'.repeat(32) }],
    ['less', { amount: 4 }],
    ['more', { amount: 6 }],
    ['another unit', { unit: 'sat' }],
    ['another reference', { reference: 'ab'.repeat(32) }],
  ])('signs, with its own good key, for %s: no receipt at all', async (_what, change) => {
    const key = await signingKey(crypto.getRandomValues(new Uint8Array(32)))
    const mint = { ...stage.config.mint, receiptKeys: [publicJwk(key.publicKey)] }
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const sign = async (body: ReceiptBody) =>
      stage.proxy.fault({
        status: 200,
        body: JSON.stringify({ receipt: await signReceipt(body, key.privateKey, key.keyId) }),
      })
    await stage.restart({ config: { ...stage.config, mint } })
    stage.proxy.fault('refuse')
    await expectUnknown(await payWith(salt(), credential))
    const { reference, account, unit, offer } = JSON.parse(stage.proxy.seen.last) as Deposit
    const body: ReceiptBody = { v: 1, mint: mint.url, account, offer, amount: 5, unit, timeMs: 1_000, reference }
    await sign({ ...body, ...change })
    await expectUnknown(await payWith(salt(), credential))
    await sign(body)
    const settled = await payWith(salt(), credential)
    expect(settled.status).toBe(200)
    expect(decodeReceipt(settled.headers.get('payment-receipt') ?? '').timestamp).toBe('1970-01-01T00:00:01.000Z')
    await stage.restart()
  })

  test('rotates its receipt key: the till asks for the new one', async () => {
    const response = await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(5)))
    const { receipt } = decodeReceipt(response.headers.get('payment-receipt') ?? '')
    expect(receipt?.kid).toBeTruthy()
    await stage.restart({
      config: {
        ...stage.config,
        mint: { ...stage.config.mint, receiptKeys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }] },
      },
    })
    await expectUnknown(await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(5))))
    await stage.restart()
    expect((await stage.till().recover()).left).toBe(0)
  })
})
