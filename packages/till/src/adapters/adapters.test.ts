import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, payWith, signed } from '../testing/reader.ts'
import { lockedText, openStage, type Stage } from '../testing/stage.ts'
import { expressTill } from './express.ts'
import { tuppenceTill } from './hono.ts'
import { nextTill, nextTillProxy } from './next.ts'
import { nodeTill } from './node.ts'

let stage: Stage
let honoServer: ServerType
let nodeServer: Server
let expressServer: Server
let mountedServer: Server
let nextServer: ServerType
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
  expressServer = await listen((app) => app.use((...all) => expressTill(stage.till())(...all)))
  mountedServer = await listen((app) => app.use(['/read', '/tip'], (...all) => expressTill(stage.till())(...all)))
  // As Next does: Request in, Response out; what the middleware leaves goes to the routes.
  nextServer = serve({
    fetch: async (request) => {
      const answered = await nextTillProxy(Promise.resolve(stage.till()))(request)
      return answered ?? new Response('front page')
    },
    port: 0,
    hostname: '127.0.0.1',
  })
  await new Promise((resolve) => nextServer.once('listening', resolve))
})

function listen(mount: (app: express.Express) => void): Promise<Server> {
  const app = express()
  mount(app)
  app.use(express.json())
  app.use((request: express.Request, response: express.Response) => void response.send('front page'))
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server))
  })
}
afterAll(async () => {
  for (const server of Object.values(servers())) {
    ;(server as Server).closeAllConnections()
    server.close()
  }
  await stage.close()
})

const names = ['hono', 'node', 'express', 'express, mounted', 'next'] as const
const servers = (): Record<(typeof names)[number], Server | ServerType> => ({
  hono: honoServer,
  node: nodeServer,
  express: expressServer,
  'express, mounted': mountedServer,
  next: nextServer,
})
const base = (name: (typeof names)[number]): string =>
  `http://127.0.0.1:${(servers()[name].address() as AddressInfo).port}`

describe.each(names)('the adapter for %s', (name) => {
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

describe('the routes for Next', () => {
  test('answer for the till, and 404 for the rest', async () => {
    const { GET, POST, HEAD, OPTIONS } = nextTill(Promise.resolve(stage.till()))
    expect((await GET(new Request(stage.url('/read/salt')))).status).toBe(402)
    expect((await HEAD(new Request(stage.url('/read/salt'), { method: 'HEAD' }))).status).toBe(402)
    expect((await OPTIONS(new Request(stage.url('/read/salt'), { method: 'OPTIONS' }))).status).toBe(204)
    expect((await POST(new Request(stage.url('/tip'), { method: 'POST', body: '{"amount":5}' }))).status).toBe(402)
    expect((await GET(new Request(stage.url('/else')))).status).toBe(404)
  })
})

describe('an adapter', () => {
  test.each(['hono', 'node', 'express', 'next'])('for %s has at most 60 lines', async (name) => {
    const { readFile } = await import('node:fs/promises')
    const text = await readFile(new URL(`${name}.ts`, import.meta.url), 'utf8')
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  })

  test.each(['hono', 'node', 'express'] as const)('for %s tells where a request came from', async (name) => {
    const seen: (string | undefined)[] = []
    const till = {
      handle: async (_request: Request, from?: { address?: string | undefined }) => (
        seen.push(from?.address),
        new Response('')
      ),
    }
    const app = new Hono().use(tuppenceTill(till))
    const server =
      name === 'hono'
        ? (serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server)
        : createServer(name === 'node' ? (i, o) => void nodeTill(till)(i, o) : express().use(expressTill(till))).listen(
            0,
            '127.0.0.1',
          )
    await new Promise((resolve) => server.once('listening', resolve))
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(seen).toEqual(['127.0.0.1'])
    server.closeAllConnections()
    server.close()
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
