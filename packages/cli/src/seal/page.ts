/** Rewrites one page: what is marked leaves as ciphertext, with a link, structured data and the two scripts; site.ts calls it. */
import {
  base64UrlEncode,
  base64UrlDecode,
  formatAmount,
  formatSealedLabel,
  openArticle,
  parseAmount,
  sealArticle,
  sealedNonce,
} from '@tuppence/protocol'
import type { SealedKeys, SealedLabel } from '@tuppence/protocol'
import { Mistake } from '../problem.ts'
import { findArticles, type Found, type FoundPage } from './find.ts'
import { markWall, newWall, wallClass } from './json-ld.ts'
import { articleKeys, type ArticleKeys, type SealSecrets } from './keys.ts'

/** Where a site and its till are; URLs without a trailing slash, `base` with one. */
export type Places = Readonly<{ site: string; base: string; wallet: string; offerUrl: (id: string) => string }>

/** What is remembered of an article that was sealed; nothing of it is secret. By the offer's URL. */
export type Sealing = Readonly<{ version: number; keyId: string; nonce: string; digest: string }>

/** An article that a page sells. */
export type Article = Readonly<{
  id: string
  url: string
  title: string
  price: string
  currency: string
  /** Of the page. */
  page: string
  line: number
  keys: SealedKeys
  /** What was sealed: for the search for copies of it, never to be written. */
  html: string
  sealing: Sealing
  /** Whether it is sealed as it was before. */
  was: 'new' | 'changed' | 'unchanged'
}>

/** How to seal: with which secrets, and what was sealed before. */
export type SealContext = Readonly<{
  places: Places
  secrets: SealSecrets
  before: Readonly<Record<string, Sealing>>
  /** `/posts/salt/index.html`, and the file as messages should name it. */
  path: string
  file: string
  random?: ((bytes: number) => Uint8Array) | undefined
}>

/** A page after sealing; `html` is the text it had where it sells nothing. */
export type SealedPage = Readonly<{ html: string; articles: readonly Article[] }>

/** Names of the files that open sealed articles, at the site's base. */
export const unsealFiles = ['tuppence-unseal.js', 'tuppence-unseal-open.js'] as const

/**
 * Seals a page.
 *
 * @throws {Mistake} With file and line.
 */
export async function sealPage(html: string, context: SealContext): Promise<SealedPage> {
  const page = findArticles(html, context)
  if (page.found.length === 0) return { html, articles: [] }
  const edits: Edit[] = []
  const articles: Article[] = []
  for (const found of page.found) {
    const { article, element } = await sealOne(found, page.lang, context)
    articles.push(article)
    edits.push({ start: found.start, end: found.end, text: element })
  }
  edits.push(...structuredData(page, context), ...scripts(page, context.places))
  return { html: apply(html, edits), articles }
}

/**
 * Puts the text of every sealed article back, marked as before it was sealed.
 *
 * @throws {Mistake} Sealed with a key that the secrets do not make, or damaged.
 */
export async function unsealPage(html: string, context: Omit<SealContext, 'before'>): Promise<string> {
  const page = findArticles(html, context)
  const edits: Edit[] = []
  for (const found of page.found) {
    if (found.content.is === 'plain') continue
    const plain = await plainOf(found, context)
    const attributes = new Map(found.attributes.map(({ name, value }) => [name, value]))
    attributes.delete('href')
    attributes.set('sealed', '')
    const names = (attributes.get('class') ?? '').split(/\s+/).filter((name) => name !== wallClass && name !== '')
    if (names.length > 0) attributes.set('class', names.join(' '))
    else attributes.delete('class')
    const inner = [found.open, plain].filter((part) => part !== '').join('\n')
    edits.push({ start: found.start, end: found.end, text: `${startTag(attributes)}\n${inner}\n</tuppence-unlock>` })
  }
  return apply(html, edits)
}

