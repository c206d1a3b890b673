// Writes the blog: posts with a head of `name: value` lines, a front page, a feed. All of it is files; what is for sale is marked.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A post; `sold` is the part that costs something, empty where nothing does. */
export type Post = Readonly<{
  slug: string
  title: string
  date: string
  price: string
  lead: string
  open: string
  sold: string
}>

const content = join(import.meta.dirname, '../content')
const mark = '<!-- for sale -->'

/** All posts, the newest first. */
export function readPosts(): Post[] {
  return readdirSync(content)
    .filter((name) => name.endsWith('.html'))
    .map((name) => {
      const [head = '', ...rest] = readFileSync(join(content, name), 'utf8').split('\n\n')
      const field = (wanted: string): string => new RegExp(`^${wanted}: (.*)$`, 'm').exec(head)?.[1] ?? ''
      const [open = '', sold = ''] = rest.join('\n\n').split(mark)
      return {
        slug: name.replace('.html', ''),
        title: field('title'),
        date: field('date'),
        price: field('price'),
        lead: field('lead'),
        open: open.trim(),
        sold: sold.trim(),
      }
    })
    .sort((a, b) => b.date.localeCompare(a.date))
}

const day = (date: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date))
const cents = (price: string): string => (Number(price) === 0 ? 'free' : `${Math.round(Number(price) * 100)}¢`)

function layout(title: string, main: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/blog.css">
<link rel="icon" href="/icon.svg">
<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="Small Lights">
${head}</head>
<body>
<header><a href="/">Small Lights</a></header>
<main>
${main}
</main>
<footer><p>Plain files. The paid halves are sealed in them; a till elsewhere sells the keys. Test money only.</p></footer>
</body>
</html>
`
}

function postPage(post: Post, site: string): string {
  const data = {
    '@context': 'https://schema.org',
    '@type': 'BlogPosting',
    headline: post.title,
    description: post.lead,
    datePublished: post.date,
    author: { '@type': 'Person', name: 'Ines Halvorsen' },
    mainEntityOfPage: `${site}/${post.slug}/`,
  }
  const paid = `<tuppence-unlock price="${post.price}" sealed>
<div slot="locked" class="fade" aria-hidden="true"></div>
${post.sold}
</tuppence-unlock>`
  const article = `<article>
<p class="date"><time datetime="${post.date}">${day(post.date)}</time></p>
<h1>${post.title}</h1>
<p class="lead">${post.lead}</p>
${post.open}
${post.sold === '' ? '' : paid}
</article>`
  return layout(post.title, article, `<script type="application/ld+json">${JSON.stringify(data)}</script>\n`)
}

function frontPage(posts: readonly Post[]): string {
  const items = posts.map(
    ({ slug, title, date, lead, price }) =>
      `<li><a href="/${slug}/"><strong>${title}</strong></a><p>${lead}</p><p class="date"><time datetime="${date}">${day(date)}</time> · ${cents(price)}</p></li>`,
  )
  return layout(
    'Small Lights',
    `<h1 class="front">Notes on things that were counted</h1><ul class="posts">${items.join('\n')}</ul>`,
  )
}

function feed(posts: readonly Post[], site: string): string {
  const items = posts.map(
    ({ slug, title, lead, date }) =>
      `<item><title>${title}</title><link>${site}/${slug}/</link><description>${lead}</description><pubDate>${new Date(date).toUTCString()}</pubDate></item>`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Small Lights</title><link>${site}/</link><description>Notes on things that were counted</description>${items.join('')}</channel></rss>\n`
}

/** Writes the whole site into a folder. @param site - Its origin. */
export function writeSite(dir: string, site: string): void {
  cpSync(join(import.meta.dirname, '../public'), dir, { recursive: true })
  const posts = readPosts()
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  write('index.html', frontPage(posts))
  write('feed.xml', feed(posts, site))
  for (const post of posts) write(`${post.slug}/index.html`, postPage(post, site))
}
