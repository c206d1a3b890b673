// The pages of The Farthing, rendered on the server: front page, sections, stories. news.ts serves them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { html, raw } from 'hono/html'
import { contentDir, type Article } from './article.ts'
import { jsonLd, priceText, tipElement, unlockElement, walletScript } from './paywall.ts'
import type { Html, Places } from './publisher.ts'
import { toHtml } from './prose.ts'

/** Which story goes where on the front page, and what stands between them. */
export type Edition = Readonly<{
  name: string
  motto: string
  number: number
  date: string
  lead: string
  seconds: readonly string[]
  briefs: readonly string[]
  row: readonly string[]
  essay: string
  foot: readonly string[]
  sections: readonly string[]
  bought: readonly (readonly [year: string, what: string, price: string])[]
  corrections: readonly string[]
}>

/** What every page of the newspaper is made from. */
export type NewsPages = Readonly<{ edition: Edition; articles: readonly Article[]; places: Places }>

/** Reads content/edition.json. */
export const readEdition = (): Edition => JSON.parse(readFileSync(join(contentDir, 'edition.json'), 'utf8')) as Edition

/** `Press & Post` as it stands in an address. */
export const sectionSlug = (section: string): string => section.toLowerCase().replace(/[^a-z]+/g, '-')

const dayOf = (date: string, style: 'full' | 'long' = 'long'): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: style, timeZone: 'UTC' }).format(new Date(`${date}T12:00:00Z`))

type Frame = Readonly<{
  title: string
  description: string
  head?: Html
  main: Html
  selling?: boolean
  section?: string
  home?: boolean
}>

/** The shell of every page: masthead, sections, footer. `selling` pages load the wallet's script. */
function shell({ edition, places }: NewsPages, page: Frame): Html {
  const name = html`<a class="name" href="/">${edition.name}</a>`
  const links = edition.sections.map(
    (section) =>
      html`<li>
        <a href="/section/${sectionSlug(section)}" ${section === page.section ? html` aria-current="page"` : ''}
          >${section}</a
        >
      </li>`,
  )
  return html`<!doctype html>
    <html lang="en-GB">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title}</title>
        <meta name="description" content="${page.description}" />
        <link rel="icon" href="/pictures/wren.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/news.css" />
        ${page.head ?? ''} ${page.selling ? walletScript(places) : ''}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the stories</a>
        <header class="masthead${page.home ? ' home' : ''}">
          <p class="ear ear-left">
            <span>No. ${edition.number}</span> <time datetime="${edition.date}">${dayOf(edition.date, 'full')}</time>
          </p>
          ${page.home ? html`<h1>${name}</h1>` : html`<p class="h1">${name}</p>`}
          <img src="/pictures/wren.svg" alt="" width="74" height="74" />
          <p class="motto">${edition.motto}</p>
          <p class="ear ear-right"><a href="/about">Sold by the story</a> <span>3¢ to 25¢, nothing to sign</span></p>
        </header>
        <nav aria-label="Sections">
          <ul>
            ${links}
            <li class="jar">
              <a href="/support" ${page.section === 'jar' ? html` aria-current="page"` : ''}>Tip jar</a>
            </li>
          </ul>
        </nav>
        <main id="main">${page.main}</main>
        <footer>
          <p class="footname">${edition.name}</p>
          <p>
            An invented newspaper with true stories in it, printed to show <a href="/about">how Tuppence works</a>. Our
            neighbour <a href="${places.neighbour}">Plot 27</a> is another site altogether, and takes the same coins.
          </p>
          <p class="small">
            Set in whatever serif your machine has. Pictures cut for this paper. No cookies, no accounts, no counters.
          </p>
        </footer>
      </body>
    </html>`
}

const meta = (article: Article, parts: { section?: boolean } = {}): Html =>
  html`<p class="meta">
    ${parts.section ? html`<span class="kicker">${article.section}</span> ` : ''}<span class="by"
      >${article.byline}</span
    >
    <span class="dot">${article.minutes} min</span> <span class="price">${priceText(article)}</span>
  </p>`

