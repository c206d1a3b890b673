// The wallet's origin: serves the files that the widget's build left, with exactly the headers it asks for, and the one
// file that whoever deploys a wallet writes, /config.js. Started by the launcher.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { serveUntilStopped, siteSettings } from './serve.ts'

/** What the launcher tells the wallet's process. */
export type WalletSettings = Readonly<{ port: number; siteDir: string; mints: readonly string[] }>

/** headers.json: every rule whose path matches applies in order; a trailing `*` matches any rest. */
export type HeaderRules = Readonly<{ rules: readonly Readonly<{ path: string; headers: Record<string, string> }>[] }>

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
}

/** The headers that the rules give a path, later rules over earlier ones. */
export function headersFor({ rules }: HeaderRules, path: string): Headers {
  const headers = new Headers()
  for (const rule of rules) {
    const matches = rule.path.endsWith('*') ? path.startsWith(rule.path.slice(0, -1)) : path === rule.path
    if (matches) for (const [name, value] of Object.entries(rule.headers)) headers.set(name, value)
  }
  return headers
}

/**
 * Makes the wallet's origin.
 *
 * @param siteDir - The widget's dist/site. Its headers.demo.json lets pages reach `*.localhost` without TLS.
 * @returns Answers GET and HEAD; what is not a file is 404.
 * @throws {Error} The folder is not there: the widget has not been built.
 */
export function walletSite({
  siteDir,
  mints,
}: Pick<WalletSettings, 'siteDir' | 'mints'>): (request: Request) => Response {
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(siteDir, name)))
  const names = readdirSync(siteDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(siteDir, name)).isFile(),
  )
  const files = new Map(names.map((name) => [`/${relative('', name).split(sep).join('/')}`, read(name)]))
  const config = `export const config = ${JSON.stringify({ mints })}\n`
  files.set('/config.js', new TextEncoder().encode(config))
  const rules = JSON.parse(readFileSync(join(siteDir, 'headers.demo.json'), 'utf8')) as HeaderRules
  for (const name of ['/headers.json', '/headers.demo.json']) files.delete(name)

  return (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/health') return Response.json({ status: 'ok' })
    const path = pathname === '/' ? '/index.html' : pathname
    const headers = headersFor(rules, pathname)
    const body = files.get(path)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('Method not allowed', { status: 405, headers: { allow: 'GET, HEAD' } })
    if (!body) return new Response('Not found', { status: 404, headers })
    headers.set('content-type', types[extname(path)] ?? 'application/octet-stream')
    return new Response(request.method === 'HEAD' ? null : body, { headers })
  }
}

if (import.meta.main) {
  const { port, ...site } = siteSettings<WalletSettings>()
  serveUntilStopped(walletSite(site), { port })
}
