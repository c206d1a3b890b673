/** Seals a built site: every page, then a search for copies, then the keys to the till, and only then the files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { formatSealedKeys, sealedKeysMediaType } from '@tuppence/protocol'
import { offerUrl, secretFiles, type Settings } from '../config.ts'
import { Mistake } from '../problem.ts'
import type { PutOffer } from '../publisher.ts'
import { refuseCopies, textFile, type TextFile } from './copies.ts'
import type { SealSecrets } from './keys.ts'
import { sealPage, unsealFiles, unsealPage, type Article, type Places, type Sealing } from './page.ts'

/** What to seal with. `put` brings one offer with its keys to the till. */
export type SealSiteInput = Readonly<{
  settings: Settings
  secrets: SealSecrets
  put: (id: string, offer: PutOffer) => Promise<string>
  /** Whether other files may hold text that is for sale. */
  copies?: 'refuse' | 'allow'
}>

/** What sealing did. */
export type SealedSite = Readonly<{ articles: readonly Article[]; pages: number; written: readonly string[] }>

/**
 * Seals every marked article under `settings.dir`.
 *
 * Keys reach the till before a page is written that needs them; a mistake anywhere leaves every page as it was.
 *
 * @throws {Mistake} With file and line.
 */
export async function sealSite({ settings, secrets, put, copies = 'refuse' }: SealSiteInput): Promise<SealedSite> {
  refuseSecretsIn(settings)
  const files = readSite(settings.dir)
  const lockFile = join(settings.folder, secretFiles.lock)
  const before = readLock(lockFile)
  const places = placesOf(settings)
  const after: (TextFile & { was: string })[] = []
  const articles: Article[] = []
  for (const { name, text } of files) {
    const isPage = /\.html?$/i.test(name)
    const context = { places, secrets, before, path: `/${name}`, file: name }
    const sealed = isPage ? await sealPage(text, context) : { html: text, articles: [] }
    articles.push(...sealed.articles)
    after.push({ name, text: sealed.html, was: text })
  }
  refuseSameId(articles)
  if (copies === 'refuse') refuseCopies(articles, after)
  for (const article of articles) await putArticle(settings, article, put)
  // What was used is remembered before it is: a nonce must not meet another text.
  if (articles.length > 0) writeLock(lockFile, { ...before, ...lockOf(articles) })
  const written = after.filter(({ text, was }) => text !== was)
  for (const { name, text } of written) writeWhole(join(settings.dir, name), text)
  if (articles.length > 0) placeUnseal(settings.dir)
  return { articles, pages: new Set(articles.map(({ page }) => page)).size, written: written.map(({ name }) => name) }
}

/** Refuses to have the secrets in the folder that is published. @throws {Mistake} */
export function refuseSecretsIn({ dir, folder }: Pick<Settings, 'dir' | 'folder'>): void {
  const way = relative(dir, folder)
  if (way.split(sep)[0] === '..' || isAbsolute(way)) return
  throw new Mistake('is published, and has your secrets in it: build the site into a folder of its own', { file: dir })
}

/** Puts the text back into every sealed page under a folder. @returns The pages that changed. @throws {Mistake} */
export async function unsealSite(settings: Settings, secrets: SealSecrets, out = settings.dir): Promise<string[]> {
  const changed: string[] = []
  for (const { name, text } of readSite(settings.dir)) {
    if (!/\.html?$/i.test(name)) continue
    const html = await unsealPage(text, { places: placesOf(settings), secrets, path: `/${name}`, file: name })
    if (html === text) continue
    writeWhole(join(out, name), html)
    changed.push(name)
  }
  return changed
}

/** Removes pages that are marked and not sealed: what a build leaves that could not be. */
export function removeMarked(dir: string): void {
  for (const { name, text } of readSite(dir))
    if (/<tuppence-unlock\b[^>]*\ssealed\b/.test(text)) rmSync(join(dir, name))
}

/** Where a site and its till are, as pages need it. */
export function placesOf(settings: Settings): Places {
  const { sites, base, wallet } = settings
  return { site: sites[0], base, wallet, offerUrl: (id) => offerUrl(settings, id) }
}

/** Brings one article's keys to the till. @throws {Mistake} The till refuses it, or sells it at another address. */
export async function putArticle(
  { sites }: Pick<Settings, 'sites'>,
  article: Article,
  put: SealSiteInput['put'],
): Promise<void> {
  const { id, title, price, url, keys } = article
  const content = { contentType: sealedKeysMediaType, body: formatSealedKeys(url, keys) }
  const sold = await put(id, { kind: 'article', title, price, sites, content })
  if (sold !== url)
    throw new Mistake(`the till sells it at ${sold}, but it is sealed for ${url}`, {
      file: article.page,
      line: article.line,
    })
}

/** Copies the files that open sealed articles to the site's base. */
export function placeUnseal(dir: string): void {
  for (const name of unsealFiles) {
    const text = readFileSync(unsealFile(name), 'utf8')
    const target = join(dir, name)
    if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeWhole(target, text)
  }
}

/** The path of one of embed's built files. @throws {Error} It is not built. */
export function unsealFile(name: (typeof unsealFiles)[number]): string {
  return createRequire(import.meta.url).resolve(`@tuppence/embed/unseal/${name}`)
}

function readSite(dir: string): TextFile[] {
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw new Mistake('no such folder: build the site first', { file: dir })
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => textFile.test(name) && statSync(join(dir, name)).isFile())
    .filter((name) => !unsealFiles.some((own) => name === own))
    .sort()
    .map((name) => ({ name: relative('', name).split(sep).join('/'), text: readFileSync(join(dir, name), 'utf8') }))
}

function refuseSameId(articles: readonly Article[]): void {
  const seen = new Map<string, Article>()
  for (const article of articles) {
    const other = seen.get(article.id)
    if (other)
      throw new Mistake(
        `offer "${article.id}" is sold by ${other.page.slice(1)}:${other.line} too: give one of them another  offer="..."`,
        { file: article.page.slice(1), line: article.line },
      )
    seen.set(article.id, article)
  }
}

function lockOf(articles: readonly Article[]): Record<string, Sealing> {
  return Object.fromEntries(articles.map(({ url, sealing }) => [url, sealing]))
}

/** What was sealed before; a file that can't be read is as good as none: everything is sealed anew. */
export function readLock(file: string): Record<string, Sealing> {
  if (!existsSync(file)) return {}
  try {
    const { sealed } = JSON.parse(readFileSync(file, 'utf8')) as { sealed?: Record<string, Sealing> }
    return sealed ?? {}
  } catch {
    return {}
  }
}

function writeLock(file: string, sealed: Record<string, Sealing>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const sorted = Object.fromEntries(Object.entries(sealed).sort(([a], [b]) => a.localeCompare(b)))
  writeWhole(file, `${JSON.stringify({ v: 1, sealed: sorted }, undefined, 2)}\n`)
}

function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.tuppence`
  writeFileSync(draft, text)
  renameSync(draft, file)
}