const picture = (article: Article, size: 'large' | 'small'): Html =>
  html`<img
    src="/pictures/${article.slug}.svg"
    alt="${article.alt}"
    width="800"
    height="600"
    ${size === 'small' ? html` loading="lazy"` : ''}
  />`

function card(article: Article, shape: 'lead' | 'second' | 'row' | 'brief'): Html {
  const href = `/articles/${article.slug}`
  const heading = html`<a href="${href}">${article.headline}</a>`
  return html`<article class="card ${shape}">
    ${shape === 'brief' ? '' : html`<a class="pic" href="${href}" tabindex="-1" aria-hidden="true">${picture(article, shape === 'lead' ? 'large' : 'small')}</a>`}
    <p class="kicker">${article.section}</p>
    ${shape === 'lead' ? html`<h2 class="big">${heading}</h2>` : html`<h2>${heading}</h2>`}
    <p class="stand">${article.standfirst}</p>
    ${shape === 'lead' ? html`<div class="opening">${raw(toHtml(article.teaser))}</div>` : ''} ${meta(article)}
  </article>`
}

/** The front page. */
export function frontPage(pages: NewsPages): Html {
  const { edition, articles } = pages
  const bySlug = (slug: string): Article => articles.find((article) => article.slug === slug) as Article
  const cards = (slugs: readonly string[], shape: 'second' | 'row' | 'brief') =>
    slugs.map((slug) => card(bySlug(slug), shape))
  const essay = bySlug(edition.essay)
  const bought = edition.bought.map(
    ([year, what, price]) =>
      html`<tr>
        <th scope="row">${year}</th>
        <td>${what}</td>
        <td class="sum">${price}</td>
      </tr>`,
  )
  const main = html`<div class="front">
      <div class="col-lead">${card(bySlug(edition.lead), 'lead')}</div>
      <div class="col-seconds">${cards(edition.seconds, 'second')}</div>
      <div class="col-briefs">
        ${cards(edition.briefs, 'brief')}
        <aside class="box">
          <h2>What a small coin bought</h2>
          <table>
            ${bought}
          </table>
        </aside>
      </div>
    </div>
    <section class="shelf" aria-label="More stories">${cards(edition.row, 'row')}</section>
    <section class="essay" aria-label="Weekend essay">
      <a class="pic" href="/articles/${essay.slug}" tabindex="-1" aria-hidden="true">${picture(essay, 'small')}</a>
      <div>
        <p class="kicker">The weekend essay</p>
        <h2 class="big"><a href="/articles/${essay.slug}">${essay.headline}</a></h2>
        <p class="stand">${essay.standfirst}</p>
        ${meta(essay)}
      </div>
    </section>
    <section class="tail">
      <div>${cards(edition.foot, 'second')}</div>
      <aside class="box">
        <h2>Corrections</h2>
        ${edition.corrections.map((text) => html`<p>${text}</p>`)}
      </aside>
      <aside class="box tips">
        <h2>The tip jar</h2>
        <p>Read something good? The jar is shared out on Fridays.</p>
        ${tipElement()}
      </aside>
    </section>`
  const description = `${edition.motto}: true stories about small payments, sold one at a time.`
  return shell(pages, { title: edition.name, description, main, selling: true, home: true })
}

/** A section's stories. */
export function sectionPage(pages: NewsPages, section: string): Html {
  const stories = pages.articles.filter((article) => article.section === section)
  const main = html`<h1 class="section-name">${section}</h1>
    <section class="shelf">${stories.map((article) => card(article, 'row'))}</section>`
  return shell(pages, {
    title: `${section} | ${pages.edition.name}`,
    description: `${section} in ${pages.edition.name}.`,
    main,
    section,
  })
}

