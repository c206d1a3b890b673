import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { claimPorts, parts, readPorts, usualPorts } from './ports.ts'

describe('readPorts', () => {
  test('uses the usual ports where nothing is said', () => {
    expect(readPorts(() => undefined)).toEqual(usualPorts)
    expect(readPorts((part) => (part === 'news' ? '5000' : undefined))).toEqual({ ...usualPorts, news: 5000 })
  })

  test.each(['', 'x', '-1', '65536', '4e3'])('refuses %j', (text) => {
    expect(() => readPorts((part) => (part === 'blog' ? text : undefined))).toThrow('is not a port for the blog')
  })

  test('refuses one port for two parts', () => {
    expect(() => readPorts((part) => (part === 'mint' || part === 'news' ? '5000' : undefined))).toThrow(
      'port 5000 was given to both the mint and the news',
    )
  })
})

describe('claimPorts', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  test('finds a different free port for each 0', async () => {
    const ports = await claimPorts({ mint: 0, news: 0, blog: 0, wallet: 0 })
    expect(new Set(parts.map((part) => ports[part])).size).toBe(4)
    for (const part of parts) expect(ports[part]).toBeGreaterThan(1023)
  })

  test('names the port that is in use, whose it would be, and how to move it', async () => {
    server = createServer()
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect(claimPorts({ mint: 0, news: port, blog: 0, wallet: 0 })).rejects.toThrow(
      `port ${port} of the news is in use: stop what is on it, or choose another with --news-port or TUPPENCE_NEWS_PORT`,
    )
  })
})
