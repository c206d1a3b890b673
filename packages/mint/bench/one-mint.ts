// One mint on SQLite: swaps and deposits at full, half and five times the load; bench.ts runs it.

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keyset, SigningKey } from '@tuppence/protocol'
import { freePort } from '../src/testing/postgres.ts'
import { breakdown } from './breakdown.ts'
import { draftOutput, issueCoins } from './coins.ts'
import type { Ceiling } from './ceiling.ts'
import { depositBodies, depositRequests, depositRequestsSeen, payAll, payAt, tillOf, type Admin } from './deposits.ts'
import { quantile, sendAll, sendAt, wire, type LoadResult } from './load.ts'
import { round, type Rate } from './rate.ts'
import { startMint, type BenchMint } from './server.ts'

/** What a part of the benchmark is given. */
export interface Bench {
  readonly folder: string
  readonly key: SigningKey
  readonly say: (text: string) => void
  readonly limits: Ceiling
}

const account = 'bench'
const runs = 5
/** Swaps of one run, half as many as deposits: about a second and a half of each, as CPU time is counted in hundredths. */
const perRun = 1600
const lines = 64
const overloadTimes = 5
const overloadLines = 512
const overloadSeconds = 2

/** Writes the configuration of a mint whose one publisher has the bench's key. @returns Its path. */
export function configFile({ folder, key }: Pick<Bench, 'folder' | 'key'>, name: string): string {
  const config = join(folder, `${name}.json`)
  writeFileSync(config, JSON.stringify({ dataDir: join(folder, name), accounts: [{ id: account, publicKey: key.x }] }))
  return config
}

/** The active keyset of a mint. */
export async function keysetOf({ url }: BenchMint): Promise<Keyset> {
  const { keysets } = (await (await fetch(`${url}/v1/keys`)).json()) as { keysets: Keyset[] }
  return keysets[0] as Keyset
}

/** Swaps of two coins (4 and 4) into three (2, 2 and 4). */
export async function swapRequests(mint: BenchMint, keyset: Keyset, count: number): Promise<Buffer[]> {
  const coins = await issueCoins(mint.url, keyset, count * 2, 4)
  return Array.from({ length: count }, (_, index) => {
    const outputs = [2, 2, 4].map((amount) => draftOutput(keyset.id, amount).output)
    return wire('/v1/swap', JSON.stringify({ inputs: coins.slice(index * 2, index * 2 + 2), outputs }))
  })
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** Makes requests ready. @returns Sends them. */
export type Prepare = () => Promise<() => Promise<LoadResult>>

/** Loads a mint fully a few times with each kind of request in turn, so that what disturbs one disturbs all. @returns Medians. */
export async function fullLoads<Name extends string>(
  mint: BenchMint,
  kinds: Readonly<Record<Name, Prepare>>,
  say: Bench['say'],
): Promise<Record<Name, Rate>> {
  const names = Object.keys(kinds) as Name[]
  const rates = new Map<Name, Rate[]>(names.map((name) => [name, []]))
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      const send = await kinds[name]()
      const before = mint.cpuSeconds()
      const load = await send()
      expectAll(name, load)
      const cpuSeconds = mint.cpuSeconds() - before
      rates.get(name)?.push({ perSecond: load.ok / load.seconds, perCpuSecond: load.ok / cpuSeconds })
      const cores = cpuSeconds / load.seconds
      say(
        `[bench:mint] ${name}: ${Math.round(load.ok / load.seconds)}/s, p50 ${round(quantile(load.latenciesMs, 0.5), 1)} ms, p99 ${round(quantile(load.latenciesMs, 0.99), 1)} ms, ${round(cores)} cores`,
      )
    }
  }
  const medians = names.map((name): [Name, Rate] => {
    const of = rates.get(name) ?? []
    return [
      name,
      {
        perSecond: median(of.map(({ perSecond }) => perSecond)),
        perCpuSecond: median(of.map(({ perCpuSecond }) => perCpuSecond)),
      },
    ]
  })
  return Object.fromEntries(medians) as Record<Name, Rate>
}

/** Swaps at full load, as requests of their own. */
export function swapsReady(mint: BenchMint, keyset: Keyset, count: number): Prepare {
  return async () => {
    const requests = await swapRequests(mint, keyset, count)
    return () => sendAll(mint.port, requests, lines)
  }
}

function expectAll(name: string, load: LoadResult): void {
  if (load.failed > 0 || load.ok === 0) throw new Error(`${name}: ${load.failed} failed, ${load.ok} done`)
}

