import { describe, expect, test } from 'vitest'
import { acceptInit, acceptReady, bridgeVersions, readyMessage } from './handshake.ts'
import type { HandshakeEvent } from './handshake.ts'
import { openElementMessenger, openFrameMessenger } from './messenger.ts'

const nonce = 'Zm9vYmFyZm9vYmFyZm9vYg'
const page = { name: 'page' }
const frame = { name: 'frame' }
const wallet = 'https://wallet.example'
const news = 'https://news.example'
const event = (changes: Partial<HandshakeEvent>): HandshakeEvent => ({
  data: null,
  origin: '',
  source: null,
  ports: [],
  ...changes,
})

describe('acceptReady (element)', () => {
  const ready = event({ data: readyMessage(nonce), origin: wallet, source: frame })
  const expected = { source: frame, origin: wallet }

  test('answers with the best common version and the nonce', () => {
    expect(acceptReady(ready, expected)).toEqual({ tuppence: 'init', version: 1, nonce })
    const newer = { ...ready, data: { tuppence: 'ready', versions: [9, 1], nonce } }
    expect(acceptReady(newer, expected)).toMatchObject({ version: 1 })
  })

  test.each<[string, Partial<HandshakeEvent>]>([
    ['another window', { source: page }],
    ['no window', { source: null }],
    ['another origin', { origin: news }],
    ['an opaque origin', { origin: 'null' }],
    ['no data', { data: null }],
    ['text', { data: 'ready' }],
    ['another message', { data: { ...readyMessage(nonce), tuppence: 'init' } }],
    ['no common version', { data: { ...readyMessage(nonce), versions: [2] } }],
    ['versions as text', { data: { ...readyMessage(nonce), versions: '1' } }],
    ['no nonce', { data: { tuppence: 'ready', versions: [1] } }],
    ['a long nonce', { data: readyMessage('x'.repeat(65)) }],
  ])('says nothing to %s', (_, changes) => {
    expect(acceptReady({ ...ready, ...changes }, expected)).toBeUndefined()
  })
})

describe('acceptInit (frame)', () => {
  const { port1: port, port2 } = new MessageChannel()
  port.close()
  port2.close()
  const init = event({ data: { tuppence: 'init', version: 1, nonce }, origin: news, source: page, ports: [port] })
  const expected = { source: page, origin: news, nonce }

  test('takes the port', () => {
    expect(acceptInit(init, expected)).toBe(port)
  })

  test.each<[string, Partial<HandshakeEvent>]>([
    ['another window', { source: frame }],
    ['another origin', { origin: 'https://ad.example' }],
    ['another nonce', { data: { tuppence: 'init', version: 1, nonce: 'x' } }],
    ['no nonce', { data: { tuppence: 'init', version: 1 } }],
    ['a version that was not offered', { data: { tuppence: 'init', version: 2, nonce } }],
    ['a version as text', { data: { tuppence: 'init', version: '1', nonce } }],
    ['another message', { data: { tuppence: 'ready', version: 1, nonce } }],
    ['null', { data: null }],
    ['no port', { ports: [] }],
    ['two ports', { ports: [port, port] }],
  ])('takes nothing from %s', (_, changes) => {
    expect(acceptInit({ ...init, ...changes }, expected)).toBeUndefined()
  })
})

describe('the whole handshake', () => {
  test('ends with two ends that talk', async () => {
    expect(bridgeVersions).toEqual([1])
    // Window messages go through a channel as well, since structured clones are what arrives.
    const windows = new MessageChannel()
    const receive = (at: MessagePort) => {
      at.start()
      return new Promise<MessageEvent>((resolve) => at.addEventListener('message', resolve, { once: true }))
    }
    const toPage = receive(windows.port1)
    const toFrame = receive(windows.port2)
    windows.port2.postMessage(readyMessage(nonce))
    const init = acceptReady(event({ data: (await toPage).data, origin: wallet, source: frame }), {
      source: frame,
      origin: wallet,
    })
    const { port1, port2 } = new MessageChannel()
    windows.port1.postMessage(init, [port2])
    const { data, ports } = await toFrame
    const port = acceptInit(event({ data, ports, origin: news, source: page }), { source: page, origin: news, nonce })
    const answer = new Promise((resolve) => {
      const end = openElementMessenger(port1, resolve)
      end.send({ t: 'unlock', id: 'a', url: '/read/x' })
    })
    const walletEnd = openFrameMessenger(port as MessagePort, ({ id }) =>
      walletEnd.send({ t: 'failed', id, reason: 'bad-offer' }),
    )
    expect(await answer).toEqual({ t: 'failed', id: 'a', reason: 'bad-offer' })
    for (const each of [port1, port as MessagePort, windows.port1, windows.port2]) each.close()
  })
})
