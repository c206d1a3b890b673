// The one way in: `npm start`, `npm test` and the rest call it. Finds or fetches the pinned Node and pnpm, installs what
// the lockfile names, then hands over to scripts/tasks.ts. Needs nothing but Node 18 and npm.
import { spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pinned = { node: '24.21.0', pnpm: '12.21.0' }
const nodeMajor = pinned.node.split('.')[0]
const [command = 'help', ...flags] = process.argv.slice(2)

// stdout belongs to the command (`size --json` ends in one JSON object), so what this file says goes to stderr.
const say = (text) => process.stderr.write(`[tuppence] ${text}\n`)

/** One argument as the shell that npx starts must read it. */
function quote(argument) {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument
  return process.platform === 'win32'
    ? `"${argument.replaceAll('"', '\\"')}"`
    : `'${argument.replaceAll("'", "'\\''")}'`
}

/**
 * Runs a program to its end and passes on what ends us, so that nobody is left behind: a signal, or the end of whoever
 * started us. (npm puts a shell between itself and us, and a signal to npm ends that shell without reaching us.)
 */
function run(program, args, env = {}) {
  const shell = process.platform === 'win32'
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', shell, env: { ...process.env, ...env } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const starter = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === starter) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()
  return new Promise((resolve) => {
    child.on('error', (error) => {
      say(`cannot run ${program}: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
  })
}

function pnpmMajor() {
  const shell = process.platform === 'win32'
  const result = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell })
  return result.status === 0 ? result.stdout.trim().split('.')[0] : undefined
}

function hasTools() {
  return Number(process.versions.node.split('.')[0]) >= Number(nodeMajor) && pnpmMajor() === pinned.pnpm.split('.')[0]
}

/** Starts this file again with the pinned Node and pnpm in front of PATH; npm fetches them once and keeps them. */
function startWithPinnedTools() {
  say(`this is Node ${process.versions.node}; getting Node ${pinned.node} and pnpm ${pinned.pnpm} through npx`)
  const again = ['node', 'scripts/run.mjs', command, ...flags].map(quote).join(' ')
  const packages = ['-p', `node@${pinned.node}`, '-p', `pnpm@${pinned.pnpm}`]
  return run('npx', ['--yes', ...packages, '-c', process.platform === 'win32' ? `"${again}"` : `exec ${again}`], {
    TUPPENCE_PINNED_TOOLS: '1',
    npm_config_loglevel: 'error',
  })
}

/** Installs exactly what pnpm-lock.yaml names; about a second when nothing changed. */
function install() {
  say('installing what pnpm-lock.yaml names')
  const started = Date.now()
  const result = spawnSync(
    'pnpm',
    [
      'install',
      '--frozen-lockfile',
      '--prefer-offline',
      '--config.confirm-modules-purge=false',
      '--reporter=append-only',
    ],
    { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  )
  if (result.status !== 0) say('pnpm install failed; its reason is above')
  else say(`installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return result.status ?? 1
}

function main() {
  if (!hasTools()) {
    if (process.env.TUPPENCE_PINNED_TOOLS) {
      say(`npx did not bring Node ${pinned.node} and pnpm ${pinned.pnpm} (found Node ${process.versions.node})`)
      return 1
    }
    return startWithPinnedTools()
  }
  if (command !== 'help') {
    const status = install()
    if (status !== 0) return status
  }
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/tasks.ts', command, ...flags])
}

process.exitCode = await main()
