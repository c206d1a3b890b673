// Static files of a publisher (style sheet, pictures), read once and kept, compressed; the sites serve them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Answers a GET for a file by its public path, or says that it has none. */
export type Assets = (path: string, request: Request) => Response | undefined

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

// An SVG opened by itself is a document of this origin: it may style itself and do nothing else.
const svgPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/**
 * Loads files.
 *
 * @param sources - Public path of a folder to the folder and the names wanted from it.
 */
export function loadAssets(sources: Record<string, { dir: string; names: readonly string[] }>): Assets {
  const files = new Map<
    string,
    { headers: Record<string, string>; plain: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer> }
  >()
  for (const [prefix, { dir, names }] of Object.entries(sources)) {
    const there = new Set(readdirSync(dir))
    for (const name of names) {
      if (!there.has(name)) throw new Error(`${join(dir, name)} is missing`)
      const plain = new Uint8Array(readFileSync(join(dir, name)))
      const extension = extname(name)
      const headers = {
        'content-type': types[extension] ?? 'application/octet-stream',
        'cache-control': 'public, max-age=300',
        etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
        vary: 'Accept-Encoding',
        ...(extension === '.svg' && { 'content-security-policy': svgPolicy }),
      }
      files.set(`${prefix}${name}`, { headers, plain, gzip: new Uint8Array(gzipSync(plain)) })
    }
  }
  return (path, request) => {
    const file = files.get(path)
    if (!file) return undefined
    const { headers, plain, gzip } = file
    if (request.headers.get('if-none-match') === headers['etag']) return new Response(null, { status: 304, headers })
    return /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
      ? new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
      : new Response(plain, { headers })
  }
}
