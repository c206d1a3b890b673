/** Answers requests with files of a folder, as any file server does; the wallet's origin and previews of sites use it. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
}

/** Files by hand, before those of the folder: text by path. */
export type Extra = Readonly<Record<string, string>>

/**
 * A folder as a site: `/a/` is `/a/index.html`, GET and HEAD, no listing, nothing above the folder.
 *
 * @param headersFor - More headers for a path.
 */
export function fileSite(
  dir: string,
  {
    extra = {},
    headersFor = () => ({}),
  }: { extra?: Extra; headersFor?: (path: string) => Record<string, string> } = {},
): (request: Request) => Response {
  return (request) => {
    const { pathname } = new URL(request.url)
    const headers = new Headers(headersFor(pathname))
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('Method not allowed', { status: 405, headers: { allow: 'GET, HEAD' } })
    const found = find(dir, extra, pathname)
    if (!found) return new Response('Not found', { status: 404, headers })
    headers.set('content-type', types[extname(found.name)] ?? 'application/octet-stream')
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache')
    return new Response(request.method === 'HEAD' ? null : found.body, { headers })
  }
}

function find(
  dir: string,
  extra: Extra,
  pathname: string,
): Readonly<{ name: string; body: string | Uint8Array<ArrayBuffer> }> | undefined {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (Object.hasOwn(extra, path)) return { name: path.endsWith('/') ? 'index.html' : path, body: extra[path] as string }
  if (path.includes('\0') || path.split(/[\\/]/).includes('..')) return undefined
  const file = join(dir, path)
  for (const name of path.endsWith('/') ? [join(file, 'index.html')] : [file, `${file}.html`])
    if (existsSync(name) && statSync(name).isFile()) return { name, body: new Uint8Array(readFileSync(name)) }
  return undefined
}
