// A mint is replaced under load, twice, and nobody is refused.

import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { freePort } from './testing/postgres.ts'
import { serveProcess, type MintProcess } from './testing/process.ts'

const clients = 6
const restarts = 2
const quietMs = 400

let dataDir = ''
const running: MintProcess[] = []
afterEach(async () => {
  for (const { child } of running) child.kill('SIGTERM')
  await Promise.all(running.map(({ ended }) => ended))
  rmSync(dataDir, { recursive: true, force: true })
})

const agent = new Agent({ keepAlive: true, maxSockets: clients })

/** A connection that ended as it was used says nothing of the request: as browsers do, it is sent once more on another. */
async function ask(port: number, body: string, isRepeat = false): Promise<number> {
  try {
    return await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
      // Others that are kept open may be about to end as well: the second time it is a new one.
      const connection = { port, host: '127.0.0.1', agent: isRepeat ? false : agent }
      const asked = request({ ...connection, method: 'POST', path: '/v1/mint/quote/test', headers })
      asked.on('response', (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      })
      asked.on('error', reject)
      asked.end(body)
    })
  } catch (error) {
    if (isRepeat) throw error
    return ask(port, body, true)
  }
}

test('is replaced twice under load, and every request is answered', async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'mint-takes-over-'))
  const port = await freePort()
  const start = async (spawned?: (child: ChildProcess) => void) => {
    const config = { port, takeOver: true, quoteLifetimeSeconds: 60 }
    const mint = await serveProcess(dataDir, { config, ...(spawned === undefined ? {} : { spawned }) })
    running.push(mint)
    return mint
  }
  let current = await start()
  const statuses = new Map<number, number>()
  let longestMs = 0
  const load = { isOver: false }
  const work = Array.from({ length: clients }, async () => {
    while (!load.isOver) {
      const sentMs = performance.now()
      // 0: not answered, twice.
      const status = await ask(port, '{"amount":5,"unit":"usd"}').catch(() => 0)
      longestMs = Math.max(longestMs, performance.now() - sentMs)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  })
  const pause = () => new Promise((resolve) => setTimeout(resolve, quietMs))
  try {
    await pause()
    for (let restart = 0; restart < restarts; restart++) {
      const old = current
      // It listens at once, and says so once it has the folder, which it gets when the old one has ended.
      const isWaiting = Promise.withResolvers<void>()
      const next = start(({ stdout }) => {
        stdout?.on('data', (data) => {
          if (String(data).includes('"event":"waiting"')) isWaiting.resolve()
        })
      })
      await isWaiting.promise
      await pause()
      old.child.kill('SIGTERM')
      current = await next
      await old.ended
      expect(old.child.exitCode).toBe(0)
      await pause()
    }
  } finally {
    load.isOver = true
  }
  await Promise.all(work)
  agent.destroy()
  console.info(`take-over: ${statuses.get(200)} answered, the longest took ${Math.round(longestMs)} ms`)
  expect([...statuses.keys()]).toEqual([200])
  expect(statuses.get(200)).toBeGreaterThan(100)
}, 120_000)
