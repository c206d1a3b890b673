// Looks for programs on PATH, and gets what is missing from Debian. chromium.ts and engines.ts ask for browsers.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runProgram } from './program.ts'

/** The path of the first of these programs that is on PATH. */
export function findOnPath(...names: readonly string[]): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (isExecutable(path)) return path
    }
  }
  return undefined
}

/** Installs packages by apt. @returns false when we are not root, there is no apt, or it fails. */
export async function installFromDebian(...packages: readonly string[]): Promise<boolean> {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) return false
  console.error(`[tuppence] getting from Debian: ${packages.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { output: 'stderr', env })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  return (await runProgram('apt-get', args, { output: 'stderr', env })) === 0
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
