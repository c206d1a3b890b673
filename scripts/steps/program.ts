// Runs one program to its end; every step of scripts/ goes through here.
import { spawn, type StdioOptions } from 'node:child_process'
import { join } from 'node:path'

/** The repository's root. */
export const root: string = join(import.meta.dirname, '..', '..')

/**
 * Where a program's output goes: to ours, or all of it to stderr (when our stdout ends in one JSON object), or nowhere
 * unless the program fails.
 */
export type Output = 'inherit' | 'stderr' | 'on-failure'

export type ProgramOptions = { output?: Output; env?: Record<string, string> }

/** Runs a TypeScript file of the workspace from its source, in the repository's root. @see runProgram */
export function runSource(file: string, args: string[], options: ProgramOptions = {}): Promise<number> {
  const node = ['--disable-warning=ExperimentalWarning', '--conditions=@tuppence/source']
  return runProgram(process.execPath, [...node, file, ...args], options)
}

/**
 * Runs a program in the repository's root and passes on the signals that end us.
 *
 * @returns its exit status; 0 when a signal we passed on ended it; 127 when it could not be started.
 */
export function runProgram(program: string, args: string[], options: ProgramOptions = {}): Promise<number> {
  const output = options.output ?? 'inherit'
  const stdio = { inherit: 'inherit', stderr: ['ignore', 2, 2], 'on-failure': ['ignore', 'pipe', 'pipe'] }[output]
  const env = { ...process.env, ...options.env }
  const child = spawn(program, args, { cwd: root, stdio: stdio as StdioOptions, env })
  const said: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass).on('SIGHUP', pass)
  return new Promise((resolve) => {
    const end = (status: number) => {
      process.off('SIGINT', pass).off('SIGTERM', pass).off('SIGHUP', pass)
      resolve(status)
    }
    child.on('error', (error) => {
      console.error(`[tuppence] cannot run ${program}: ${error.message}`)
      end(127)
    })
    child.on('close', (status, signal) => {
      if (status !== 0) process.stderr.write(Buffer.concat(said))
      end(status ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1))
    })
  })
}
