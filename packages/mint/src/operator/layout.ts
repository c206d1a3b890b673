// What every page of the operator has around it: head, bar, and headers that let nothing else run; each page calls it.

import { randomBytes } from 'node:crypto'
import { html, raw } from 'hono/html'
import { formatAmount } from '@tuppence/protocol'
import type { Session } from './session.ts'
import { style } from './style.ts'

/** Text that is HTML already: everything else that goes into a template is escaped. */
export type Html = ReturnType<typeof html>

/** Where the operator's pages are. */
export const operatorPath = '/operator'

const sections = [
  ['', 'Held'],
  ['/log', 'Log'],
  ['/books', 'Books'],
  ['/costs', 'Costs'],
] as const

/** What a page is. `at` is which of the bar's sections it belongs to: its path below /operator. */
export interface PageParts {
  readonly title: string
  readonly at?: (typeof sections)[number][0]
  readonly session?: Session
  /** Of the mint. */
  readonly name: string
  readonly body: Html
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A page as an answer: no script, one style under a nonce, nothing from elsewhere, kept by nobody. */
export async function pageAnswer({ status = 200, headers = {}, ...parts }: PageParts): Promise<Response> {
  const nonce = randomBytes(16).toString('base64url')
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return new Response(String(await documentOf(parts, nonce)), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      ...headers,
    },
  })
}

function documentOf({ title, at, session, name, body }: Omit<PageParts, 'status' | 'headers'>, nonce: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${name}</title>
        <link rel="icon" href="data:," />
        <style nonce="${nonce}">
          ${raw(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header>
          <div class="bar">
            <a class="brand" href="${operatorPath}"
              ><svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                <circle cx="12" cy="12" r="10.5" fill="none" stroke="currentColor" stroke-width="2.5" />
                <path
                  d="M8 9.5a4 4 0 0 1 8 0c0 3.5-8 4-8 8h8"
                  fill="none"
                  stroke="currentColor"
                  stroke-width="2.5"
                  stroke-linecap="round"
                /></svg
              >${name}</a
            >
            ${session === undefined ? '' : barOf(session, at)}
          </div>
        </header>
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`
}

function barOf({ person, formToken }: Session, at: PageParts['at']): Html {
  const links = sections.map(
    ([path, label]) =>
      html`<li><a href="${operatorPath}${path}" ${at === path ? html` aria-current="page"` : ''}>${label}</a></li>`,
  )
  return html`<nav aria-label="Operator">
      <ul>
        ${links}
      </ul>
    </nav>
    <div class="who">
      <span>${person.name}</span>
      <form method="post" action="${operatorPath}/leave">
        <input type="hidden" name="token" value="${formToken}" /><button class="plain">Sign out</button>
      </form>
    </div>`
}

/** An amount for a person, where there is one. */
export function amountOf({ amount, unit }: { readonly amount?: number; readonly unit?: string }): Html | string {
  return amount === undefined || unit === undefined ? '' : html`<span class="amount">${money(amount, unit)}</span>`
}

/** An amount for a person. */
export function money(amount: number, unit: string): string {
  return formatAmount(amount, unit)
}

/** A moment, to the minute, in UTC. */
export function moment(atMs: number): Html {
  const text = new Date(atMs).toISOString()
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')}</time>`
}

/** A day, in UTC. */
export function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

/** How long ago, roughly. */
export function age(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}

/** A table that a phone scrolls sideways; the first cell of each row names it. `end`: columns of figures, set to the right. */
export function table({
  caption,
  heads,
  rows,
  end = [],
}: {
  caption: string
  heads: readonly string[]
  rows: readonly (readonly (string | Html)[])[]
  end?: readonly number[]
}): Html {
  const head = heads.map(
    (text, column) => html`<th scope="col" ${end.includes(column) ? html` class="n"` : ''}>${text}</th>`,
  )
  const lines = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, column) => html`<td${end.includes(column) ? html` class="n"` : ''}>${cell}</td>`)}
      </tr>`,
  )
  return tableOf(caption, head, lines)
}

/** A table of rows that are made already, in a box that scrolls; what it is stays in sight. */
export function tableOf(caption: string, head: readonly Html[], lines: readonly Html[]): Html {
  return html`<div class="table">
    <p aria-hidden="true">${caption}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table aria-label="${caption}">
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
  </div>`
}
