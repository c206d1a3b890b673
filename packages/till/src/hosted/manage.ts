/** The page on which a publisher sees offers, keys and sales, and changes prices: rendered here, no script. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { decimalAmount, formatAmount, isTuppenceError, TuppenceError } from '@tuppence/protocol'
import { answerShown } from '../insights/answer.ts'
import type { Range } from '../insights/report.ts'
import { escapeHtml } from '../page.ts'
import type { Sale } from '../journal/port.ts'
import { readBody } from '../tip.ts'
import type { ApiDeps } from './api.ts'
import { changePayout, isSecretOf, known, offerPath, putOffer, rotateSecret, viewOf } from './publishers.ts'

/** What the page works with. `sessionKey`: binds sessions; nothing of them is kept. */
export type ManageDeps = ApiDeps & Readonly<{ sessionKey: Uint8Array }>

const dayMs = 86_400_000
const sessionMs = 3_600_000
const salesDays = 31
const cookieName = 'tuppence-manage'
const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'table{border-collapse:collapse;width:100%}th,td{text-align:start;padding:.4rem .6rem;border-bottom:1px solid #8886}' +
  'td.n,th.n{text-align:end}input{font:inherit;max-width:100%}button{font:inherit;min-height:2rem}code{overflow-wrap:anywhere}'

const styleHash = createHash('sha256').update(style).digest('base64')

/** Answers `/p/<id>/manage`, for who knows the publisher's secret. */
export async function answerManage(deps: ManageDeps, id: string, request: Request): Promise<Response> {
  try {
    const insights = /\/manage\/insights(?:\/(.*))?$/.exec(new URL(request.url).pathname)
    if (insights) return await answerInsights(deps, id, { request, rest: insights[1] ?? '' })
    if (request.method === 'POST') return await act(deps, id, request)
    if (request.method !== 'GET') throw new TuppenceError('method-not-allowed')
    return isSession(deps, id, request) ? page(await overview(deps, id)) : page(login(deps, id))
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    const said = String(error.details['reason'] ?? error.code)
    const field = error.details['field']
    return page(`<h1>Not done</h1><p>${escapeHtml(field === undefined ? said : `${String(field)} ${said}`)}.</p>`, 400)
  }
}

/** The same sign-in, and nobody else's figures: they are of the publisher whose session it is. */
async function answerInsights(
  deps: ManageDeps,
  id: string,
  { request, rest }: Readonly<{ request: Request; rest: string }>,
): Promise<Response> {
  if (!isSession(deps, id, request)) return page(login(deps, id), request.method === 'GET' ? 401 : 403)
  const base = `/p/${id}/manage/insights`
  const back = { href: `/p/${id}/manage`, text: 'Offers, keys and sales' }
  const shown = { nowMs: deps.nowMs, report: (range: Range, ms?: number) => deps.insightsOf(id, range, ms) }
  return answerShown({ ...shown, context: { name: known(deps, id).name, base, back } }, request, rest)
}

async function act(deps: ManageDeps, id: string, request: Request): Promise<Response> {
  // A form on another site can post here, but not in our name.
  if (request.headers.get('origin') !== deps.origin) throw new TuppenceError('account-forbidden')
  const form = new URLSearchParams(new TextDecoder().decode(await readBody(request)))
  const action = form.get('action')
  if (action === 'enter') {
    if (!isSecretOf(deps, id, form.get('secret') ?? '')) return page(login(deps, id, 'That is not the secret.'), 403)
    return redirect(deps, id, session(deps, id))
  }
  if (!isSession(deps, id, request)) return page(login(deps, id), 403)
  if (action === 'price') {
    reprice(deps, id, { offer: form.get('offer') ?? '', price: form.get('price') ?? '' })
    return redirect(deps, id)
  }
  if (action === 'payout') {
    const given = payoutFields.flatMap(([name]) => (form.get(name) ? [[name, form.get(name)]] : []))
    changePayout(deps, id, Object.fromEntries(given))
    return redirect(deps, id)
  }
  if (action === 'rotate') {
    const secret = rotateSecret(deps, id)
    const note = `<h1>New secret</h1><p><code>${escapeHtml(secret)}</code></p><p>It is shown this once. The old one is good for an hour.</p><p><a href="manage">Back</a></p>`
    return page(note, 200, cookie(deps, id, session(deps, id)))
  }
  if (action === 'leave') return redirect(deps, id, '')
  throw new TuppenceError('bad-request')
}

function reprice(deps: ManageDeps, id: string, change: Readonly<{ offer: string; price: string }>): void {
  const offer = deps.store.offer(id, change.offer)
  if (!offer) throw new TuppenceError('not-found')
  const config = JSON.parse(offer.config) as Record<string, unknown>
  putOffer(deps, id, { id: offer.id, input: { ...config, price: change.price } })
}

async function overview(deps: ManageDeps, id: string): Promise<string> {
  const { name, account, publicKey } = await viewOf(deps, id)
  const nowMs = deps.nowMs()
  const journal = await deps.journalOf(id)
  const sales = await journal.sales({ startMs: nowMs - salesDays * dayMs, endMs: nowMs + dayMs })
  return `<h1>${escapeHtml(name)}</h1>
<h2>Offers</h2>
${offersTable(deps, id)}
<h2>Sales, last ${salesDays} days</h2>
${salesTable(deps, sales)}
<p><a href="manage/insights">Insights</a>: by day, article and price, readers who come back, experiments.</p>
<h2>Payout</h2>
${payoutForm(deps, id)}
<h2>Keys</h2>
<p>Account at the mint: <code>${escapeHtml(account)}</code>, with the key <code>${escapeHtml(publicKey)}</code>.</p>
<form method="post"><button name="action" value="rotate">Make a new secret</button></form>
<form method="post"><button name="action" value="leave">Leave</button></form>`
}

