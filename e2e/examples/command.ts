// Starts an example as its reader does, by its one command, and reads where it is from what it prints.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** An example that runs: its address, its wallet's, and its mint's where it says that. */
export type Running = Readonly<{ url: string; wallet: string; mint: string; close: () => Promise<void> }>

const readyWithinMs = 60_000

/**
 * Runs `node src/start.ts` of an example on free ports.
 *
 * @param flags - That put its data and ports somewhere else; the command is the same.
 * @throws {Error} It ended, or was not ready in time; with all it said.
 */
export async function byCommand(example: string, flags: readonly string[]): Promise<Running> {
  const file = join(import.meta.dirname, '..', '..', 'examples', example, 'src', 'start.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: join(file, '..', '..'),
  })
  let said = ''
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        said += String(text)
        if (/^ready$/m.test(said)) resolve()
      })
  })
  const timer = AbortSignal.timeout(readyWithinMs)
  const late = new Promise<void>((resolve) => timer.addEventListener('abort', () => resolve()))
  await Promise.race([ready, ended, late])
  if (!/^ready$/m.test(said)) {
    child.kill('SIGKILL')
    throw new Error(`${example} is not ready:\n${said}`)
  }
  const [url = '', ...others] = said.match(/http:\S+/g) ?? []
  const named = (name: string): string => others.find((other) => other.includes(`//${name}.`)) ?? ''
  return {
    url,
    wallet: named('wallet'),
    mint: named('mint'),
    close: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
