// A mint in a process of its own, on one core where the system can pin it; bench.ts starts and stops it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

const main = new URL('../src/main.ts', import.meta.url).pathname

/** A mint process. */
export interface BenchMint {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Milliseconds from starting the process to its first answer. */
  readonly firstAnswerMs: number
  /** CPU seconds so far, of all its threads. */
  cpuSeconds(): number
  stop(): Promise<void>
}

/** Whether a process can be held to a core here. */
export const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** How to start it: on which core, with which configuration file, behind which program. */
export interface StartOptions {
  readonly core?: number
  readonly config?: string
  readonly wrap?: readonly string[]
  readonly nodeFlags?: readonly string[]
}

/** Starts a mint with `TUPPENCE_MINT_*` settings; `wrap` goes in front of the command line. */
export async function startMint(
  settings: Readonly<Record<string, string>>,
  { core, config, wrap = [], nodeFlags = [] }: StartOptions = {},
): Promise<BenchMint> {
  const pin = core !== undefined && canPin ? ['taskset', '-c', String(core)] : []
  const [program, ...args] = [
    ...wrap,
    ...pin,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--conditions=@tuppence/source',
    ...nodeFlags,
    main,
    'serve',
    ...(config === undefined ? [] : ['--config', config]),
  ] as [string, ...string[]]
  const startedMs = performance.now()
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      TUPPENCE_MINT_PORT: '0',
      TUPPENCE_MINT_FUNDING_TEST_ENABLED: 'true',
      TUPPENCE_MINT_LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await listening(child)
  await fetch(`${url}/v1/keysets`)
  const pid = child.pid as number
  return {
    url,
    port: Number(new URL(url).port),
    pid,
    firstAnswerMs: performance.now() - startedMs,
    cpuSeconds: () => cpuSeconds(pid),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout?.on('data', (data) => {
      out += String(data)
      const found = /"event":"listening","url":"([^"]+)"/.exec(out)
      if (found !== null) resolve(found[1] as string)
    })
    child.once('exit', () => reject(new Error(`the mint ended: ${out}`)))
  })
}

/** User and system time of a process (proc(5), fields 14 and 15), in seconds; 0 where there is no /proc. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}
