// Builds what pages load later as bundles of their own, once for all pages.
//
// A bundler that splits one graph keeps in a page's first file all that any later file shares with it: the frame would
// begin with the decoder because change needs it. What core loads later takes all that it works on as arguments, so it can
// as well bring its own copy of the few small modules that it has in common with the page.
import { build, type Plugin, type Rolldown } from 'vite'

/** Files that pages import later, by their absolute path, and the address that they have got. */
export type Islands = ReadonlyMap<string, string>

/**
 * Builds files as entries, together.
 *
 * @param options - As for the pages.
 * @param files - Absolute paths.
 */
export async function buildIslands(
  options: { root: string; configFile: string },
  files: readonly string[],
): Promise<Islands> {
  const input = Object.fromEntries(files.map((file) => [nameOf(file), file]))
  const rolldownOptions = {
    input,
    preserveEntrySignatures: 'strict' as const,
    // Without their names: the frame has all of these addresses in it.
    output: { entryFileNames: 'assets/[hash:6].js' },
  }
  const built = (await build({ ...options, logLevel: 'warn', build: { rolldownOptions } })) as Rolldown.RolldownOutput
  const islands = new Map<string, string>()
  for (const file of built.output) {
    if (file.type === 'chunk' && file.isEntry && file.facadeModuleId)
      islands.set(file.facadeModuleId, `/${file.fileName}`)
  }
  return islands
}

/** Has a page import islands by their address. */
export function toIslands(islands: Islands): Plugin {
  return {
    name: 'tuppence-islands',
    enforce: 'pre',
    async resolveDynamicImport(specifier, importer) {
      if (typeof specifier !== 'string' || importer === undefined) return undefined
      const resolved = await this.resolve(specifier, importer)
      const address = resolved && islands.get(resolved.id)
      return address ? { id: address, external: 'absolute' } : undefined
    },
  }
}

/** Vite's loader of style sheets and preloads for dynamic imports, which nothing here needs. */
export function plainImports(): Plugin {
  const helper = '\0vite/preload-helper.js'
  return {
    name: 'tuppence-plain-imports',
    enforce: 'pre',
    load: (id) => (id === helper ? 'export const __vitePreload = (load) => load()' : undefined),
  }
}

function nameOf(file: string): string {
  return file
    .replace(/^.*\/src\//, '')
    .replace(/\.tsx?$/, '')
    .replaceAll('/', '-')
}
