import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, payWith, signed } from '../testing/reader.ts'
import { lockedText, openStage, type Stage } from '../testing/stage.ts'
import { tuppenceTill } from './hono.ts'
import { nodeTill } from './node.ts'

let stage: Stage
let honoServer: ServerType
let nodeServer: Server
beforeAll(async () => {
  stage = await openStage()
  const app = new Hono()
  app.use((context, next) => tuppenceTill(stage.till())(context, next))
  app.get('/', (context) => context.text('front page'))
  honoServer = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => honoServer.once('listening', resolve))
  nodeServer = createServer((incoming, outgoing) => {
    void nodeTill(stage.till())(incoming, outgoing, (error) =>
      outgoing.writeHead(error === undefined ? 200 : 500).end('front page'),
    )
  })
  await new Promise<void>((resolve) => nodeServer.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  honoServer.close()
  nodeServer.closeAllConnections()
  nodeServer.close()
  await stage.close()
})

const base = (name: 'hono' | 'node'): string =>
  `http://127.0.0.1:${((name === 'hono' ? honoServer : nodeServer).address() as AddressInfo).port}`

describe.each(['hono', 'node'] as const)('the adapter for %s', (name) => {
  test('lets the rest of the site through', async () => {
    expect(await (await fetch(`${base(name)}/`)).text()).toBe('front page')
  })

  test('sells, and reads signatures for the till’s own origin wherever it is served', async () => {
    const reader = await newReader()
    const url = `${base(name)}/read/salt`
    const credential = credentialFor(await askFor(url), await stage.purse.token(5), reader)
    const { encodeCredential } = await import('@tuppence/protocol')
    const authorization = encodeCredential(credential)
    const paid = await fetch(url, {
      headers: await signed(stage.url('/read/salt'), reader, { headers: { authorization } }),
    })
    expect([paid.status, await paid.text()]).toEqual([200, `<p>${lockedText}</p>`])
    const head = await fetch(url, {
      method: 'HEAD',
      headers: await signed(stage.url('/read/salt'), reader, { method: 'HEAD' }),
    })
    expect([head.status, await head.text(), head.headers.get('content-type')]).toEqual([
      200,
      '',
      'text/html; charset=utf-8',
    ])
  })

  test('takes a body', async () => {
    const ask = { method: 'POST', body: '{"amount":5}' }
    const url = `${base(name)}/tip`
    expect(
      (await payWith(url, credentialFor(await askFor(url, ask), await stage.purse.token(5)), undefined, ask)).status,
    ).toBe(200)
  })

  test('takes two slashes for a path, not for a host', async () => {
    const answer = await raw(base(name), 'GET //x/read/salt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 (200|404) /)
    expect(answer).not.toContain('Payment ')
  })

  test('sees a second Authorization', async () => {
    const answer = await raw(
      base(name),
      'GET /read/salt HTTP/1.1\r\nHost: x\r\nAuthorization: Payment e30\r\nAuthorization: Payment e30\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(answer).toContain('two-credentials')
  })

  test.each([
    [
      'an absolute target',
      'GET http://elsewhere.example/read/salt HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n',
    ],
    ['no Host', 'GET /read/salt HTTP/1.0\r\n\r\n'],
    ['an odd Host', 'GET /read/salt HTTP/1.1\r\nHost: a b"c\r\nConnection: close\r\n\r\n'],
    ['a target that is no URL', 'GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a method that fetch does not know', 'TRACE /read/salt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'a header of Latin-1',
      'GET /read/salt HTTP/1.1\r\nHost: x\r\nX-Cashu: caf\xe9\r\nAuthorization: Basic \xff\r\nConnection: close\r\n\r\n',
    ],
  ])('does not fall over at %s', async (_what, request) => {
    expect(await raw(base(name), request)).toMatch(/^HTTP\/1.1 (2|4)\d\d /)
  })
})

function raw(origin: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
      socket.write(Buffer.from(request, 'latin1')),
    )
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.setTimeout(3_000, () => socket.destroy())
  })
}
