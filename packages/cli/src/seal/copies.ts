/** Looks for copies of what is for sale in a site's other files: feeds, search indexes, scripts; site.ts asks before it writes. */
import { parseFragment } from 'parse5'
import { lineAt, Mistake } from '../problem.ts'
import { collapse } from './find.ts'
import type { Article } from './page.ts'

/** A file of the site, by its name in it. */
export type TextFile = Readonly<{ name: string; text: string }>

/** Files that may hold text; anything else is bytes. */
export const textFile = /\.(?:html?|xml|xhtml|rss|atom|json|js|mjs|cjs|map|css|txt|md|mdx|svg|csv|webmanifest)$/i

// A run this long is no accident; a common phrase is shorter.
const runChars = 48
const shortRunsMax = 3
/** A run is looked for by its beginning: one look-up a character of a file, however many articles there are. */
const anchorChars = 24

type Wanted = Readonly<{ run: string; article: Article }>

/**
 * Refuses files in which a run of a sealed article stands.
 *
 * @throws {Mistake} File and line of the first copy, and whose text it is.
 */
export function refuseCopies(articles: readonly Article[], files: readonly TextFile[]): void {
  const anchored = new Map<string, Wanted[]>()
  const short: Wanted[] = []
  for (const article of articles)
    for (const run of runsOf(article.html)) {
      if (run.length < anchorChars) short.push({ run, article })
      else {
        const anchor = run.slice(0, anchorChars)
        anchored.set(anchor, [...(anchored.get(anchor) ?? []), { run, article }])
      }
    }
  for (const { name, text } of files) {
    const plain = plainText(text)
    const found = findRun(plain, anchored) ?? short.find(({ run }) => plain.includes(run))
    if (!found) continue
    const { run, article } = found
    const line = lineAt(text, Math.max(0, text.indexOf(run.slice(0, 16))))
    const page = article.page.replace(/^\//, '')
    throw new Mistake(`has text that ${page} sells ("${run.slice(0, 40)}…"): leave it out of this file`, {
      file: name,
      line,
    })
  }
}

function findRun(plain: string, anchored: ReadonlyMap<string, readonly Wanted[]>): Wanted | undefined {
  if (anchored.size === 0) return undefined
  for (let at = 0; at + anchorChars <= plain.length; at++) {
    const candidates = anchored.get(plain.slice(at, at + anchorChars))
    const found = candidates?.find(({ run }) => plain.startsWith(run, at))
    if (found) return found
  }
  return undefined
}

/** Runs of words in one text node each, long enough to be told from an accident; of a poem, its longest lines. */
export function runsOf(html: string): string[] {
  const texts: string[] = []
  const collect = (node: object): void => {
    if ('value' in node && typeof node.value === 'string') texts.push(collapse(node.value))
    if ('childNodes' in node) for (const child of node.childNodes as object[]) collect(child)
  }
  collect(parseFragment(html))
  const long = texts.filter((text) => text.length >= runChars)
  if (long.length > 0) return long.map((text) => text.slice(0, runChars))
  return texts
    .filter((text) => text.length > 8)
    .sort((a, b) => b.length - a.length)
    .slice(0, shortRunsMax)
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Text as a reader sees it, however often a feed or a script has escaped it; enough to find a copy, no more. */
function plainText(text: string): string {
  const once = (escaped: string): string =>
    escaped
      .replace(/&#(\d+);/g, (_, code: string) => character(Number(code)))
      .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => character(Number.parseInt(code, 16)))
      .replace(/&([a-z]+);/g, (whole, name: string) => entities[name] ?? whole)
  const unescaped = text.includes('\\')
    ? text
        .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => character(Number.parseInt(code, 16)))
        .replace(/\\[nrt]/g, ' ')
        .replace(/\\(["'`/])/g, '$1')
    : text
  return collapse(unescaped.includes('&') ? once(once(unescaped)) : unescaped)
}

const character = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '')
