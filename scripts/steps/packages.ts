// Packs every package as it would be published and asks publint and are-the-types-wrong about the tarball.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, runProgram } from './program.ts'

// For a page's script tag, not for import: no types.
const scriptsOnly = ['--exclude-entrypoints', './tuppence.js', './tuppence-offerwall.js', './unseal/*']

/** Checks each public package under packages/. @returns 0 when all are clean. */
export async function inspectPackages(): Promise<number> {
  const packed = join(root, '.tmp', 'packed')
  rmSync(packed, { recursive: true, force: true })
  let failed = 0
  for (const folder of readdirSync(join(root, 'packages')).sort()) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
      name: string
      private?: boolean
    }
    if (manifest.private === true) continue
    if (!existsSync(join(root, 'packages', folder, 'README.md'))) {
      console.error(`${manifest.name} has no README.md`)
      failed += 1
    }
    const destination = join(packed, folder)
    mkdirSync(destination, { recursive: true })
    const pack = ['--dir', `packages/${folder}`, 'pack', '--silent', '--pack-destination', destination]
    if ((await runProgram('pnpm', pack, { output: 'on-failure' })) !== 0) {
      failed += 1
      continue
    }
    const tarball = join(destination, readdirSync(destination).find((name) => name.endsWith('.tgz')) ?? '')
    const lint = await runProgram('node_modules/.bin/publint', [tarball, '--strict'], { output: 'on-failure' })
    // Node16 and bundlers only: the packages are ES modules, and say so.
    const attw = [tarball, '--profile', 'esm-only', '--format', 'table-flipped', '--no-color', ...scriptsOnly]
    const types = await runProgram('node_modules/.bin/attw', attw, { output: 'on-failure' })
    console.log(
      `${manifest.name}: publint ${lint === 0 ? 'clean' : 'FAILED'}, types ${types === 0 ? 'right' : 'WRONG'}`,
    )
    if (lint !== 0 || types !== 0) failed += 1
  }
  return failed === 0 ? 0 : 1
}
