import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { exchange } from './exchange.ts'

const answer = (body: string, head = ''): string =>
  `HTTP/1.1 200 OK\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

let server: Server | undefined
afterEach(() => void server?.close())

/** A server that answers the n-th request of the k-th connection as told; undefined closes the connection. */
async function serve(say: (connection: number, request: number) => string | undefined): Promise<string> {
  let connections = 0
  server = createServer((socket) => {
    const connection = ++connections
    let requests = 0
    socket.on('error', () => {})
    socket.on('data', () => {
      const text = say(connection, ++requests)
      if (text === undefined) socket.resetAndDestroy()
      else socket.write(text)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/deposit`
}

const question = (url: string) => ({ url, method: 'POST', body: '{}', timeoutMs: 500 })

describe('an exchange with the mint', () => {
  test('keeps its connection for the next', async () => {
    const url = await serve((connection, request) => answer(`${connection}.${request}`))
    expect(await exchange(question(url))).toEqual({ status: 200, body: '1.1' })
    expect(await exchange(question(url))).toEqual({ status: 200, body: '1.2' })
  })

  test('asks again when a kept connection turns out to be closed, and then no more', async () => {
    const seen: string[] = []
    const url = await serve((connection, request) => {
      seen.push(`${connection}.${request}`)
      return request === 1 && connection < 3 ? answer(`${connection}`) : undefined
    })
    await exchange(question(url))
    expect((await exchange(question(url))).body).toBe('2')
    await expect(exchange(question(url))).rejects.toThrow()
    expect(seen).toEqual(['1.1', '1.2', '2.1', '3.1'])
  })

  test('does not repeat what failed on a new connection', async () => {
    let asked = 0
    const url = await serve(() => void asked++)
    await expect(exchange(question(url))).rejects.toThrow()
    expect(asked).toBe(1)
  })

  test.each([
    ['no answer within the time', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab'],
    ['more than the limit', answer('x'.repeat(1_048_577))],
    ['what is not HTTP', 'hello\r\n\r\n'],
  ])('fails on %s', async (_what, text) => {
    const url = await serve(() => text)
    await expect(exchange(question(url))).rejects.toThrow()
  })

  test('gives any status as it is and follows nothing', async () => {
    const url = await serve(() => answer('gone', 'location: /elsewhere\r\n').replace('200 OK', '307 Elsewhere'))
    expect(await exchange(question(url))).toEqual({ status: 307, body: 'gone' })
  })
})
