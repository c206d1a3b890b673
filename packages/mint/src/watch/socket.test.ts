import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { paidQuote, startTestMint, type TestMint } from '../testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startTestMint()
})
afterAll(() => mint.close())

interface Told {
  readonly id?: number | string | null
  readonly result?: { readonly status: string; readonly subId: string }
  readonly error?: { readonly code: number; readonly message: string }
  readonly params?: { readonly subId: string; readonly payload: { readonly state: string } }
}

/** A client that keeps what it is told. */
async function open(): Promise<{ socket: WebSocket; told: Told[]; send: (message: unknown) => void }> {
  const socket = new WebSocket(`${mint.url.replace('http', 'ws')}/v1/ws`)
  const told: Told[] = []
  socket.on('message', (data) => told.push(JSON.parse(String(data)) as Told))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return {
    socket,
    told,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  }
}

const subscribe = (id: number, params: object) => ({ jsonrpc: '2.0', id, method: 'subscribe', params })
const closed = (socket: WebSocket) => expect.poll(() => socket.readyState, { timeout: 10_000 }).toBe(WebSocket.CLOSED)

describe('a WebSocket', () => {
  test('NUT-17: answers first, then tells the state, then changes, until it is told to stop', async () => {
    const { socket, told, send } = await open()
    const opened = await mint.post('/v1/mint/quote/test', { amount: 5, unit: 'usd' })
    const { quote } = JSON.parse(opened.text) as { quote: string }
    send(subscribe(1, { kind: 'test_mint_quote', subId: 's', filters: [quote] }))
    await expect.poll(() => told.length).toBe(2)
    expect(told[0]).toEqual({ jsonrpc: '2.0', result: { status: 'OK', subId: 's' }, id: 1 })
    expect(told[1]?.params).toMatchObject({ subId: 's', payload: { quote, state: 'UNPAID' } })
    await mint.post('/v1/test/pay', { quote })
    await expect.poll(() => told[2]?.params?.payload.state).toBe('PAID')
    send({ jsonrpc: '2.0', id: 2, method: 'unsubscribe', params: { subId: 's' } })
    await expect.poll(() => told[3]?.result?.status).toBe('OK')
    send({ jsonrpc: '2.0', id: 3, method: 'unsubscribe', params: { subId: 's' } })
    await expect.poll(() => told[4]?.error?.code).toBe(-32_602)
    socket.close()
  })

  test.each<[string, unknown, number]>([
    ['no JSON', 'x', -32_700],
    ['no request', { id: 1 }, -32_600],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'shout' }, -32_601],
    ['an unknown kind', subscribe(1, { kind: 'weather', subId: 's', filters: [] }), -32_602],
    ['a quote that is not there', subscribe(1, { kind: 'test_mint_quote', subId: 's', filters: ['nobody'] }), -32_602],
    ['a method that is not there', subscribe(1, { kind: 'gold_melt_quote', subId: 's', filters: ['q'] }), -32_602],
    ['what is no point', subscribe(1, { kind: 'proof_state', subId: 's', filters: ['02'] }), -32_602],
    [
      'too many at once',
      subscribe(1, { kind: 'proof_state', subId: 's', filters: Array.from({ length: 257 }, String) }),
      -32_602,
    ],
  ])('says what is wrong with %s, and goes on', async (_, message, code) => {
    const { socket, told, send } = await open()
    send(message)
    await expect.poll(() => told[0]?.error?.code).toBe(code)
    send(subscribe(2, { kind: 'test_mint_quote', subId: 's', filters: [await paidQuote(mint, 1)] }))
    await expect.poll(() => told[1]?.result?.status).toBe('OK')
    socket.close()
  })

  test('is cut off for bytes, for what is too long, and for talking without end', async () => {
    const [bytes, long, talkative] = [await open(), await open(), await open()]
    bytes.socket.send(Buffer.from([1, 2, 3]))
    long.send('x'.repeat(70_000))
    for (let count = 0; count < 200; count++) if (talkative.socket.readyState === WebSocket.OPEN) talkative.send('{}')
    for (const { socket } of [bytes, long, talkative]) await closed(socket)
    const elsewhere = new WebSocket(`${mint.url.replace('http', 'ws')}/v1/other`)
    await expect(new Promise((resolve, reject) => elsewhere.on('open', resolve).on('error', reject))).rejects.toThrow(
      '404',
    )
  })

  test('takes a hundred messages of anything, and the mint goes on', async () => {
    const message = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.string({ maxLength: 200 }),
      fc.jsonValue().map((params) => JSON.stringify(subscribe(1, { params }))),
    )
    const { socket, told, send } = await open()
    for (const text of fc.sample(message, 100)) send(text)
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(100)
    expect(told.every(({ error }) => error !== undefined)).toBe(true)
    socket.close()
    expect((await mint.get('/health')).status).toBe(200)
    expect(mint.log.join('')).not.toContain('socket-failed')
  })
})
