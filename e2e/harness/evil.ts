// A publisher who means harm: an origin with pages of its choice, a real till, redirects, and an ad server's iframe.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTill, loadAccountKey, type TillEvent } from '@tuppence/till'
import { nodeTill } from '@tuppence/till/node'
import { attackerScript } from './attacker.ts'

export type Evil = {
  /** `http://evil.localhost:PORT`, a site of its own. */
  origin: string
  /** The same server under another name: where an advertisement comes from. */
  adOrigin: string
  /** The account its till is paid into; register it at the mint. */
  account: { id: string; name: string; publicKey: string }
  /** Serves HTML at a fresh address. @returns its path. */
  page: (html: string, headers?: Record<string, string>) => string
  /** Answers a path with a redirect. @returns its path. */
  redirect: (location: string) => string
  /** What was asked of this server, as `METHOD path`. */
  requests: string[]
  /** The headers of each request, in the same order. */
  headers: IncomingMessage['headers'][]
  /** What its till logged. */
  events: TillEvent[]
  /** Opens its till, once the mint is known. */
  openTill: (mintUrl: string, mintInternalUrl: string) => Promise<void>
  stop: () => Promise<void>
}

/** Prices of the evil till's offers at `/offer/<cents>`. */
export const evilPrices = [1, 5, 250, 499, 500, 501, 1_000, 100_000] as const

/** How many harmless articles there are at `/item/1`, `/item/2` ..., a cent each; each delivers `<p>item N</p>`. */
export const itemsMax = 80

/** What the evil till delivers at its offers: everything that must not run in a page. */
export const hostileHtml = `<p id="bought">bought</p>
<script>globalThis.ran = 'script'</script>
<img src="/nothing.png" onerror="globalThis.ran = 'onerror'">
<svg onload="globalThis.ran = 'svg'"><script>globalThis.ran = 'svg script'</script></svg>
<iframe srcdoc="<script>parent.ran = 'srcdoc'</script>"></iframe>
<a id="link" href="javascript:globalThis.ran = 'href'">link</a>
<details open ontoggle="globalThis.ran = 'toggle'"><summary>x</summary></details>
<style>body { display: none }</style><base href="http://elsewhere.invalid/"><meta http-equiv="refresh" content="0;url=/stolen">
<form action="/stolen"><button id="send">send</button></form>
<template><script>globalThis.ran = 'template'</script></template>`

type Answer = { status: number; headers: Record<string, string>; body: string }

/** Starts the server on a free port. */
export async function openEvil(): Promise<Evil> {
  const answers = new Map<string, Answer>()
  const requests: string[] = []
  const headers: Evil['headers'] = []
  const events: TillEvent[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'tuppence-evil-'))
  let till: ReturnType<typeof nodeTill> | undefined
  let closeTill: (() => Promise<void> | void) | undefined
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://evil.invalid').pathname
    requests.push(`${request.method} ${path}`)
    headers.push(request.headers)
    const answer = answers.get(path)
    if (path === '/attacker.js') reply(response, attacker)
    else if (answer !== undefined) reply(response, answer)
    else if (till !== undefined) till(request, response, () => reply(response, notFound))
    else reply(response, notFound)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://evil.localhost:${port}`
  const { publicKey } = await loadAccountKey(dataDir)
  const serve = (answer: Answer): string => {
    const path = `/${randomUUID()}`
    answers.set(path, answer)
    return path
  }
  return {
    origin,
    adOrigin: `http://ads.localhost:${port}`,
    account: { id: 'evil', name: 'Evil Gazette', publicKey },
    requests,
    headers,
    events,
    page: (html, extra = {}) =>
      serve({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...extra }, body: html }),
    redirect: (location) =>
      serve({
        status: 302,
        headers: { location, 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
        body: '',
      }),
    openTill: async (mintUrl, mintInternalUrl) => {
      const opened = await createTill({
        config: {
          origin,
          account: 'evil',
          mint: { url: mintUrl, internalUrl: mintInternalUrl },
          dataDir,
          offers: [
            ...evilPrices.map((cents) => ({
              id: `offer-${cents}`,
              kind: 'article' as const,
              path: `/offer/${cents}`,
              title: 'Bait',
              price: (cents / 100).toFixed(2),
            })),
            ...Array.from({ length: itemsMax }, (_, n) => ({
              id: `item-${n + 1}`,
              kind: 'article' as const,
              path: `/item/${n + 1}`,
              title: `Item ${n + 1}`,
              price: '0.01',
            })),
            { id: 'tip', kind: 'tip' as const, path: '/tip', title: 'Tip' },
          ],
        },
        content: async ({ id }) => ({
          contentType: 'text/html; charset=utf-8',
          body: id.startsWith('item-') ? `<p>${id.replace('-', ' ')}</p>` : hostileHtml,
        }),
        log: (event) => events.push(event),
      })
      till = nodeTill(opened)
      closeTill = () => opened.close()
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await closeTill?.()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const attacker: Answer = {
  status: 200,
  headers: { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
  body: attackerScript,
}

const notFound: Answer = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'nothing here' }

function reply(response: ServerResponse<IncomingMessage>, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body)
}