function offersTable(deps: ManageDeps, id: string): string {
  const rows = deps.store.offers(id).map(({ id: offer, config }) => {
    const { title, kind, price } = JSON.parse(config) as { title: string; kind: string; price?: string }
    const url = deps.origin + offerPath(id, offer)
    const edit =
      price === undefined
        ? ''
        : `<form method="post"><input type="hidden" name="offer" value="${escapeHtml(offer)}"><input name="price" value="${escapeHtml(price)}" size="6" inputmode="decimal" aria-label="Price of ${escapeHtml(title)}"> <button name="action" value="price">Save</button></form>`
    return `<tr><td><a href="${escapeHtml(url)}">${escapeHtml(title)}</a></td><td>${escapeHtml(kind)}</td><td>${edit}</td></tr>`
  })
  return table(['Title', 'Kind', 'Price'], rows, 'No offers yet.')
}

const payoutFields = [
  ['holder', 'Name of the account’s holder'],
  ['destination', 'IBAN, card or address'],
  ['note', 'Note for who pays it out'],
] as const

function payoutForm(deps: ManageDeps, id: string): string {
  const now = JSON.parse(known(deps, id).payout) as Record<string, string>
  const fields = payoutFields.map(
    ([name, label]) =>
      `<p><label>${label} <input name="${name}" maxlength="200" value="${escapeHtml(now[name] ?? '')}"></label></p>`,
  )
  return `<form method="post">${fields.join('')}<button name="action" value="payout">Save</button></form>`
}

function salesTable({ unit }: ManageDeps, sales: readonly Sale[]): string {
  const sums = new Map<string, Sale>()
  for (const sale of sales) {
    const key = `${sale.offerId} ${sale.price}`
    const sum = sums.get(key)
    sums.set(key, sum ? add(sum, sale) : sale)
  }
  const rows = [...sums.values()].map(({ offerId, price, asked, count, amount, refunded, refundedAmount }) => {
    const cells = [decimalAmount(price, unit), asked, count, refunded, formatAmount(amount - refundedAmount, unit)]
    return `<tr><td>${escapeHtml(offerId)}</td>${cells.map((cell) => `<td class="n">${cell}</td>`).join('')}</tr>`
  })
  return table(['Offer', 'Price', 'Asked', 'Sold', 'Given back', 'Earned'], rows, 'Nothing asked for yet.')
}

function add(a: Sale, b: Sale): Sale {
  return {
    ...a,
    asked: a.asked + b.asked,
    count: a.count + b.count,
    amount: a.amount + b.amount,
    refunded: a.refunded + b.refunded,
    refundedAmount: a.refundedAmount + b.refundedAmount,
  }
}

function table(heads: readonly string[], rows: readonly string[], none: string): string {
  if (rows.length === 0) return `<p>${none}</p>`
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function login(deps: ManageDeps, id: string, note = ''): string {
  return `<h1>${escapeHtml(known(deps, id).name)}</h1>
<form method="post" action="/p/${escapeHtml(id)}/manage"><p><label>Secret <input type="password" name="secret" autocomplete="current-password" required></label></p>
<p role="alert">${escapeHtml(note)}</p><button name="action" value="enter">Enter</button></form>`
}

// Sessions

/** Ends with its hour, and with the secret under which it began. */
function session(deps: ManageDeps, id: string): string {
  const untilMs = deps.nowMs() + sessionMs
  return `${untilMs}.${mac(deps, id, untilMs)}`
}

function isSession(deps: ManageDeps, id: string, request: Request): boolean {
  const pattern = new RegExp(`(?:^|; *)${cookieName}=(\\d{1,15})\\.([\\w-]{43})(?:;|$)`)
  const [, until = '0', tag = ''] = pattern.exec(request.headers.get('cookie') ?? '') ?? []
  const expected = mac(deps, id, Number(until))
  return (
    Number(until) > deps.nowMs() &&
    tag.length === expected.length &&
    timingSafeEqual(Buffer.from(tag), Buffer.from(expected))
  )
}

function mac(deps: ManageDeps, id: string, untilMs: number): string {
  const text = `manage|${id}|${known(deps, id).secretHash}|${untilMs}`
  return createHmac('sha256', deps.sessionKey).update(text).digest('base64url')
}

function cookie(deps: ManageDeps, id: string, value: string): Record<string, string> {
  const secure = deps.origin.startsWith('https:') ? '; Secure' : ''
  const age = value === '' ? 0 : sessionMs / 1_000
  return {
    'set-cookie': `${cookieName}=${value}; Path=/p/${id}/manage; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`,
  }
}

function redirect(deps: ManageDeps, id: string, value?: string): Response {
  const location = `/p/${id}/manage`
  return new Response(null, {
    status: 303,
    headers: { location, ...(value !== undefined && cookie(deps, id, value)) },
  })
}

function page(body: string, status = 200, headers: Record<string, string> = {}): Response {
  const csp = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Offers and sales</title>
<style>${style}</style>
<main>
${body}
</main>
</html>
`
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': csp,
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      ...headers,
    },
  })
}
