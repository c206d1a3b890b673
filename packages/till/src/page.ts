/** The page that a browser gets when it opens a locked address itself and the publisher gave no page of their own. */
import { formatAmount } from '@tuppence/protocol'
import type { Offer } from './offers.ts'

/**
 * Renders title, price and a sentence: no script, no style from elsewhere, nothing of the content.
 *
 * @param amount - Minor units asked for; absent for a tip jar, whose reader names it.
 */
export function plainPage(offer: Offer, amount: number | undefined): string {
  const price = amount === undefined ? 'An amount of your choice' : formatAmount(amount, offer.unit)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escapeHtml(offer.title)}</title>
<main>
<h1>${escapeHtml(offer.title)}</h1>
<p>${escapeHtml(price)}, paid with e-cash. Open this address from the page that links to it, or with any client of the HTTP Payment scheme that pays with Cashu.</p>
</main>
</html>
`
}

/** Text for HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