async function sealOne(
  found: Found,
  lang: string,
  context: SealContext,
): Promise<{ article: Article; element: string }> {
  const { places, secrets, before, random } = context
  const url = places.offerUrl(found.id)
  const keys = await articleKeys(secrets, url)
  const plain = await plainOf(found, context)
  const digest = await keys.digest(plain)
  const known = Object.hasOwn(before, url) ? before[url] : undefined
  const kept = keptLabel(found, keys, { known, digest })
  const fresh = random ?? ((bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
  const oldVersion = Math.max(known?.version ?? 0, found.content.is === 'sealed' ? found.content.label.version : 0)
  const label = kept ?? { version: oldVersion + 1, keyId: keys.newest, nonce: sealedNonce(fresh) }
  const text = await sealArticle(plain, keys.seal, label, url)
  const article: Article = {
    id: found.id,
    url,
    title: found.title,
    price: found.price,
    currency: found.currency,
    page: context.path,
    line: found.line,
    keys: keys.keys,
    html: plain,
    sealing: { version: label.version, keyId: label.keyId, nonce: base64UrlEncode(label.nonce), digest },
    was: kept ? 'unchanged' : oldVersion === 0 ? 'new' : 'changed',
  }
  return { article, element: sealedElement(found, { url, label, text, lang }) }
}

/** The label that stands already, where text and key are the same: with one nonce, the same bytes come out. */
function keptLabel(
  found: Found,
  keys: ArticleKeys,
  { known, digest }: Readonly<{ known: Sealing | undefined; digest: string }>,
): SealedLabel | undefined {
  if (known?.keyId === keys.newest && known.digest === digest)
    return { version: known.version, keyId: known.keyId, nonce: base64UrlDecode(known.nonce) }
  const isSealed = found.content.is === 'sealed' && found.content.label.keyId === keys.newest
  return isSealed && found.content.is === 'sealed' ? found.content.label : undefined
}

async function plainOf(
  found: Found,
  { places, secrets, file }: Pick<SealContext, 'places' | 'secrets' | 'file'>,
): Promise<string> {
  if (found.content.is === 'plain') return found.content.html
  const { labelText, text } = found.content
  const offer = found.attributes.find(({ name }) => name === 'href')?.value ?? places.offerUrl(found.id)
  const opened = await openArticle({ label: labelText, text, offer }, (await articleKeys(secrets, offer)).keys)
  if (opened.status === 'open') return opened.html
  const reason =
    opened.status === 'no-key'
      ? 'is sealed with a key that these secrets do not make'
      : 'is sealed, but its text, label and address do not belong together'
  throw new Mistake(reason, { file, line: found.line })
}

function sealedElement(
  found: Found,
  sealed: Readonly<{ url: string; label: SealedLabel; text: string; lang: string }>,
): string {
  const { url, label, text, lang } = sealed
  const attributes = new Map(found.attributes.map(({ name, value }) => [name, value]))
  attributes.delete('sealed')
  const names = new Set([...(attributes.get('class') ?? '').split(/\s+/).filter((name) => name !== ''), wallClass])
  attributes.set('class', [...names].join(' '))
  attributes.set('href', url)
  attributes.set('price', found.price)
  attributes.set('currency', found.currency)
  // What shows until the button is there, and where it never comes.
  const link = hasDefault(found.open) ? '' : `<a href="${escape(url)}" slot="">${escape(linkText(found, lang))}</a>\n`
  const open = found.open === '' ? '' : `${found.open}\n`
  const template = `<template data-tuppence-sealed="${formatSealedLabel(label)}">${text}</template>`
  return `${startTag(attributes)}\n${open}${link}${template}\n</tuppence-unlock>`
}

const linkTexts: Readonly<Record<string, (price: string) => string>> = {
  en: (price) => `Read the rest for ${price}`,
  de: (price) => `Den Rest lesen für ${price}`,
  es: (price) => `Leer el resto por ${price}`,
  ko: (price) => `나머지 읽기 · ${price}`,
  ar: (price) => `اقرأ البقية مقابل ${price}`,
}

/** In the page's language where we know it. */
function linkText({ price, currency }: Found, lang: string): string {
  const [language = ''] = lang.toLowerCase().split('-')
  const known = Object.hasOwn(linkTexts, language) ? language : 'en'
  return (linkTexts[known] as (price: string) => string)(formatAmount(parseAmount(price, currency), currency, known))
}

/** Whether the author gave something for the default slot: an element with an empty `slot`. */
const hasDefault = (open: string): boolean => /<[a-z][^>]*\sslot(?:=""|=''|(?=[\s>]))/i.test(open)

function structuredData(page: FoundPage, { places, path, file }: SealContext): Edit[] {
  for (const { start, end, line, text } of page.jsonLd) {
    const marked = markWall(text, { file, line })
    if (marked !== undefined) return [{ start, end, text: marked }]
  }
  const url = places.site + places.base + path.replace(/(^|\/)index\.html$/, '$1').replace(/^\//, '')
  const script = `<script type="application/ld+json">${newWall({ title: page.title || page.found[0]?.title || '', url })}</script>\n`
  return [{ start: page.headEnd, end: page.headEnd, text: script }]
}

function scripts(page: FoundPage, { wallet, base }: Places): Edit[] {
  const has = (name: string): boolean => page.scripts.some((src) => src.split(/[?#]/)[0]?.endsWith(name) ?? false)
  const wanted = [
    ...(has('/tuppence.js') || page.scripts.some((src) => src.startsWith(`${wallet}/v/`))
      ? []
      : [`${wallet}/tuppence.js`]),
    ...(has(unsealFiles[0]) ? [] : [base + unsealFiles[0]]),
  ]
  const text = wanted.map((src) => `<script type="module" src="${escape(src)}"></script>\n`).join('')
  return text === '' ? [] : [{ start: page.headEnd, end: page.headEnd, text }]
}

type Edit = Readonly<{ start: number; end: number; text: string }>

/** Only the edited parts change: everything else in the page keeps its bytes. */
function apply(html: string, edits: readonly Edit[]): string {
  let text = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += html.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return text + html.slice(at)
}

function startTag(attributes: ReadonlyMap<string, string>): string {
  const written = [...attributes].map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${escape(value)}"`))
  return `<tuppence-unlock${written.join('')}>`
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
