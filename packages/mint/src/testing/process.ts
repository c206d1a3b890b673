// A mint in a process of its own, which tests may kill; crash, soak and failover tests start it.

import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicKeyX } from './account.ts'

const main = new URL('../main.ts', import.meta.url).pathname

/** A mint process; `url` until it ends. */
export interface MintProcess {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<void>
  /** Everything that it wrote to standard output. */
  readonly out: () => string
}

/** Starts `tuppence-mint serve` with test money and one publisher, on a free port. */
export async function serveProcess(
  dataDir: string,
  {
    env = {},
    config = {},
    spawned = () => {},
  }: {
    env?: Readonly<Record<string, string>>
    config?: object
    /** Hears of the process before it serves. */
    spawned?: (child: ChildProcess) => void
  } = {},
): Promise<MintProcess> {
  const file = join(dataDir, 'mint.json')
  const accounts = [{ id: 'daily-news', publicKey: await publicKeyX() }]
  writeFileSync(file, JSON.stringify({ port: 0, dataDir, accounts, funding: { test: { enabled: true } }, ...config }))
  const flags = ['--disable-warning=ExperimentalWarning', '--conditions=@tuppence/source']
  const child = spawn(process.execPath, [...flags, main, 'serve', '--config', file], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  spawned(child)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let out = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      out += String(data)
      const found = /"event":"listening","url":"([^"]+)"/.exec(out)
      if (found !== null) resolve(found[1] as string)
    })
    child.once('close', () => reject(new Error(`the mint ended: ${out}`)))
  })
  return { child, url, ended, out: () => out }
}
