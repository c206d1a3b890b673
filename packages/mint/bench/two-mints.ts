// Two mint processes on one PostgreSQL against one, each held to the same small share of a core, so that the machine is not
// the limit; bench.ts runs it.

import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Keyset } from '@tuppence/protocol'
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts'
import { sendAll } from './load.ts'
import { keysetOf, swapRequests, type Bench } from './one-mint.ts'
import { round } from './rate.ts'
import { cpuSecondsOfAll, startMint, throttle, type BenchMint } from './server.ts'

const share = 0.15
const swapsPerRun = 300
const lines = 32
const runs = 3

interface Measured {
  readonly bench: Bench
  readonly server: TestPostgres
  readonly mints: readonly BenchMint[]
  readonly keyset: Keyset
}

/** Swaps a second, and cores that each part of the machine was busy with. */
interface Throttled {
  readonly perSecond: number
  readonly mints: number
  readonly postgres: number
  readonly generator: number
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** The median of some runs over the first mints, each held to its share. */
async function rateOf({ bench, server, mints, keyset }: Measured, count: number): Promise<Throttled> {
  const used = mints.slice(0, count)
  const rates: Throttled[] = []
  for (let run = 0; run < runs; run++) {
    const each = await Promise.all(used.map(() => swapRequests(mints[0] as BenchMint, keyset, swapsPerRun)))
    const cpu = () => [sum(used.map((mint) => mint.cpuSeconds())), cpuSecondsOfAll(server.pid), ownCpu()] as const
    const before = cpu()
    const release = used.map(({ pid }) => throttle(pid, share))
    const startedMs = performance.now()
    const loads = await Promise.all(used.map((mint, index) => sendAll(mint.port, each[index] as Buffer[], lines)))
    const seconds = (performance.now() - startedMs) / 1000
    for (const stop of release) stop()
    if (loads.some(({ failed }) => failed > 0)) throw new Error('two mints: a request failed')
    const after = cpu()
    const [ofMints, postgres, generator] = after.map((value, index) =>
      round((value - (before[index] as number)) / seconds),
    ) as [number, number, number]
    const perSecond = sum(loads.map(({ ok }) => ok)) / seconds
    bench.say(
      `[bench:mint] ${count} on PostgreSQL: ${Math.round(perSecond)}/s; cores: mints ${ofMints}, PostgreSQL ${postgres}, generator ${generator}`,
    )
    rates.push({ perSecond, mints: ofMints, postgres, generator })
  }
  const of = (name: keyof Throttled) => median(rates.map((rate) => rate[name]))
  return { perSecond: of('perSecond'), mints: of('mints'), postgres: of('postgres'), generator: of('generator') }
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
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
    const measured = { bench, server, mints, keyset }
    // Both are warm before either is measured.
    await rateOf(measured, 2)
    const one = await rateOf(measured, 1)
    const two = await rateOf(measured, 2)
    return {
      postgresSwapsPerSecondThrottled: Math.round(one.perSecond),
      twoProcessRatio: round(two.perSecond / one.perSecond),
      twoMintsCores: two.mints,
      postgresCores: two.postgres,
      generatorCores: two.generator,
    }
  } finally {
    await Promise.all(mints.map((mint) => mint.stop()))
    await server.stop('SIGQUIT')
    rmSync(dirname(server.dataDir), { recursive: true, force: true })
  }
}
