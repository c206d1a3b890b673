// Finds the Chromium that the tests drive, or gets Debian's. Called before anything that opens a browser.
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runProgram } from './program.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The path of a Chromium that starts: `CHROMIUM` from the environment, else one on PATH, else Playwright's own, else
 * Debian's by apt when we are root. Sets `CHROMIUM` for the programs started after it.
 *
 * @throws Error when there is none, with what to do.
 */
export async function findChromium(): Promise<string> {
  const found = fromEnvironment() ?? fromPath() ?? (await fromPlaywright()) ?? (await fromDebian())
  if (found === undefined) {
    throw new Error('No Chromium here. Install one (apt-get install chromium) or set CHROMIUM to its path.')
  }
  process.env['CHROMIUM'] = found
  return found
}

function fromEnvironment(): string | undefined {
  const path = process.env['CHROMIUM']
  if (path === undefined || path === '') return undefined
  if (!existsSync(path)) throw new Error(`CHROMIUM names ${path}, and there is nothing there.`)
  return path
}

function fromPath(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (isExecutable(path)) return path
    }
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function fromPlaywright(): Promise<string | undefined> {
  const { chromium } = await import('playwright-core')
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

async function fromDebian(): Promise<string | undefined> {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) return undefined
  console.error('[tuppence] no Chromium here; getting it from Debian')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { output: 'stderr', env })
  const args = ['install', '-y', '-qq', '--no-install-recommends', 'chromium']
  if ((await runProgram('apt-get', args, { output: 'stderr', env })) !== 0) return undefined
  const path = fromPath()
  if (path !== undefined)
    console.error(`[tuppence] ${execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim()}`)
  return path
}
