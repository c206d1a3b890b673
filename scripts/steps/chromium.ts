// Finds the Chromium that the tests drive, or gets Debian's. Called before anything that opens a browser.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findOnPath, installFromDebian } from './debian.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The path of a Chromium that starts: `CHROMIUM` from the environment, else one on PATH, else Playwright's own, else
 * Debian's by apt when we are root. Sets `CHROMIUM` for the programs started after it.
 *
 * @throws Error when there is none, with what to do.
 */
export async function findChromium(): Promise<string> {
  const found = fromEnvironment() ?? findOnPath(...names) ?? (await fromPlaywright()) ?? (await fromDebian())
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

async function fromPlaywright(): Promise<string | undefined> {
  const { chromium } = await import('playwright-core')
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

async function fromDebian(): Promise<string | undefined> {
  if (!(await installFromDebian('chromium'))) return undefined
  const path = findOnPath(...names)
  if (path !== undefined)
    console.error(`[tuppence] ${execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim()}`)
  return path
}
