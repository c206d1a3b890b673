// The shop's one page, as text. What is sold is nowhere in it.
import { drawPrint, prints, type Print } from './prints.ts'

/** Path of the offer that sells a print: the file itself. */
export const offerPath = ({ id }: Pick<Print, 'id'>): string => `/prints/${id}.svg`

const price = (text: string): string => (Number(text) < 1 ? `${Math.round(Number(text) * 100)}¢` : `$${text}`)

function card(print: Print): string {
  const { id, title, about } = print
  return `<li class="print" id="${id}">
<figure><div class="sheet">${drawPrint(print, 'preview')}</div>
<figcaption><h2>${title}</h2><p>${about}</p></figcaption></figure>
<tuppence-unlock href="${offerPath(print)}" price="${print.price}" currency="usd">
<p class="plain"><a href="${offerPath(print)}">Buy the file for ${price(print.price)}</a></p>
</tuppence-unlock>
</li>`
}

/** The page. @param wallet - The wallet's origin. */
export function shopPage(wallet: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Offcut, a print shop</title>
<meta name="description" content="Drawings made by arithmetic, sold as files.">
<link rel="stylesheet" href="/shop.css">
<link rel="icon" href="/icon.svg">
<script type="module" src="${wallet}/tuppence.js"></script>
<script type="module" src="/shop.js"></script>
</head>
<body>
<header>
<h1>Offcut</h1>
<p>Drawings made by arithmetic. You buy the file: sharp at any size, yours to print. The sketch is free to look at.</p>
<tuppence-balance></tuppence-balance>
</header>
<main><ul class="prints">${prints.map(card).join('')}</ul></main>
<footer><p>Bought here once, a print opens here again by itself. Paid with test money; nothing in this shop costs anything.</p></footer>
</body>
</html>
`
}
