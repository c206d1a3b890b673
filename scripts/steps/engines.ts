// Finds Firefox and WebKitGTK with all that drives them, or gets Debian's. `npm run e2e:engines` calls it.
import { globSync } from 'node:fs'
import { findOnPath, installFromDebian } from './debian.ts'

/** Each program by the variable that tells the tests where it is, with Debian's package. */
const programs: readonly { variable: string; inPackage: string; find: () => string | undefined }[] = [
  { variable: 'FIREFOX', inPackage: 'firefox-esr', find: () => findOnPath('firefox-esr', 'firefox') },
  { variable: 'WEBKIT_DRIVER', inPackage: 'webkit2gtk-driver', find: () => findOnPath('WebKitWebDriver') },
  {
    variable: 'MINI_BROWSER',
    inPackage: 'webkit2gtk-driver',
    find: () => globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser').sort().at(-1),
  },
  { variable: 'XVFB_RUN', inPackage: 'xvfb', find: () => findOnPath('xvfb-run') },
  { variable: 'XAUTH', inPackage: 'xauth', find: () => findOnPath('xauth') },
  { variable: 'OPENBOX', inPackage: 'openbox', find: () => findOnPath('openbox') },
]

const missing = () => programs.filter(({ variable, find }) => (process.env[variable] ??= find()) === undefined)

/**
 * Sets a variable for each program that the engines' tests start, installing what is not there when we are root.
 *
 * @throws Error when something is missing still, with what to do.
 */
export async function findEngines(): Promise<void> {
  const wanted = [...new Set(missing().map(({ inPackage }) => inPackage))]
  if (wanted.length > 0) await installFromDebian(...wanted)
  const left = missing().map(({ inPackage }) => inPackage)
  if (left.length > 0)
    throw new Error(`Not here: ${left.join(', ')}. Install them (apt-get install ${left.join(' ')}).`)
}
