// Builds the wallet's origin into dist/site. `pnpm build` runs it with Node; embed has to be built before.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { buildIslands, toIslands } from './islands.ts'
import { deliverables } from './plugins.ts'
import { buildShell } from './shell.ts'

const root = join(import.meta.dirname, '..')
const core = join(root, '..', 'core', 'src')
const options = { root, configFile: join(root, 'vite.config.ts') }

/** Absolute paths of what core imports later. */
function coreIslands(): string[] {
  const names = readdirSync(core, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const found = files.flatMap((name) => {
    const imports = readFileSync(join(core, name), 'utf8').matchAll(/\bimport\('(\..+?)'\)/g)
    return [...imports].map((match) => join(core, dirname(name), match[1]!))
  })
  return [...new Set(found)]
}

/** Absolute paths of the words in all languages, but for those that the frame begins with. */
function words(): string[] {
  const locale = join(root, 'src', 'locale')
  const names = readdirSync(locale, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /^\w+\/\w+\.ts$/.test(name) && name !== 'en/frame.ts').map((name) => join(locale, name))
}

const ownIslands = [join(root, 'src', 'curve.ts'), ...words()]

rmSync(join(root, 'dist', 'site'), { recursive: true, force: true })
const islands = await buildIslands(options, [...coreIslands(), ...ownIslands])
// One by one: pages built together share files, and each would begin with twenty small ones.
for (const page of ['frame.html', 'popup.html', 'trip.html', 'topped-up.html', 'index.html']) {
  const plugins = [toIslands(islands), ...(page === 'frame.html' ? [deliverables()] : [])]
  const rolldownOptions = { input: join(root, page), output: { chunkFileNames: 'assets/[hash:6].js' } }
  const built = await build({ ...options, plugins, logLevel: 'warn', build: { rolldownOptions } })
  if (page === 'index.html') await buildShell(options, built as Rolldown.RolldownOutput, islands)
}
