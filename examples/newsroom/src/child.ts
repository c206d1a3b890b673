// One process of the demo: starts it, keeps its log, waits until it is healthy, stops it. The launcher has four.
import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from './ports.ts'

/** How to run a part. */
export type Command = Readonly<{
  part: Part
  file: string
  args?: readonly string[]
  env?: Record<string, string>
  healthUrl: string
  logFile: string
  /** Gets every line that the part writes. */
  onLine?: ((part: Part, line: string) => void) | undefined
  /** Called when the part ends without being told to. */
  onExit?: ((part: Part, status: string) => void) | undefined
}>

/** A part of the demo. `start` and `stop` may be called again and again. */
export type Child = Readonly<{ start: () => Promise<void>; stop: () => Promise<void> }>

const healthyWithinMs = 30_000
const stoppedWithinMs = 10_000

/** Makes a part; nothing runs before `start`. */
export function child(command: Command): Child {
  let running: ChildProcess | undefined
  return {
    start: async () => {
      if (running) return
      const last: string[] = []
      const process = run(command, (line) => {
        last.push(line)
        if (last.length > 20) last.shift()
      })
      running = process
      let ended: string | undefined
      process.once('exit', (code, signal) => {
        ended = signal ?? String(code)
        if (running !== process) return
        running = undefined
        command.onExit?.(command.part, ended)
      })
      const hasEnded = (): string | undefined => ended
      await healthy(command, hasEnded, last)
    },
    stop: async () => {
      const process = running
      running = undefined
      if (process) await stop(process)
    },
  }
}

function run(
  { part, file, args = [], env = {}, logFile, onLine }: Command,
  keep: (line: string) => void,
): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = createWriteStream(logFile, { flags: 'a' })
  const spawned = spawn(process.execPath, [...nodeFlags(), file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
  })
  const write = (line: string): void => {
    keep(line)
    log.write(`${line}\n`)
    onLine?.(part, line)
  }
  createInterface({ input: spawned.stdout }).on('line', write)
  // What a process says outside its log (a stack trace) becomes a line of the log too.
  createInterface({ input: spawned.stderr }).on('line', (text) =>
    write(JSON.stringify({ time: new Date().toISOString(), event: 'stderr', text })),
  )
  spawned.once('close', () => log.end())
  return spawned
}

/** The launcher's own flags that decide which sources run; nothing of a test runner's. */
function nodeFlags(): string[] {
  return [
    '--disable-warning=ExperimentalWarning',
    ...process.execArgv.filter((flag) => flag.startsWith('--conditions=')),
  ]
}

/** Without our own variables: TUPPENCE_MINT_PORT means one thing to the launcher and another to the mint. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TUPPENCE_') && name !== 'NODE_OPTIONS'),
  )
}

async function healthy(
  { part, healthUrl }: Command,
  ended: () => string | undefined,
  lines: readonly string[],
): Promise<void> {
  for (let waited = 0; waited < healthyWithinMs; waited += 40) {
    if (ended() !== undefined) throw new Error(`the ${part} did not start (${ended()}):\n${lines.join('\n')}`)
    const ok = await fetch(healthUrl, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await sleep(40)
  }
  throw new Error(`the ${part} did not become healthy:\n${lines.join('\n')}`)
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const gone = new Promise<void>((resolve) => process.once('exit', () => resolve()))
  process.kill('SIGTERM')
  const timer = setTimeout(() => process.kill('SIGKILL'), stoppedWithinMs)
  await gone
  clearTimeout(timer)
}
