// The pretended Stripe's checkout page: a form with a card's number, in plain HTML without a script; double.ts serves it.

import { ApiError } from './api-error.ts'
import { expireDue, paySession, sessionOf } from './money.ts'
import type { World } from './world.ts'

/** Answers GET and POST of `/c/pay/<session>`. */
export async function answerPage(world: World, request: Request, id: string): Promise<Response> {
  const session = world.sessions.get(id)
  if (session === undefined) return html(404, layout('Nothing here', '<p>No such checkout.</p>'))
  expireDue(world, session)
  if (session.status !== 'open') return html(410, layout('Checkout is over', '<p>This checkout is no longer open.</p>'))
  if (request.method !== 'POST') return html(200, form(world, id, undefined))
  const sent = new URLSearchParams(await request.text())
  if (sent.get('action') === 'cancel') return leave(session.cancel_url ?? session.success_url, id)
  const card = (sent.get('number') ?? '').replace(/[\s-]/g, '')
  if (!isCardNumber(card)) return html(400, form(world, id, 'Your card number is not valid.'))
  try {
    const decline = paySession(world, id, { card, email: sent.get('email') ?? '' })
    return decline === undefined
      ? leave(session.success_url, id)
      : html(402, form(world, id, said[decline] ?? declined))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return html(410, layout('Checkout is over', `<p>${escape(error.message)}</p>`))
  }
}

const declined = 'Your card was declined.'
const said: Readonly<Record<string, string>> = { insufficient_funds: 'Your card has insufficient funds.' }

function leave(url: string | null, id: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: (url ?? '/').replace('{CHECKOUT_SESSION_ID}', id), 'cache-control': 'no-store' },
  })
}

function form(world: World, id: string, complaint: string | undefined): string {
  const session = sessionOf(world, id)
  const amount = `${((session.amount_total ?? 0) / 100).toFixed(2)} ${escape((session.currency ?? '').toUpperCase())}`
  const alert = complaint === undefined ? '' : `<p role="alert">${escape(complaint)}</p>`
  return layout(
    `Pay ${amount}`,
    `${alert}<form method="post">
<label>Email <input name="email" type="email" autocomplete="email" value="reader@example.com"></label>
<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number" value="4242 4242 4242 4242" required></label>
<label>Expiry <input name="exp" autocomplete="cc-exp" value="12 / 34" required></label>
<label>CVC <input name="cvc" inputmode="numeric" autocomplete="cc-csc" value="123" required></label>
<button name="action" value="pay">Pay ${amount}</button>
<button name="action" value="cancel" formnovalidate>Cancel</button>
</form>
<p>Cards to try: <code>4242 4242 4242 4242</code> is good, <code>4000 0000 0000 0002</code> is declined,
<code>4000 0000 0000 0259</code> is good and disputed later.</p>`,
  )
}

function layout(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${title}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:2rem auto;padding:0 1rem;color:#1a1f36;background:#fff}
label{display:block;margin:.75rem 0}input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem}
button{font:inherit;padding:.6rem 1rem;margin:.5rem .5rem .5rem 0}[role=alert]{color:#b3093c}
.note{border:2px dashed #b45309;padding:.5rem .75rem}
</style>
<main><p class="note"><strong>Not real.</strong> A stand-in for Stripe's checkout: no card is charged here.</p>
<h1>${title}</h1>${body}</main></html>`
}

function html(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
    },
  })
}

/** Whether the check digit is right (ISO/IEC 7812-1, Luhn). */
function isCardNumber(text: string): boolean {
  if (!/^\d{12,19}$/.test(text)) return false
  const sum = [...text].toReversed().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
