// Builds what runs: the packages' JavaScript by tsc, then each package's own bundle (its `build` script), in order.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runProgram, type Output } from './program.ts'

// Dependents after what they need: the wallet's origin serves the embed's script.
const bundled = ['packages/embed', 'packages/widget']

/** Compiles every package and type-checks everything else that the root tsconfig.json refers to. */
export function buildPackages(output: Output = 'inherit'): Promise<number> {
  return runProgram('node_modules/.bin/tsc', ['-b'], { output })
}

/** Runs the `build` script of each package that has one. */
export async function buildSites(output: Output = 'inherit'): Promise<number> {
  for (const folder of bundled) {
    const manifest = join(root, folder, 'package.json')
    if (!existsSync(manifest)) continue
    const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts?: Record<string, string> }
    if (scripts?.['build'] === undefined) continue
    const status = await runProgram('pnpm', ['--dir', folder, 'run', 'build'], { output })
    if (status !== 0) return status
  }
  return 0
}
