// A mint in a process of its own, on one core where the system can pin it; bench.ts starts and stops it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

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

/** Keeps this process, and what it starts, off core 0; or lets it go anywhere again. */
export function pinSelf(away: boolean): void {
  if (!canPin || cpus().length < 2) return
  const last = cpus().length - 1
  spawnSync('taskset', ['-acp', away ? `1-${last}` : `0-${last}`, String(process.pid)])
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

/** CPU seconds of a process and of those that it started, the ones that have ended included (proc(5), fields 16 and 17). */
export function cpuSecondsOfAll(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const ended = (Number(fields[13]) + Number(fields[14])) / 100
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), cpuSeconds(pid) + ended)
}

/** Processes that a process has started. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return Number(readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid
      } catch {
        return false
      }
    })
}

const sliceMs = 20

/**
 * Holds a process to a share of a core: stopped whenever it has used more than its share of the time so far.
 *
 * @returns Ends it.
 */
export function throttle(pid: number, share: number): () => void {
  const startedMs = performance.now()
  const before = schedulerSeconds(pid)
  let stopped = false
  const timer = setInterval(() => {
    const allowed = ((performance.now() - startedMs) / 1000) * share
    const over = schedulerSeconds(pid) - before > allowed
    if (over === stopped) return
    stopped = over
    process.kill(pid, over ? 'SIGSTOP' : 'SIGCONT')
  }, sliceMs)
  return () => {
    clearInterval(timer)
    process.kill(pid, 'SIGCONT')
  }
}

/** CPU seconds by nanoseconds of all threads (proc(5), schedstat): finer than the ticks of /proc/pid/stat. */
function schedulerSeconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9
    } catch {
      return sum
    }
  }, 0)
}
