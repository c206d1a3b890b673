// What the newspaper and the blog have in common: a hono app with a till in front, its security headers, its articles.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import { createTill, type Content, type Offer, type Till, type TillConfig, type TillOptions } from '@tuppence/till'
import { tuppenceTill } from '@tuppence/till/hono'
import type { Article } from './article.ts'
import type { Assets } from './assets.ts'
import { secureHeaders } from './policy.ts'
import { toHtml } from './prose.ts'

/** A page, or a part of one; nothing in it needs more escaping. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Where the parts of the demo are; every process gets it. Origins are public ones, `mintInternal` is for the tills. */
export type Places = Readonly<{
  site: string
  wallet: string
  mint: string
  mintInternal: string
  /** The other publisher, for a link. */
  neighbour: string
}>

/** Free articles, a cap on what a reader pays, passes, money back. */
export type SaleTerms = Pick<TillConfig, 'free' | 'cap' | 'passes' | 'refund'>

/** A publisher: what it is called at the mint, what it sells, and how its pages look. */
export type Publisher = Readonly<{
  account: string
  articles: readonly Article[]
  tip: Readonly<{ title: string; thanks: string }>
  /** What it does besides selling at a price. */
  terms: SaleTerms
  assets: Assets
  /** Public pages by path; undefined is a 404. */
  page: (path: string) => Html | undefined
  /** The page of a locked address that a browser opened by itself. */
  lockedPage: (article: Article) => Html
  tipPage: () => Html
  notFound: () => Html
}>

/** An open site: `app` answers, `close` waits for the till. */
export type Site = Readonly<{ app: Hono; till: Till; close: () => Promise<void> }>

/** Path of the offer that sells an article's locked part. */
export const offerPath = (article: Pick<Article, 'slug'>): string => `/read/${article.slug}`

/** The till's configuration of a publisher: an offer for each article that costs something, and the tip jar. */
export function tillConfig({ account, articles, tip, terms }: Publisher, places: Places, dataDir: string): TillConfig {
  const sold = articles.filter((article) => article.locked !== '')
  return {
    origin: places.site,
    account,
    mint: { url: places.mint, internalUrl: places.mintInternal },
    dataDir,
    ...terms,
    insights: { adminToken: insightsToken(dataDir) },
    offers: [
      ...sold.map((article) => ({
        kind: 'article' as const,
        id: article.slug,
        path: offerPath(article),
        title: article.headline,
        price: article.price,
      })),
      { kind: 'tip', id: 'tip', path: '/tip', title: tip.title, min: '0.05', max: '50' },
    ],
  }
}

/** What opens a publisher's insights, at /insights: made on the first start, and kept in a file that its owner can read. */
function insightsToken(dataDir: string): string {
  const file = join(dataDir, 'insights.token')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  }
  return readFileSync(file, 'utf8').trim()
}

/**
 * Opens a publisher's site.
 *
 * @param options - Replaces parts of the till, for tests.
 */
export async function openSite(
  publisher: Publisher,
  places: Places,
  { dataDir, ...options }: { dataDir: string } & Partial<Pick<TillOptions, 'mint' | 'log' | 'journal'>>,
): Promise<Site> {
  const bySlug = new Map(publisher.articles.map((article) => [article.slug, article]))
  const article = (offer: Offer): Article => {
    const found = bySlug.get(offer.id)
    if (!found) throw new Error(`no article ${offer.id}`)
    return found
  }
  const content = async (offer: Offer): Promise<Content> => ({
    contentType: 'text/html; charset=utf-8',
    // The only line that lets a locked text out; the till calls it for who has paid.
    body: offer.kind === 'tip' ? `<p>${publisher.tip.thanks}</p>` : toHtml(article(offer).locked),
  })
  const page = async (offer: Offer): Promise<string> =>
    String(await (offer.kind === 'article' ? publisher.lockedPage(article(offer)) : publisher.tipPage()))
  const till = await createTill({ ...options, config: tillConfig(publisher, places, dataDir), content, page })

  const app = new Hono()
  app.use(secureHeaders(places))
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.use(tuppenceTill(till))
  app.get('*', (context) => {
    const path = decodePath(context.req.path)
    const asset = publisher.assets(path, context.req.raw)
    if (asset) return asset
    const html = publisher.page(path)
    return html === undefined ? context.html(publisher.notFound(), 404) : context.html(html)
  })
  return { app, till, close: till.close }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
