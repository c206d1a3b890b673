import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mintRoutes, routePath } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStreet, type Street } from '../testing/street.ts'
import { mintClient } from './mint.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

/** What one call of the client sends. */
async function sent(call: (client: ReturnType<typeof mintClient>) => Promise<unknown>) {
  const requests: string[] = []
  const client = mintClient(async (url, { method = 'GET' } = {}) => {
    requests.push(`${method} ${new URL(url).pathname}`)
    return new Response('{}')
  })
  await call(client).catch(() => {})
  return requests
}

const line = (route: { method: string; path: string }, parts?: Record<string, string>) => [
  `${route.method} ${routePath(route, parts)}`,
]
const mint = 'https://mint.example'
const quoteOf = { method: 'test', quote: 'a b/c' }

describe('the mint client', () => {
  test('goes where the route table says', async () => {
    const { keysets, keysOf, receiptKeys, info, quote, quoteState, testPay, swap, issue, checkState, restore } =
      mintRoutes
    expect(await sent((client) => client.keysets(mint))).toEqual(line(keysets))
    expect(await sent((client) => client.keysOf(mint, '01ab'))).toEqual(line(keysOf, { keyset: '01ab' }))
    expect(await sent((client) => client.receiptKeys(mint))).toEqual(line(receiptKeys))
    expect(await sent((client) => client.fundingMethods(mint))).toEqual(line(info))
    expect(await sent((client) => client.quote(mint, { method: 'test', amount: 1, unit: 'usd', pubkey: '' }))).toEqual(
      line(quote, { method: 'test' }),
    )
    expect(await sent((client) => client.quoteState(mint, quoteOf))).toEqual(line(quoteState, quoteOf))
    expect(await sent((client) => client.testPay(mint, 'q'))).toEqual(line(testPay))
    expect(await sent((client) => client.sign(mint, { path: '/v1/swap', body: '{}' }))).toEqual(line(swap))
    expect(await sent((client) => client.sign(mint, { path: '/v1/mint/test', body: '{}' }))).toEqual(
      line(issue, { method: 'test' }),
    )
    expect(await sent((client) => client.checkState(mint, []))).toEqual(line(checkState))
    expect(await sent((client) => client.restore(mint, []))).toEqual(line(restore))
  })

  test('never tries again', async () => {
    for (const status of [408, 429, 500, 503]) {
      let asked = 0
      const client = mintClient(async () => {
        asked++
        return new Response('', { status, headers: { 'retry-after': '0' } })
      })
      await client.keysets(mint).catch(() => {})
      await client.sign(mint, { path: '/v1/swap', body: '{}' })
      expect(asked).toBe(2)
    }
  })

  test('tells what it may of a failure', async () => {
    const says = (make: () => Response | Promise<never>) => mintClient(async () => make())
    await expect(says(() => new Response('', { status: 500 })).keysets(mint)).rejects.toMatchObject({
      code: 'mint-unavailable',
      retry: 'after-recover',
    })
    await expect(says(() => Promise.reject(new TypeError('fetch failed'))).keysets(mint)).rejects.toMatchObject({
      code: 'mint-unavailable',
    })
    await expect(says(() => new Response('<html>')).keysets(mint)).rejects.toMatchObject({
      code: 'mint-response-invalid',
    })
    await expect(says(() => new Response('x'.repeat(1_100_000))).keysets(mint)).rejects.toMatchObject({
      code: 'response-too-large',
    })
    const refusing = says(() => new Response('{"code":20003,"detail":"minting-disabled: no"}', { status: 400 }))
    await expect(refusing.keysets(mint)).rejects.toMatchObject({ code: 'minting-disabled' })
    expect(await refusing.sign(mint, { path: '/v1/swap', body: '{}' })).toEqual({
      status: 'refused',
      nut: 20_003,
      reason: 'minting-disabled',
    })
    const foreign = says(() => new Response('{"code":11001,"detail":"Token already spent"}', { status: 400 }))
    expect(await foreign.sign(mint, { path: '/v1/swap', body: '{}' })).toEqual({
      status: 'refused',
      nut: 11_001,
      reason: 'nut-11001',
    })
  })

  test('takes no answer that leaves it open for a no', async () => {
    const swap = { path: '/v1/swap', body: '{}' }
    const says = (status: number, body: string) => mintClient(async () => new Response(body, { status }))
    const open = { status: 'unknown', code: 'payment-in-progress' }
    for (const status of [408, 409, 425, 429]) expect(await says(status, '').sign(mint, swap)).toEqual(open)
    for (const code of [11_002, 11_004, 20_005])
      expect(await says(400, JSON.stringify({ code, detail: 'pending' })).sign(mint, swap)).toEqual(open)
  })

  test('waits no longer for a body than for its headers', async () => {
    const server = createServer((_, answer) => void answer.writeHead(200).write('{'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const slow = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = mintClient(undefined, 100)
    await expect(client.keysets(slow)).rejects.toMatchObject({ code: 'mint-timeout' })
    expect(await client.sign(slow, { path: '/v1/swap', body: '{}' })).toEqual({
      status: 'unknown',
      code: 'mint-timeout',
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }, 3_000)

  test('reads what the real mint says of its funding', async () => {
    expect(await mintClient().fundingMethods(street.mint.url)).toMatchObject([{ method: 'test', unit: 'usd' }])
  })
})
