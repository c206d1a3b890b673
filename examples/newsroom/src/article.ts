// Reads the articles and posts from content/: front matter, teaser, locked body. Both publishers and the tests use it.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { wordsIn } from './prose.ts'

/** One article as its author wrote it. `price` is a decimal string of dollars; `0` means that all of it is public. */
export type Article = Readonly<{
  slug: string
  headline: string
  standfirst: string
  byline: string
  section: string
  /** ISO date, without a time. */
  date: string
  price: string
  /** Describes the picture, which is pictures/<slug>.svg, to who can't see it. */
  alt: string
  caption: string
  /** Public prose. */
  teaser: string
  /** What is paid for; it leaves the process in one place, the till's `content`. Empty when the article is free. */
  locked: string
  minutes: number
}>

const fields = ['headline', 'standfirst', 'byline', 'section', 'date', 'price', 'alt', 'caption'] as const
const lock = '<!-- locked -->'
const wordsPerMinute = 230

/** The folder with articles/, posts/ and pictures/. */
export const contentDir = join(import.meta.dirname, '../content')

/**
 * Reads every article of a folder, newest first.
 *
 * @throws {Error} A file lacks a field, or is locked without a price; the message names it.
 */
export function readArticles(folder: 'articles' | 'posts'): Article[] {
  const dir = join(contentDir, folder)
  const files = readdirSync(dir).filter((name) => name.endsWith('.md'))
  return files
    .map((name) => parseArticle(basename(name, '.md'), readFileSync(join(dir, name), 'utf8')))
    .sort((a, b) => (a.date === b.date ? a.slug.localeCompare(b.slug) : b.date.localeCompare(a.date)))
}

/**
 * Parses one file: `---`, a `key: value` a line, `---`, teaser, the lock line, body.
 *
 * @throws {Error} See {@link readArticles}.
 */
export function parseArticle(slug: string, text: string): Article {
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
  if (head === undefined || body === undefined) throw new Error(`${slug}: no front matter`)
  const pairs = head.split('\n').map((line) => line.split(/:\s+(.*)/s, 2) as [string, string])
  const meta = Object.fromEntries(pairs) as Record<(typeof fields)[number], string>
  for (const field of fields) if (!meta[field]) throw new Error(`${slug}: ${field} is missing`)
  const [teaser = '', locked = ''] = body.split(lock)
  if (Number(meta.price) > 0 !== (locked.trim() !== '')) throw new Error(`${slug}: locked text and price don't agree`)
  const minutes = Math.max(1, Math.round(wordsIn(teaser + locked) / wordsPerMinute))
  return { ...meta, slug, teaser: teaser.trim(), locked: locked.trim(), minutes }
}
