/** The page's script and styles, with uPlot's: read from disk once, with their compressed form; answer.ts serves them. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

type Asset = Readonly<{ type: string; text: () => string }>

const javascript = 'text/javascript; charset=utf-8'
const css = 'text/css; charset=utf-8'
// Either src/insights or dist/insights; the package has both.
const here = import.meta.dirname

const assets: Readonly<Record<string, Asset>> = {
  // One file each: the page is there sooner.
  'insights.js': { type: javascript, text: () => `${uplotText('uPlot.iife.min.js')}\n${scriptText()}` },
  'insights.css': {
    type: css,
    text: () => uplotText('uPlot.min.css') + readFileSync(join(here, '../../src/insights/page.css'), 'utf8'),
  },
}

const read = new Map<
  string,
  Readonly<{ plain: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer>; etag: string }>
>()

/** Answers a GET for one of the page's files; nothing where it is none. */
export function assetAnswer(name: string, request: Request): Response | undefined {
  const asset = Object.hasOwn(assets, name) ? assets[name] : undefined
  if (!asset) return undefined
  const { plain, gzip, etag } = load(name, asset)
  const headers = {
    'content-type': asset.type,
    // They change with the program only, and then by another address: the page names them with their tag.
    'cache-control': 'public, max-age=31536000, immutable',
    etag,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  const isSmall = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  return isSmall
    ? new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
    : new Response(plain, { headers })
}

/** The name of a file with what it holds, for the page to ask for. */
export function assetUrl(base: string, name: string): string {
  const asset = assets[name]
  return asset ? `${base}/${name}?v=${load(name, asset).etag.slice(1, -1)}` : base
}

function load(name: string, { text }: Asset) {
  const known = read.get(name)
  if (known) return known
  const plain = new Uint8Array(Buffer.from(text()))
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 16)}"`
  const loaded = { plain, gzip: new Uint8Array(gzipSync(plain)), etag }
  read.set(name, loaded)
  return loaded
}

/** Compiled with the package; in the workspace, where packages run as they are written, without its types. */
function scriptText(): string {
  const compiled = join(here, 'page-script.js')
  return existsSync(compiled)
    ? readFileSync(compiled, 'utf8')
    : stripTypeScriptTypes(readFileSync(join(here, 'page-script.ts'), 'utf8'))
}

/** It defines `uPlot`, which is then the module's own. */
function uplotText(name: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot/package.json'))
  return readFileSync(join(folder, 'dist', name), 'utf8')
}