const p99 = ({ latenciesMs }: LoadResult) => round(quantile(latenciesMs, 0.99), 1)

interface Measured {
  readonly bench: Bench
  readonly mint: BenchMint
  readonly keyset: Keyset
}

/** Swaps and deposits at full load, with their shares of what the curve alone allows. */
async function figuresOfFullLoad({ bench, mint, keyset }: Measured, admin: Admin) {
  const { key, limits, say } = bench
  let requests = 0
  let inBatches = 0
  const rates = await fullLoads(
    mint,
    {
      swaps: swapsReady(mint, keyset, perRun),
      deposits: async () => {
        const bodies = await depositBodies(mint, keyset, perRun * 2)
        return async () => {
          const before = await depositRequestsSeen(admin)
          const load = await payAll(bodies, lines, tillOf(mint, key))
          requests += (await depositRequestsSeen(admin)) - before
          inBatches += load.ok
          return load
        }
      },
      'deposits one by one': async () => {
        const single = await depositRequests(mint, keyset, perRun * 2, key)
        return () => sendAll(mint.port, single, lines)
      },
    },
    say,
  )
  const { swaps, deposits, 'deposits one by one': singles } = rates
  const figures = {
    swapsPerSecond: Math.round(swaps.perSecond),
    swapsPerCpuSecond: Math.round(swaps.perCpuSecond),
    swapsOfCeiling: round(swaps.perCpuSecond / limits.swaps),
    depositsPerSecond: Math.round(deposits.perSecond),
    depositsPerCpuSecond: Math.round(deposits.perCpuSecond),
    depositBatchSize: round(inBatches / requests, 1),
    depositRatio: round(deposits.perCpuSecond / swaps.perCpuSecond),
    depositsOfCeiling: round(deposits.perCpuSecond / limits.deposits),
    depositSinglesPerCpuSecond: Math.round(singles.perCpuSecond),
    depositSingleRatio: round(singles.perCpuSecond / swaps.perCpuSecond),
    depositSinglesOfCeiling: round(singles.perCpuSecond / limits.deposits),
  }
  return { figures, swaps, deposits, singles }
}

/** Latencies at half of what was measured, and what is left of it at five times. */
async function figuresOfOtherLoads(
  { bench, mint, keyset }: Measured,
  { swaps, deposits }: Record<'swaps' | 'deposits', Rate>,
) {
  const half = await sendAt(mint.port, await swapRequests(mint, keyset, perRun * 2), {
    perSecond: swaps.perSecond / 2,
    lines,
  })
  expectAll('half load', half)
  const halfDeposits = await payAt(
    await depositBodies(mint, keyset, perRun * 3),
    deposits.perSecond / 2,
    tillOf(mint, bench.key),
  )
  const over = await sendAt(
    mint.port,
    await swapRequests(mint, keyset, Math.round(swaps.perSecond * overloadTimes * overloadSeconds)),
    { perSecond: swaps.perSecond * overloadTimes, lines: overloadLines, drop: true },
  )
  expectAll('overload', over)
  const goodput = over.ok / over.seconds
  bench.say(`[bench:mint] overload: ${Math.round(goodput)}/s done, ${over.busy} told to come back, p99 ${p99(over)} ms`)
  return {
    p99HalfLoadMs: p99(half),
    p99HalfLoadDepositsMs: p99(halfDeposits),
    overloadGoodput: round(goodput / swaps.perSecond),
    overloadP99Ms: p99(over),
  }
}

/** Measures one mint. */
export async function figuresOfOneMint(bench: Bench): Promise<Record<string, number>> {
  const { say, limits, folder } = bench
  const admin: Admin = { port: await freePort(), token: randomBytes(16).toString('hex') }
  const settings = { TUPPENCE_MINT_ADMIN_PORT: String(admin.port), TUPPENCE_MINT_ADMIN_TOKEN: admin.token }
  const mint = await startMint(settings, { core: 0, config: configFile(bench, 'one') })
  try {
    const measured: Measured = { bench, mint, keyset: await keysetOf(mint) }
    const { figures, swaps, deposits, singles } = await figuresOfFullLoad(measured, admin)
    const shares = await breakdown(folder, { swaps, deposits, singles, limits, batchSize: figures.depositBatchSize })
    say(`[bench:mint] where it goes: ${JSON.stringify(shares)}`)
    return { ...figures, ...(await figuresOfOtherLoads(measured, { swaps, deposits })), ...shares }
  } finally {
    await mint.stop()
  }
}
