// The pages of Plot 27, an allotment diary: one column, one voice, another look than the newspaper's. blog.ts serves them.
import { html, raw } from 'hono/html'
import type { Article } from './article.ts'
import { jsonLd, priceText, tipElement, unlockElement, walletScript } from './paywall.ts'
import type { Html, Places } from './publisher.ts'
import { toHtml } from './prose.ts'

/** What every page of the blog is made from. */
export type BlogPages = Readonly<{ posts: readonly Article[]; places: Places }>

/** The blog's name. */
export const blogName = 'Plot 27'

const dayOf = (date: string): string =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T12:00:00Z`),
  )

function shell(
  { places }: BlogPages,
  page: Readonly<{ title: string; description: string; head?: Html; main: Html; home?: boolean }>,
): Html {
  const name = html`<a href="/">Plot <b>27</b></a>`
  return html`<!doctype html>
    <html lang="en-GB">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title}</title>
        <meta name="description" content="${page.description}" />
        <link rel="icon" href="/pictures/plot.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/blog.css" />
        ${page.head ?? ''} ${walletScript(places)}
      </head>
      <body>
        <header class="top">
          ${page.home ? html`<h1>${name}</h1>` : html`<p class="h1">${name}</p>`}
          <p>Ten rods of London clay, a shed, and too many courgettes. A diary by Nell Sarpong.</p>
        </header>
        <main>${page.main}</main>
        <footer>
          ${
            page.home
              ? html`<section class="tipbox">
                  <h2>Buy me a packet of seeds</h2>
                  ${tipElement()}
                </section>`
              : ''
          }
          <p>
            Some of these are a couple of pence to read, which is about what they’re worth, and the sweet peas thank
            you. If you have been reading <a href="${places.neighbour}">The Farthing</a>, it’s the same purse.
          </p>
        </footer>
      </body>
    </html>`
}

const picture = (post: Article): Html =>
  html`<img src="/pictures/${post.slug}.svg" alt="${post.alt}" width="800" height="600" />`

const stamp = (post: Article): Html =>
  html`<p class="stamp">
    <time datetime="${post.date}">${dayOf(post.date)}</time> <span class="price">${priceText(post)}</span>
  </p>`

/** The diary, newest first. */
export function homePage(pages: BlogPages): Html {
  const entries = pages.posts.map(
    (post) =>
      html`<article class="entry">
        <a class="pic" href="/articles/${post.slug}" tabindex="-1" aria-hidden="true">${picture(post)}</a>
        <div>
          ${stamp(post)}
          <h2><a href="/articles/${post.slug}">${post.headline}</a></h2>
          <p>${post.standfirst}</p>
        </div>
      </article>`,
  )
  return shell(pages, {
    title: `${blogName}: an allotment diary`,
    description: 'An allotment diary.',
    main: html`${entries}`,
    home: true,
  })
}

/** One post: its own page, or (`locked`) the page at the address that is sold. */
export function postPage(pages: BlogPages, post: Article, at: 'article' | 'locked'): Html {
  const { places } = pages
  const path = `/articles/${post.slug}`
  const text = post.locked === '' ? html`<div class="prose">${raw(toHtml(post.teaser))}</div>` : unlockElement(post, at)
  const main = html`<article class="post">
    ${stamp(post)}
    <h1>${post.headline}</h1>
    <p class="stand">${post.standfirst}</p>
    <figure>
      ${picture(post)}
      <figcaption>${post.caption}</figcaption>
    </figure>
    ${text}
  </article>`
  const head =
    at === 'article'
      ? html`<link rel="canonical" href="${places.site}${path}" />
          ${jsonLd(post, { places, publisher: blogName, path })}`
      : html`<meta name="robots" content="noindex" />`
  return shell(pages, { title: `${post.headline} | ${blogName}`, description: post.standfirst, head, main })
}

/** A page with a few words on it. */
export function wordsPage(pages: BlogPages, { title, text }: { title: string; text: string }): Html {
  const head = html`<meta name="robots" content="noindex" />`
  return shell(pages, {
    title: `${title} | ${blogName}`,
    description: title,
    head,
    main: html`<article class="post">
      <h1>${title}</h1>
      <p>${text}</p>
    </article>`,
  })
}
