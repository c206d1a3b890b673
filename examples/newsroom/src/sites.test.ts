import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAmount, parseChallenges } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diary } from './blog.ts'
import { newspaper } from './news.ts'
import { toHtml, toPlain } from './prose.ts'
import { offerPath, openSite, type Places, type Publisher, type Site } from './publisher.ts'

// Nothing listens at the mint: no page and no challenge may need it.
const places: Places = {
  site: 'http://news.localhost:4041',
  wallet: 'http://wallet.localhost:4040',
  mint: 'http://mint.localhost:4043',
  mintInternal: 'http://127.0.0.1:9',
  neighbour: 'http://blog.localhost:4042',
}

const squeeze = (text: string): string =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
const longSentences = (text: string): string[] => toPlain(text).filter((sentence) => sentence.length > 24)

describe.each([
  ['the newspaper', newspaper],
  ['the blog', diary],
] as const)('%s', (_name, make) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'newsroom-'))
  let publisher: Publisher
  let site: Site
  const seen = new Map<string, { status: number; type: string; body: string; headers: Headers }>()
  const get = (path: string, headers: Record<string, string> = {}) => site.app.request(places.site + path, { headers })

  beforeAll(async () => {
    publisher = make(places)
    site = await openSite(publisher, places, { dataDir, log: () => {} })
    // Every address that a reader, or a crawler, can get to without paying.
    const queue = [
      '/',
      '/nothing-here',
      '/tip',
      ...publisher.articles.filter(({ locked }) => locked !== '').map(offerPath),
    ]
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path)) continue
      const response = await get(path, { accept: 'text/html,*/*;q=0.8' })
      const body = await response.text()
      seen.set(path, {
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        body,
        headers: response.headers,
      })
      for (const [, found] of body.matchAll(/(?:href|src)="(\/[^"#]*)/g)) queue.push(found as string)
    }
  })
  afterAll(async () => {
    await site.close()
    rmSync(dataDir, { recursive: true })
  })

  test('serves its pages, style sheet and pictures', () => {
    expect(seen.size).toBeGreaterThan(publisher.articles.length * 2)
    for (const [path, { status }] of seen)
      expect([path, status]).toEqual([
        path,
        path === '/nothing-here' ? 404 : path.startsWith('/read/') && status === 402 ? 402 : 200,
      ])
  })

  test('shows no locked sentence anywhere before payment', () => {
    const everything = [...seen.values()].map(({ body }) => squeeze(body)).join('\n')
    for (const { locked, teaser } of publisher.articles) {
      for (const sentence of longSentences(locked)) expect(everything).not.toContain(sentence)
      // The same search finds what is public, and would find the locked text where it is delivered.
      for (const sentence of longSentences(teaser)) expect(everything).toContain(sentence)
      for (const sentence of longSentences(locked)) expect(squeeze(toHtml(locked))).toContain(sentence)
    }
  })

  test('asks for the price with a challenge that a wallet can read', async () => {
    const sold = publisher.articles.filter(({ locked }) => locked !== '')
    expect(sold.length).toBeGreaterThan(2)
    for (const article of sold) {
      const page = seen.get(`/articles/${article.slug}`)?.body ?? ''
      const href = /<tuppence-unlock\b[^>]*\bhref="([^"]+)"/.exec(page)?.[1]
      expect(href).toBe(offerPath(article))
      const response = await get(href as string)
      expect(response.status).toBe(402)
      const [challenge] = parseChallenges(response.headers.get('www-authenticate') ?? '')
      expect(challenge).toMatchObject({
        method: 'cashu',
        intent: 'charge',
        request: { amount: String(parseAmount(article.price, 'usd')), currency: 'usd' },
        opaque: { offer: article.slug, path: href, sites: places.site, title: article.headline },
      })
      expect(await response.text()).not.toContain(article.headline)
    }
  })

  test('shows a browser that opens a locked address teaser, link and reason, and keeps crawlers out', () => {
    for (const article of publisher.articles.filter(({ locked }) => locked !== '')) {
      const { status, headers, body } = seen.get(offerPath(article))!
      expect(status).toBe(402)
      expect(headers.get('x-robots-tag')).toBe('noindex')
      expect(headers.get('www-authenticate')).toContain('method="cashu"')
      expect(body).toContain(`href="/articles/${article.slug}"`)
      expect(squeeze(body)).toContain(longSentences(article.teaser)[0])
      expect(squeeze(body)).toMatch(
        /The rest of this story costs \d+¢\. A pay button belongs here: your browser has JavaScript switched off/,
      )
    }
  })

  test('tells search engines what is behind the wall', () => {
    for (const article of publisher.articles) {
      const { body } = seen.get(`/articles/${article.slug}`)!
      const data = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(body)?.[1] ?? '') as Record<
        string,
        unknown
      >
      const sold = article.locked !== ''
      expect(data).toMatchObject({
        '@context': 'https://schema.org',
        '@type': 'NewsArticle',
        headline: article.headline,
        author: [{ '@type': 'Person', name: article.byline }],
        publisher: { '@type': 'Organization' },
        mainEntityOfPage: `${places.site}/articles/${article.slug}`,
        isAccessibleForFree: !sold,
      })
      expect(new Date(data['datePublished'] as string).toISOString()).toContain(article.date)
      if (!sold) continue
      expect(data['hasPart']).toEqual({
        '@type': 'WebPageElement',
        isAccessibleForFree: false,
        cssSelector: '.paywalled',
      })
      expect(body).toMatch(/<tuppence-unlock\b[^>]*\bclass="paywalled"/)
    }
  })

  test('lets in the wallet’s script and frame, and nothing else from anywhere', () => {
    for (const [path, { headers, type }] of seen) {
      const policy = headers.get('content-security-policy') ?? ''
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      if (!type.startsWith('text/html')) continue
      expect(policy).toContain(`script-src 'self' ${places.wallet};`)
      expect(policy).toContain(`frame-src ${places.wallet};`)
      expect(policy).not.toMatch(/unsafe|\*|data:/)
    }
    for (const { body, type } of seen.values()) {
      if (!type.startsWith('text/html')) continue
      for (const [tag] of body.matchAll(/<script\b[^>]*>/g))
        expect(tag).toMatch(
          /^<script type="(application\/ld\+json"|module" src="http:\/\/wallet\.localhost:4040\/tuppence\.js")>$/,
        )
      expect(body).not.toMatch(/\son[a-z]+=|\sstyle=|<style/)
    }
  })

  test('takes tips by POST, for the amount that the reader names', async () => {
    const tip = (amount: number) =>
      site.app.request(`${places.site}/tip`, {
        method: 'POST',
        body: JSON.stringify({ amount }),
        headers: { 'content-type': 'application/json' },
      })
    const response = await tip(25)
    expect(response.status).toBe(402)
    expect(parseChallenges(response.headers.get('www-authenticate') ?? '')[0]).toMatchObject({
      request: { amount: '25' },
      opaque: { kind: 'tip' },
    })
    expect((await tip(1)).status).toBe(400)
  })

  test('sends pictures compressed, and not again while they are the same', async () => {
    const path = `/pictures/${publisher.articles[0]!.slug}.svg`
    const zipped = await get(path, { 'accept-encoding': 'br, gzip' })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    const again = await get(path, { 'if-none-match': zipped.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
  })
})
