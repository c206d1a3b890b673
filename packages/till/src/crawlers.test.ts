import { describe, expect, test } from 'vitest'
import { crawlerTest } from './crawlers.ts'
import { lockedText, openStage } from './testing/stage.ts'

const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const names: Record<string, string[]> = {
  '66.249.66.1': ['crawl-66-249-66-1.googlebot.com'],
  '203.0.113.1': ['crawl-1.googlebot.com'],
  '203.0.113.2': ['googlebot.com.evil.example'],
  '203.0.113.3': ['evilgooglebot.com'],
  '203.0.113.6': ['google-proxy-1.google.com'],
}
const addresses: Record<string, string[]> = {
  'crawl-66-249-66-1.googlebot.com': ['66.249.66.1'],
  // Whoever owns an address may name it as they like; Google's own names lead elsewhere.
  'crawl-1.googlebot.com': ['66.249.66.9'],
  'googlebot.com.evil.example': ['203.0.113.2'],
  'evilgooglebot.com': ['203.0.113.3'],
  'google-proxy-1.google.com': ['203.0.113.6'],
}
function resolver() {
  const asked: string[] = []
  const sought: string[] = []
  return {
    asked,
    sought,
    reverse: async (address: string) => {
      asked.push(address)
      if (address === '203.0.113.4') throw new Error('ENOTFOUND')
      return names[address] ?? []
    },
    forward: async (name: string) => {
      sought.push(name)
      return addresses[name] ?? []
    },
  }
}
const request = (agent: string) => new Request('http://x/', { headers: { 'user-agent': agent } })

describe('a crawler', () => {
  test('is known by an address whose name leads back to it, and by nothing else', async () => {
    const dns = resolver()
    const knows = crawlerTest({ resolver: dns, nowMs: () => 0 })
    expect(await knows(request(google), '66.249.66.1')).toBe(true)
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4', '203.0.113.5', '203.0.113.6'])
      expect([address, await knows(request(google), address)]).toEqual([address, false])
    expect(await knows(request(google), undefined)).toBe(false)
    // A name that is none of an engine's is never looked up.
    expect(dns.sought).toEqual(['crawl-66-249-66-1.googlebot.com', 'crawl-1.googlebot.com'])
    expect(await knows(request('curl/8'), '66.249.66.1')).toBe(false)
    expect(await knows(request('bingbot/2.0'), '66.249.66.1')).toBe(false)
  })

  test('is asked about once a day, a stranger once an hour', async () => {
    const dns = resolver()
    let nowMs = 0
    const knows = crawlerTest({ resolver: dns, nowMs: () => nowMs })
    const ask = async () => [await knows(request(google), '66.249.66.1'), await knows(request(google), '203.0.113.9')]
    for (let i = 0; i < 5; i++) expect(await ask()).toEqual([true, false])
    expect(dns.asked).toHaveLength(2)
    nowMs = 2 * 3_600_000
    await ask()
    expect(dns.asked).toHaveLength(3)
    nowMs = 25 * 3_600_000
    await ask()
    expect(dns.asked).toHaveLength(5)
  })

  test('gets the whole text where the publisher chose so, and readers a challenge all the same', async () => {
    const dns = resolver()
    const stage = await openStage({ sells: { crawlers: 'verified', proxies: 1 }, resolver: dns })
    const get = (headers: Record<string, string>) => fetch(stage.url('/read/salt'), { headers })
    const crawled = await get({ 'user-agent': google, 'x-forwarded-for': '66.249.66.1' })
    expect([crawled.status, await crawled.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect([crawled.headers.get('x-robots-tag'), crawled.headers.get('cache-control')]).toEqual([
      'noarchive',
      'private, no-store',
    ])
    const others = [
      await get({ 'user-agent': google, 'x-forwarded-for': '203.0.113.1' }),
      // Written by who sends it, before the proxy's own entry.
      await get({ 'user-agent': google, 'x-forwarded-for': '66.249.66.1, 203.0.113.1' }),
      await get({ 'user-agent': 'curl/8', 'x-forwarded-for': '66.249.66.1' }),
    ]
    expect(others.map(({ status }) => status)).toEqual([402, 402, 402])
    await stage.restart({ config: { ...stage.config, crawlers: undefined } as never })
    expect((await get({ 'user-agent': google, 'x-forwarded-for': '66.249.66.1' })).status).toBe(402)
    await stage.close()
  })
})
