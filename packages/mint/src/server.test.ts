import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import type { Funding } from './funding/port.ts'
import { createMint } from './mint.ts'
import { activeKeyset, draft, startTestMint, topUp, type TestMint } from './testing/mint.ts'

let mint: TestMint | undefined
afterEach(async () => {
  await mint?.close()
  mint = undefined
})

/** Resolves with how long a socket stayed open, in milliseconds. */
const lifetime = (socket: Socket): Promise<number> => {
  const openedMs = performance.now()
  return new Promise((resolve) => socket.once('close', () => resolve(performance.now() - openedMs)))
}

/** Opens quotes all in one turn of the event loop, so that none is done before the last has come. */
const openQuotes = (on: TestMint, count: number): Promise<Response[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      on.served.app.fetch(
        new Request('http://mint.example/v1/mint/quote/test', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ amount: 1, unit: 'usd' }),
        }),
      ),
    ),
  )

describe('a mint with more to do than it may', () => {
  test('refuses over its socket without reading a body, is still alive, and goes on', async () => {
    const entered = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const slow: Funding = {
      method: 'slow',
      name: 'Slow',
      units: ['usd'],
      minAmount: 1,
      maxAmount: 10,
      request: async () => {
        entered.resolve()
        await release.promise
        return 'paid at last'
      },
    }
    mint = await startTestMint({ limits: { inFlightMax: 1 } }, { ports: { funding: new Map([['slow', slow]]) } })
    const first = mint.post('/v1/mint/quote/slow', { amount: 1, unit: 'usd' })
    await entered.promise
    // The body never comes, and the answer does all the same.
    const refused = await new Promise<string>((resolve, reject) => {
      const socket = connect(mint?.served.port ?? 0, '127.0.0.1', () => {
        socket.write(
          'POST /v1/swap HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n',
        )
      })
      socket.on('error', reject)
      socket.on('data', (data) => {
        resolve(String(data))
        socket.destroy()
      })
    })
    expect(refused).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"detail":"overloaded/is)
    expect((await mint.get('/health')).status).toBe(200)
    release.resolve()
    expect((await first).status).toBe(200)
    expect((await mint.get('/v1/keys')).status).toBe(200)
    expect(mint.served.metrics.text()).toContain('route="(refused)",status="503"} 1')
  })

  test.each([
    ['at once', { inFlightMax: 3 }],
    ['in the queue to the ledger', { queueMax: 3 }],
  ])('%s says 503 and when to come back, and has done nothing of what it refused', async (_, limits) => {
    mint = await startTestMint({ limits })
    const quotes = openQuotes(mint, 30)
    const healths = await Promise.all(
      [1, 2, 3].map(() => (mint as TestMint).served.app.fetch(new Request('http://m/health'))),
    )
    const answers = await quotes
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(3)
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused).toHaveLength(27)
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    expect(healths.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await healths[0]?.json()).toEqual({ status: 'ok', curve: 'native' })
    expect(await refused[0]?.json()).toMatchObject({ detail: expect.stringContaining('overloaded') as string })
    expect(await mint.served.ledger.totals()).toMatchObject({ operations: 3 })
    expect((await mint.post('/v1/mint/quote/test', { amount: 1, unit: 'usd' })).status).toBe(200)
  })
})

describe('a client that dawdles', () => {
  test('loses its socket, whether over the head or the body', async () => {
    mint = await startTestMint({ limits: { headersTimeoutMs: 300, requestTimeoutMs: 600 } })
    const head = connect(mint.served.port, '127.0.0.1', () => head.write('POST /v1/swap HTTP/1.1\r\nHost: x\r\n'))
    const body = connect(mint.served.port, '127.0.0.1', () =>
      body.write('POST /v1/swap HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'),
    )
    head.on('error', () => {})
    body.on('error', () => {})
    const [headMs, bodyMs] = await Promise.all([lifetime(head.resume()), lifetime(body.resume())])
    expect(headMs).toBeLessThan(3000)
    expect(bodyMs).toBeLessThan(4000)
    expect((await mint.get('/health')).status).toBe(200)
  })
})

describe('a client that hangs up in the middle', () => {
  test('is no error of the mint, with a length told or not', async () => {
    mint = await startTestMint()
    for (const length of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const socket = connect(mint.served.port, '127.0.0.1', () =>
        socket.write(
          `POST /v1/swap HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n1\r\n{\r\n`,
        ),
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.destroy()
    }
    const lines = () => mint?.log.filter((line) => line.includes('/v1/swap')) ?? []
    while (lines().length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(lines().every((line) => line.includes('"level":"info"') && line.includes('"code":"cancelled"'))).toBe(true)
    expect(mint.log.join('')).not.toContain('"level":"error"')
  })
})

describe('a mint that ends', () => {
  test('answers what is in flight, keeps it, and refuses the rest', async () => {
    const first = await startTestMint()
    const keyset = await activeKeyset(first)
    const coins = await topUp(
      first,
      Array.from({ length: 20 }, () => 1),
    )
    const swaps = coins.map((coin) => ({ inputs: [coin], outputs: draft(keyset, [1]).outputs }))
    const answers = swaps.map((swap) => first.post('/v1/swap', swap).catch(() => undefined))
    await Promise.race(answers)
    await first.served.close()
    const settled = await Promise.all(answers)
    expect(settled.some((answer) => answer?.status === 200)).toBe(true)
    expect(settled.every((answer) => answer === undefined || answer.status === 200 || answer.status === 503)).toBe(true)

    mint = await startTestMint({}, { dataDir: first.dataDir })
    for (const [index, swap] of swaps.entries()) {
      const again = await mint.post('/v1/swap', swap)
      const before = settled[index]
      expect(again).toMatchObject({ status: 200, ...(before?.status === 200 ? { text: before.text } : {}) })
    }
  })

  test('ends once however often it is told, and lets no second mint serve its folder meanwhile', async () => {
    mint = await startTestMint()
    const config = parseConfig({ dataDir: mint.dataDir })
    await expect(createMint(config)).rejects.toMatchObject({
      code: 'storage-unavailable',
      message: expect.stringContaining('another mint') as string,
    })
    await mint.served.close()
    await (await createMint(config)).close()
  })
})

describe('a mint without a socket', () => {
  test('answers requests as Request -> Response', async () => {
    mint = await startTestMint()
    const { app } = mint.served
    const response = await app.fetch(new Request('http://mint.example/v1/keysets'))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ keysets: [{ unit: 'usd' }] })
    const [opened] = await openQuotes(mint, 1)
    expect(await opened?.json()).toMatchObject({ state: 'UNPAID' })
  })
})
