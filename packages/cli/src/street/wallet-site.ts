/** The wallet's origin as a street serves it: the files that @tuppence/widget carries, with the headers it asks for. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileSite } from './files.ts'

type Rules = Readonly<{ rules: readonly Readonly<{ path: string; headers: Record<string, string> }>[] }>

/**
 * Makes the wallet's origin for mints on this machine.
 *
 * @throws {Error} The widget is not built (in a checkout: npm run build).
 */
export function walletSite(mints: readonly string[]): (request: Request) => Response {
  const dir = join(dirname(createRequire(import.meta.url).resolve('@tuppence/widget')), '../dist/site')
  if (!existsSync(join(dir, 'frame.html'))) throw new Error(`the wallet's files are not built: ${dir}`)
  // Its headers for a demo let pages reach *.localhost without TLS.
  const { rules } = JSON.parse(readFileSync(join(dir, 'headers.demo.json'), 'utf8')) as Rules
  const headersFor = (path: string): Record<string, string> =>
    Object.assign(
      {},
      ...rules
        .filter((rule) => (rule.path.endsWith('*') ? path.startsWith(rule.path.slice(0, -1)) : path === rule.path))
        .map(({ headers }) => headers),
    )
  return fileSite(dir, { extra: { '/config.js': `export const config = ${JSON.stringify({ mints })}\n` }, headersFor })
}