/** A story: its own page, or (`locked`) the page at the address that is sold. */
export function storyPage(pages: NewsPages, article: Article, at: 'article' | 'locked'): Html {
  const { edition, articles, places } = pages
  const path = `/articles/${article.slug}`
  const others = articles.filter((other) => other !== article)
  const near = [
    ...others.filter((other) => other.section === article.section),
    ...others.filter((other) => other.section !== article.section),
  ]
  const main = html`<article class="story">
      <header>
        <p class="kicker"><a href="/section/${sectionSlug(article.section)}">${article.section}</a></p>
        <h1>${article.headline}</h1>
        <p class="stand">${article.standfirst}</p>
        <p class="meta">
          <span class="by">By ${article.byline}</span>
          <time class="dot" datetime="${article.date}">${dayOf(article.date)}</time>
          <span class="dot">${article.minutes} min read</span> <span class="price">${priceText(article)}</span>
        </p>
      </header>
      <figure>
        ${picture(article, 'large')}
        <figcaption>${article.caption}</figcaption>
      </figure>
      ${unlockElement(article, at)}
      <p class="after">Worth more than it cost? <a href="/support">The tip jar</a> is over here.</p>
    </article>
    <section class="shelf more" aria-label="More stories">
      ${near.slice(0, 4).map((other) => card(other, 'row'))}
    </section>`
  const head =
    at === 'article'
      ? html`<link rel="canonical" href="${places.site}${path}" />
          ${jsonLd(article, { places, publisher: edition.name, path })}`
      : html`<meta name="robots" content="noindex" /><link rel="canonical" href="${places.site}${path}" />`
  return shell(pages, {
    title: `${article.headline} | ${edition.name}`,
    description: article.standfirst,
    head,
    main,
    selling: true,
    section: article.section,
  })
}

/** The tip jar, by itself. */
export function supportPage(pages: NewsPages): Html {
  const main = html`<div class="plain">
    <h1>The tip jar</h1>
    <p>
      Nobody has to. But if a story was worth more to you than its price, the jar is here, and whoever wrote it hears of
      it on Friday. They hear the sum; they don’t hear from whom, because we don’t know either.
    </p>
    ${tipElement()}
    <h2>Your pocket</h2>
    <p>
      What is left in your wallet is between you and your wallet. The figure below is drawn by the wallet in a window of
      its own; this page can’t read it.
    </p>
    <tuppence-balance></tuppence-balance>
  </div>`
  return shell(pages, {
    title: `Tip jar | ${pages.edition.name}`,
    description: 'Leave something in the jar.',
    main,
    selling: true,
    section: 'jar',
  })
}

/** What the paper is, and how one pays for it. */
export function aboutPage(pages: NewsPages): Html {
  const { name } = pages.edition
  const main = html`<div class="plain">
    <h1>Sold by the story</h1>
    <p>
      ${name} is an invented newspaper. Its writers do not exist. What they write about does, and we have tried to get
      it right; where the sources disagree, the story says so.
    </p>
    <p>
      A story costs a few cents. You see its beginning for nothing, and one button with the price on it. The first time,
      the wallet asks you to put something in it, and in this demonstration that is test money, of which there is an
      unlimited supply and which is worth what you would expect. After that it is one click a story. What you have
      bought stays bought: come back tomorrow, and it opens by itself.
    </p>
    <h2>What we learn about you</h2>
    <p>
      That someone paid. There is no account, no address and no cookie. The coins are e-cash: the mint that issued them
      signed them blind, and cannot tell when they come back whose they were. Your wallet keeps a key for this paper
      alone, so that we know a story is yours when you return to it, and no other site can know you by it.
    </p>
    <p>The history of that idea is <a href="/articles/the-envelope-trick">a story too</a>.</p>
  </div>`
  return shell(pages, { title: `About | ${name}`, description: 'How this paper is sold.', main })
}

/** There is nothing at that address. */
export function notFoundPage(pages: NewsPages): Html {
  const main = html`<div class="plain">
    <h1>404, as it happens</h1>
    <p>
      There is no page here. Two doors down, <a href="/articles/reserved-for-future-use">402</a> is more interesting.
    </p>
  </div>`
  return shell(pages, {
    title: `Not found | ${pages.edition.name}`,
    description: 'No such page.',
    head: html`<meta name="robots" content="noindex" />`,
    main,
  })
}
