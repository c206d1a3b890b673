// Builds the wallet page's service worker, with the list of the files that it keeps, into shell.js.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import type { Islands } from './islands.ts'

/** Files beside the page's own, by their addresses. */
const others = ['/config.js', '/manifest.webmanifest', '/icon.svg', '/mark.svg', '/icon-192.png']

/**
 * Writes shell.js. Its bytes change whenever one of the files does, which is how a browser learns of it.
 *
 * @param page - What building index.html made.
 * @param islands - What pages load later.
 */
export async function buildShell(
  options: { root: string; configFile: string },
  page: Rolldown.RolldownOutput,
  islands: Islands,
): Promise<void> {
  const site = join(options.root, 'dist', 'site')
  const assets = page.output.map(({ fileName }) => `/${fileName}`).filter((path) => path.startsWith('/assets/'))
  const shared = sharedFiles(site, [...islands.values()])
  const files = ['/', ...new Set([...assets, ...shared]), ...others]
  const hash = createHash('sha256')
  for (const path of files) hash.update(readFileSync(join(site, path === '/' ? 'index.html' : path)))
  const define = {
    __SHELL_FILES__: JSON.stringify(files),
    __SHELL_VERSION__: JSON.stringify(hash.digest('hex').slice(0, 12)),
  }
  const rolldownOptions = {
    input: join(options.root, 'src', 'shell-worker.ts'),
    output: { entryFileNames: 'shell.js' },
  }
  await build({ ...options, define, logLevel: 'warn', build: { rolldownOptions, copyPublicDir: false } })
}

/** Islands and what they import in turn. */
function sharedFiles(site: string, entries: readonly string[]): string[] {
  const found = new Set<string>()
  const visit = (path: string): void => {
    if (found.has(path) || !existsSync(join(site, path))) return
    found.add(path)
    const text = readFileSync(join(site, path), 'utf8')
    for (const [, name] of text.matchAll(/["'`](?:\.\/|\/assets\/)([\w-]+\.js)["'`]/g)) visit(`/assets/${name}`)
  }
  for (const entry of entries) visit(entry)
  return [...found]
}
