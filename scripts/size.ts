// Weighs what a reader's browser loads, in bytes after gzip -9, against the budgets; `npm run size -- --json`.
// Reads the built wallet origin (packages/widget/dist/site) and the built packages, so build first.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { root } from './steps/program.ts'

const site = join(root, 'packages', 'widget', 'dist', 'site')

/**
 * Bytes after gzip -9. `page` is before any click, `frame` the pay path, `curve` loaded for top-up, change and restore,
 * `core` the headless wallet with all that it ever loads.
 */
const goals = { page: 4_000, frame: 20_000, curve: 20_000, core: 30_000 }
/** What fails the build: the goal, or where that is missed, what was reached (docs/adr/0012-sizes.md). */
const budgets = { ...goals, core: 46_900 }

type Sizes = Record<keyof typeof budgets, number>

// The x coordinate of secp256k1's base point (SEC 2, 2.4.1): no code that does curve arithmetic can be without it.
const baseX = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const curveMarks = [baseX, BigInt(`0x${baseX}`).toString()]

const gzipBytes = (text: string | Uint8Array) => gzipSync(text, { level: 9 }).length

/** Leaves `import()` alone, so that a bundle holds the static graph and nothing else, and notes where it leads. */
function keepDynamic(found: Set<string>): Plugin {
  return {
    name: 'keep-dynamic',
    setup: ({ onResolve }) => {
      onResolve({ filter: /.*/ }, ({ kind, path, resolveDir }) => {
        if (kind === 'dynamic-import') {
          if (path.startsWith('.')) found.add(join(resolveDir, path))
          else if (path.startsWith('/')) found.add(join(site, path))
          return { path, external: true }
        }
        // The site's files name each other by absolute path; config.js is written by whoever deploys them.
        if (path.startsWith('/') && !path.startsWith(root)) {
          return path === '/config.js' ? { path, external: true } : { path: join(site, path) }
        }
        return undefined
      })
    },
  }
}

type Graph = { bytes: number; files: string[]; dynamic: string[] }

/** The static import graph of some files, and what it weighs. Files in `without` count as loaded already. */
async function weigh(entries: string[], without: string[] = [], what: 'built' | 'package' = 'built'): Promise<Graph> {
  const dynamic = new Set<string>()
  const loaded: Plugin = {
    name: 'loaded-already',
    setup: ({ onLoad }) => {
      onLoad({ filter: /.*/ }, ({ path }) =>
        without.includes(path) && !entries.includes(path) ? { contents: '' } : undefined,
      )
    },
  }
  const { outputFiles, metafile } = await build({
    stdin: { contents: entries.map((path) => `export * from ${JSON.stringify(path)}`).join('\n'), resolveDir: site },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    legalComments: 'none',
    write: false,
    metafile: true,
    // Built files are the program itself: nothing of them may be dropped because their package is free of effects.
    ignoreAnnotations: what === 'built',
    logLevel: 'error',
    // What was left out comes back as an empty module; esbuild then warns that its exports are missing.
    logOverride: { 'import-is-undefined': 'silent' },
    plugins: [loaded, keepDynamic(dynamic)],
  })
  const files = Object.keys(metafile.inputs)
    .filter((name) => name !== '<stdin>')
    .map((name) => join(process.cwd(), name))
  // Built files are weighed as they are served, each compressed by itself; a package as an app's bundler would make it.
  const served = files.filter((path) => entries.includes(path) || !without.includes(path))
  const bytes =
    what === 'built'
      ? served.reduce((sum, path) => sum + gzipBytes(readFileSync(path)), 0)
      : gzipBytes(outputFiles[0]?.contents ?? '')
  return { bytes, files, dynamic: [...dynamic] }
}

/** The module scripts that a built HTML page starts with. */
function scriptsOf(html: string): string[] {
  const text = readFileSync(join(site, html), 'utf8')
  return [...text.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)]
    .map(([, src = '']) => src)
    .filter((src) => src !== '/config.js')
    .map((src) => join(site, src))
}

const hasCurve = (path: string) => {
  const text = readFileSync(path, 'utf8').toLowerCase()
  return curveMarks.some((mark) => text.includes(mark))
}

/** The scripts with the curve in them: a chunk for this thread, and a worker. A browser loads one of them, never both. */
function curveScripts(): string[] {
  const folder = join(site, 'assets')
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const found = scripts.map((name) => join(folder, name)).filter(hasCurve)
  if (found.length === 0) throw new Error('No script of the wallet has the curve in it. Was it built?')
  return found
}

/** The heaviest of them. A worker starts with nothing; a chunk finds the frame's modules loaded already. */
async function weighCurve(frame: Graph): Promise<Graph> {
  let heaviest: Graph | undefined
  for (const script of curveScripts()) {
    const graph = await weigh([script], script.includes('worker') ? [] : frame.files)
    if (heaviest === undefined || graph.bytes > heaviest.bytes) heaviest = graph
  }
  if (heaviest === undefined) throw new Error('no curve')
  return heaviest
}

/**
 * The headless wallet with all that it ever loads, as one module.
 *
 * Each `import()` is followed and its module bundled as if it had been imported plainly: left to itself esbuild wraps
 * such modules whole and drops nothing that is unused in them.
 */
async function weighCore(): Promise<number> {
  const entries = [join(root, 'packages', 'core', 'dist', 'index.js')]
  for (let known = 0; known < entries.length;) {
    known = entries.length
    const { dynamic } = await weigh(entries, [], 'package')
    entries.push(...dynamic.filter((path) => !entries.includes(path)))
  }
  return (await weigh(entries, [], 'package')).bytes
}

async function measure(): Promise<{ sizes: Sizes; files: Record<string, string[]> }> {
  const page = await weigh([join(site, 'tuppence.js')])
  const frame = await weigh(scriptsOf('frame.html'))
  if (frame.files.some((file) => hasCurve(file))) throw new Error('The frame loads the curve before anyone needs it.')
  const curve = await weighCurve(frame)
  const core = await weighCore()
  const short = (names: string[]) => names.map((name) => relative(site, name))
  return {
    sizes: {
      page: page.bytes,
      frame: frame.bytes,
      curve: curve.bytes,
      core,
    },
    files: {
      page: short(page.files),
      frame: short(frame.files),
      curve: short(curve.files),
      core: ['@tuppence/core with all that it loads later'],
    },
  }
}

function report(sizes: Sizes, files: Record<string, string[]>): string[] {
  const over: string[] = []
  for (const [name, budget] of Object.entries(budgets) as [keyof Sizes, number][]) {
    const bytes = sizes[name]
    const goal = goals[name]
    const missed = bytes <= goal ? `goal ${goal}: met` : `goal ${goal}: MISSED by ${bytes - goal}`
    const verdict = bytes <= budget ? missed : `${missed}; OVER its budget of ${budget}`
    console.error(`${name.padEnd(6)} ${String(bytes).padStart(6)} bytes  ${verdict}  ${files[name]?.join(' ')}`)
    if (bytes > budget) over.push(name)
  }
  return over
}

statSync(join(site, 'frame.html'))
const { sizes, files } = await measure()
const over = report(sizes, files)
if (over.length > 0) {
  console.error(
    `[tuppence] over budget: ${over.join(', ')}. Load it later, or take something out; a larger budget needs an ADR.`,
  )
  process.exitCode = 1
}
if (process.argv.includes('--json')) console.log(JSON.stringify(sizes))
