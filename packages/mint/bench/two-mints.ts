// Two mint processes on one PostgreSQL against one, each held to the same small share of a core, so that the machine is not
// the limit; bench.ts runs it.

import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startPostgres } from '../src/testing/postgres.ts'
import { sendAll } from './load.ts'
import { keysetOf, swapRequests, type Bench } from './one-mint.ts'
import { round } from './rate.ts'
import { childrenOf, cpuSeconds, startMint, throttle, type BenchMint } from './server.ts'

const share = 0.15
const swapsPerRun = 300
const lines = 32
const runs = 3

/** CPU seconds of PostgreSQL with all its processes. */
function postgresCpu(pid: number): number {
  return cpuSeconds(pid) + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0)
}

/** Measures. CPU shares of PostgreSQL and of the generator are told, so that one sees who the limit is. */
export async function figuresOfTwoMints(bench: Bench): Promise<Record<string, number>> {
  const server = await startPostgres({ shared_buffers: '128MB' })
  const mints: BenchMint[] = []
  try {
    const config = join(bench.folder, 'two.json')
    const databaseUrl = await server.database('bench')
    const url = 'https://mint.example'
    const accounts = [{ id: 'bench', publicKey: bench.key.x }]
    writeFileSync(config, JSON.stringify({ dataDir: join(bench.folder, 'two'), databaseUrl, url, accounts }))
    for (let index = 0; index < 2; index++) mints.push(await startMint({}, { config }))
    const keyset = await keysetOf(mints[0] as BenchMint)
    const rateOf = async (used: readonly BenchMint[]) => {
      const rates: number[] = []
      for (let run = 0; run < runs; run++) {
        const each = await Promise.all(used.map(() => swapRequests(mints[0] as BenchMint, keyset, swapsPerRun)))
        const before = {
          postgres: postgresCpu(server.pid),
          mints: used.map((mint) => mint.cpuSeconds()),
          own: process.cpuUsage(),
        }
        const release = used.map(({ pid }) => throttle(pid, share))
        const startedMs = performance.now()
        const loads = await Promise.all(used.map((mint, index) => sendAll(mint.port, each[index] as Buffer[], lines)))
        const seconds = (performance.now() - startedMs) / 1000
        for (const stop of release) stop()
        const done = loads.reduce((sum, { ok }) => sum + ok, 0)
        if (loads.some(({ failed }) => failed > 0)) throw new Error('two mints: a request failed')
        const own = process.cpuUsage(before.own)
        bench.say(
          `[bench:mint] ${used.length} on PostgreSQL: ${Math.round(done / seconds)}/s; cores: mints ${used.map((mint, index) => round((mint.cpuSeconds() - (before.mints[index] as number)) / seconds)).join(' and ')}, PostgreSQL ${round((postgresCpu(server.pid) - before.postgres) / seconds)}, generator ${round((own.user + own.system) / 1e6 / seconds)}`,
        )
        rates.push(done / seconds)
      }
      return rates.toSorted((a, b) => a - b)[Math.floor(runs / 2)] as number
    }
    // Both are warm before either is measured.
    await rateOf(mints)
    const one = await rateOf(mints.slice(0, 1))
    const two = await rateOf(mints)
    return { postgresSwapsPerSecondThrottled: Math.round(one), twoProcessRatio: round(two / one) }
  } finally {
    await Promise.all(mints.map((mint) => mint.stop()))
    await server.stop('SIGQUIT')
    rmSync(dirname(server.dataDir), { recursive: true, force: true })
  }
}
