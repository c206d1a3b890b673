// What makes a page one that sells: the element, its link and sentence, the JSON-LD. Both publishers' pages use it.
import { formatAmount, parseAmount } from '@tuppence/protocol'
import { html, raw } from 'hono/html'
import type { Article } from './article.ts'
import { offerPath, type Html, type Places } from './publisher.ts'
import { toHtml } from './prose.ts'

/** The price as a reader sees it: "5¢", "$1.25". */
export const priceText = (article: Pick<Article, 'price'>): string =>
  Number(article.price) === 0 ? 'Free' : formatAmount(parseAmount(article.price, 'usd'), 'usd')

/** The one script tag. */
export const walletScript = ({ wallet }: Places): Html =>
  html`<script type="module" src="${wallet}/tuppence.js"></script>`

/** The element around a teaser; what stands in it shows where the pay button can't. */
export function unlockElement(article: Article, at: 'article' | 'locked'): Html {
  const price = priceText(article)
  const fallback =
    at === 'article'
      ? html`<p class="pay-link"><a href="${offerPath(article)}">Read the rest for ${price}</a></p>
          <p class="pay-why">
            The pay button comes from your wallet and needs JavaScript. Without it, this link leads to the story’s own
            address, which tells any e-cash wallet its price.
          </p>`
      : html`<p class="pay-link"><a href="/articles/${article.slug}">Go to the story’s page</a></p>
          <p class="pay-why">
            The rest of this story costs ${price}. A pay button belongs here: your browser has JavaScript switched off,
            or something keeps the wallet’s frame out. With JavaScript the button pays with one click, and there is
            nothing to sign up for. Any other Cashu wallet that speaks HTTP 402 can pay at this address too.
          </p>`
  return html`<tuppence-unlock class="paywalled" href="${offerPath(article)}" price="${article.price}" currency="usd">
    <div slot="teaser" class="prose teaser">${raw(toHtml(article.teaser))}</div>
    <div slot="locked" class="fade" aria-hidden="true"></div>
    ${fallback}
  </tuppence-unlock>`
}

/** The tip jar. */
export const tipElement = (): Html =>
  html`<tuppence-tip href="/tip" presets="0.25 1 5" currency="usd">
    <p class="pay-why">The tip jar comes from your wallet and needs JavaScript.</p>
  </tuppence-tip>`

/**
 * Structured data of an article, as search engines ask for it of paywalled content.
 *
 * @see https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
 */
export function jsonLd(
  article: Article,
  { places, publisher, path }: { places: Places; publisher: string; path: string },
): Html {
  const sold = article.locked !== ''
  const url = `${places.site}${path}`
  const data = {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    headline: article.headline,
    description: article.standfirst,
    image: [`${places.site}/pictures/${article.slug}.svg`],
    datePublished: `${article.date}T06:00:00Z`,
    dateModified: `${article.date}T06:00:00Z`,
    author: [{ '@type': 'Person', name: article.byline }],
    publisher: { '@type': 'Organization', name: publisher, url: places.site },
    mainEntityOfPage: url,
    articleSection: article.section,
    isAccessibleForFree: !sold,
    ...(sold && { hasPart: { '@type': 'WebPageElement', isAccessibleForFree: false, cssSelector: '.paywalled' } }),
  }
  // `<` is written as an escape, so that no text can end the script element.
  return html`<script type="application/ld+json">
    ${raw(JSON.stringify(data).replaceAll('<', '\\u003c'))}
  </script>`
}
