// Reads the newspaper's articles from the demo's content, so that a test knows prices and what must stay locked.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const content = join(import.meta.dirname, '..', '..', 'examples', 'newsroom', 'content')
const mark = '<!-- locked -->'

export type Article = {
  slug: string
  headline: string
  /** Cents. */
  price: number
  /** Runs of plain words from the locked part: none of them may be anywhere before payment. */
  locked: string[]
}

/** Reads one article of the newspaper, or post of the blog, by its slug. */
export function article(slug: string, folder: 'articles' | 'posts' = 'articles'): Article {
  const text = readFileSync(join(content, folder, `${slug}.md`), 'utf8')
  const [, headline = ''] = /^headline: (.*)$/m.exec(text) ?? []
  const [, price = '0'] = /^price: ([\d.]+)$/m.exec(text) ?? []
  const lockedText = text.slice(text.indexOf(mark) + mark.length)
  const locked = lockedText.match(/[A-Za-z][A-Za-z ,.]{38,78}[a-z]/g) ?? []
  if (!text.includes(mark) || locked.length < 5) throw new Error(`${slug} has no locked part`)
  return { slug, headline, price: Math.round(Number(price) * 100), locked }
}

/** Every article of the newspaper. */
export function articles(): Article[] {
  return readdirSync(join(content, 'articles'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => article(name.slice(0, -'.md'.length)))
    .filter(({ price }) => price > 0)
}
