// What the build does beside bundling: tuppence.js with its versioned copy and SRI, the headers, the deployed config, and the
// protocol's bounds written out.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { limits } from '@tuppence/protocol'
import { headerRules } from './headers.ts'

const embed = join(import.meta.dirname, '..', '..', 'embed')

/** Adds the files to the build. embed must have been built before. */
export function deliverables(): Plugin {
  return {
    name: 'tuppence-deliverables',
    apply: 'build',
    generateBundle() {
      const add = (fileName: string, source: string) => this.emitFile({ type: 'asset', fileName, source })
      const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
      const script = readFileSync(join(embed, 'dist', 'tuppence.js'), 'utf8')
      const { version } = JSON.parse(readFileSync(join(embed, 'package.json'), 'utf8')) as { version: string }
      const digest = createHash('sha384').update(script).digest('base64')
      const versioned = `v/${version}/tuppence-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.js`
      add('tuppence.js', script)
      add(versioned, script)
      add('sri.json', json({ version, files: [{ path: `/${versioned}`, integrity: `sha384-${digest}` }] }))
      add('headers.json', json({ rules: headerRules('https:') }))
      add('headers.demo.json', json({ rules: headerRules('https: http://*.localhost:*') }))
    },
  }
}

/** Leaves `virtual:config` to the file that whoever deploys the wallet writes at its origin. */
export function deployedConfig(): Plugin {
  return {
    name: 'tuppence-deployed-config',
    enforce: 'pre',
    resolveId: (id) => (id === 'virtual:config' ? { id: '/config.js', external: 'absolute' } : undefined),
  }
}

/** Writes the protocol's bounds out where they are used: a bundler keeps an object whole, with all that is never read. */
export function plainLimits(): Plugin {
  return {
    name: 'tuppence-plain-limits',
    apply: 'build',
    enforce: 'pre',
    transform: (code, id) =>
      /\.tsx?$/.test(id) && code.includes('limits.')
        ? code.replace(/\blimits\.(\w+)/g, (text, name: string) =>
            Object.hasOwn(limits, name) ? String(limits[name as keyof typeof limits]) : text,
          )
        : undefined,
  }
}
