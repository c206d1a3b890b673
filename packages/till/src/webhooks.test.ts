import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeReceipt } from '@tuppence/protocol'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { memoryJournal } from './journal/sqlite.ts'
import { askFor, askingForGrant, credentialFor, newReader, openWith, payWith } from './testing/reader.ts'
import { openStage, type Stage } from './testing/stage.ts'
import { outbox, signature } from './webhooks.ts'

type Received = { id: string; headers: Record<string, string>; body: string }
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
let stage: Stage
let server: Server
let received: Received[] = []
let connections = 0
let answer: (path: string) => number = () => 200
let hook: string
beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const chunk of incoming) body += String(chunk)
    const headers = incoming.headers as Record<string, string>
    received.push({ id: headers['webhook-id'] ?? '', headers, body })
    outgoing.writeHead(answer(incoming.url ?? '')).end()
  })
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stage = await openStage({
    sells: { free: { count: 5, per: 'month' }, webhooks: [{ url: `${hook}/hook`, secret }] },
  })
})
afterEach(() => {
  received = []
  answer = () => 200
})
afterAll(async () => {
  await stage.close()
  server.close()
})

async function tip(): Promise<Response> {
  const ask = { method: 'POST', body: '{"amount":5}' }
  const url = stage.url('/tip')
  const paid = await payWith(url, credentialFor(await askFor(url, ask), await stage.purse.token(5)), undefined, ask)
  expect(paid.status).toBe(200)
  return paid
}

describe('a webhook', () => {
  test('is told of a payment, signed so that a library that is not ours believes it', async () => {
    await tip()
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
    const [{ headers, body }] = received as [Received]
    const payload = new Webhook(secret).verify(body, headers) as { type: string; data: Record<string, unknown> }
    expect(payload).toMatchObject({
      type: 'payment.deposited',
      data: { offer: 'jar', kind: 'tip', amount: 5, unit: 'usd', receipt: { amount: 5, account: 'news' } },
    })
    expect(() => new Webhook(secret).verify(body.replace('"amount":5', '"amount":6'), headers)).toThrow()
    expect(body).not.toMatch(/cashu[AB]|thumbprint|did:key/)
  })

  test('is told of the tax that is in a price, as the receipt is', async () => {
    const seller = { name: 'Daily News Ltd', number: 'DE123456789' }
    await stage.restart({ config: { ...stage.config, tax: { name: 'VAT', basisPoints: 1900, seller, tips: true } } })
    const paid = await tip()
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
    const { data } = JSON.parse(received[0]?.body ?? '') as { data: { amount: number } }
    const included = Math.round((data.amount * 1900) / 11_900)
    const fields = { seller, tax: { name: 'VAT', basisPoints: 1900, included, net: data.amount - included } }
    expect(data).toMatchObject(fields)
    const header = Buffer.from(paid.headers.get('payment-receipt') ?? '', 'base64url').toString()
    expect(JSON.parse(header)).toMatchObject(fields)
    expect(decodeReceipt(paid.headers.get('payment-receipt') ?? '')).not.toHaveProperty('tax')
    await stage.restart()
  })

  test('is told of a free article, without a word on whose', async () => {
    const reader = await newReader()
    await openWith(stage.url('/read/salt'), reader, { headers: askingForGrant(reader) })
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ type: 'article.granted', data: { offer: 'salt' } })
    expect(received[0]?.body).not.toContain(reader.keyId)
  })

  test('is told again, with the same id, until it hears: also by a till that was restarted', async () => {
    answer = () => 500
    await tip()
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
    await stage.till().notify()
    expect(received).toHaveLength(1)
    answer = () => 200
    await stage.restart({ nowMs: () => Date.now() + 6_000 })
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2)
    expect(new Set(received.map(({ id }) => id)).size).toBe(1)
    await stage.till().notify()
    expect(received).toHaveLength(2)
    const [event] = await stage.till().journal.events(1)
    expect(event).toMatchObject({ type: 'payment.deposited', outcome: 'sent', attempts: 2 })
    await stage.restart()
  })

  test('that is deaf does not keep another from hearing, nor makes it hear twice', async () => {
    const webhooks = [
      { url: `${hook}/deaf`, secret },
      { url: `${hook}/good`, secret, events: ['payment.deposited' as const] },
      { url: `${hook}/other`, secret, events: ['article.granted' as const] },
    ]
    const told: string[] = []
    answer = (path) => {
      told.push(path)
      return path === '/deaf' ? 503 : 204
    }
    await stage.restart({ config: { ...stage.config, webhooks } })
    await tip()
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(['/deaf', '/good'])
    await stage.restart({ config: { ...stage.config, webhooks }, nowMs: () => Date.now() + 6_000 })
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(['/deaf', '/good', '/deaf'])
    await stage.restart()
  })

  test('is given up after a day and more of tries', async () => {
    const journal = memoryJournal()
    const reference = 'a'.repeat(64)
    const { receivedPayment } = await import('./journal/contract.ts')
    await journal.receive(receivedPayment({ reference }))
    await journal.deposited(reference, {
      receipt: 'r',
      atMs: 0,
      event: { id: 'msg_1', type: 'payment.deposited', data: '{}' },
    })
    let nowMs = 0
    answer = () => 404
    const hooks = [{ url: `${hook}/gone`, secret: new Uint8Array(32) }]
    const box = outbox({ journal, webhooks: () => hooks, nowMs: () => nowMs, log: () => {}, to: 'anywhere' })
    const triedAtMs: number[] = []
    for (; nowMs < 4 * 86_400_000; nowMs += 2_500) {
      const before = received.length
      // Only what is due costs anything: skip ahead to it.
      const [event] = await journal.events(1)
      if (event?.outcome !== undefined) break
      nowMs = Math.max(nowMs, event?.nextAtMs ?? 0)
      await box.now()
      if (received.length > before) triedAtMs.push(nowMs)
    }
    expect(triedAtMs).toHaveLength(10)
    expect((await journal.events(1))[0]).toMatchObject({ outcome: 'given-up', attempts: 10 })
    await box.stop()
    await journal.close()
  })

  test('of a publisher whom the host does not trust leads into no private network', async () => {
    const journal = memoryJournal()
    const { receivedPayment } = await import('./journal/contract.ts')
    await journal.receive(receivedPayment())
    await journal.deposited(receivedPayment().reference, {
      receipt: 'r',
      atMs: 0,
      event: { id: 'msg_2', type: 'payment.deposited', data: '{}' },
    })
    const port = new URL(hook).port
    const before = connections
    const urls = [
      hook,
      `https://127.0.0.1:${port}/`,
      `https://localhost:${port}/`,
      `https://[::1]:${port}/`,
      `https://10.0.0.1:${port}/`,
      `https://[::ffff:7f00:1]:${port}/`,
    ]
    const hooks = urls.map((url) => ({ url, secret: new Uint8Array(32) }))
    const statuses: number[] = []
    const box = outbox({
      journal,
      webhooks: () => hooks,
      nowMs: () => 0,
      log: (event) => event.event === 'webhook' && statuses.push(event.status),
      to: 'public',
    })
    await box.now()
    expect([statuses, connections]).toEqual([urls.map(() => 0), before])
    await box.stop()
    await journal.close()
  })

  test('has a signature by the convention: HMAC over id, seconds and body', () => {
    const key = Buffer.alloc(24, 1)
    expect(signature({ id: 'msg_1', seconds: 1_700_000_000, body: '{}' }, key)).toBe(
      `v1,${createHmac('sha256', key).update('msg_1.1700000000.{}').digest('base64')}`,
    )
  })
})
