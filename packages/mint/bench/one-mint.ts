// One mint on SQLite: swaps and deposits at full, half and five times the load; bench.ts runs it.

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  canonicalJson,
  depositComponents,
  sha256Hex,
  signRequest,
  type Keyset,
  type Proof,
  type SigningKey,
} from '@tuppence/protocol'
import { breakdown } from './breakdown.ts'
import { draftOutput, issueCoins } from './coins.ts'
import type { Ceiling } from './ceiling.ts'
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
const runs = 3
const perRun = 800
const lines = 64
/** Signatures are good for a minute either way of their time: on a slow machine, making them all takes a while. */
const aheadMs = 50_000
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

/** Deposits of two coins, signed just now: a signature is good for a minute. */
export async function depositRequests(
  mint: BenchMint,
  keyset: Keyset,
  count: number,
  key: SigningKey,
): Promise<Buffer[]> {
  const coins = await issueCoins(mint.url, keyset, count * 2, 4)
  const requests: Buffer[] = []
  for (let index = 0; index < count; index++) {
    requests.push(await depositRequest(mint, coins.slice(index * 2, index * 2 + 2), key))
  }
  return requests
}

async function depositRequest(mint: BenchMint, inputs: readonly Proof[], key: SigningKey): Promise<Buffer> {
  const offer = await sha256Hex('an offer')
  const reference = randomBytes(32).toString('hex')
  const body = canonicalJson({ reference, account, unit: 'usd', offer, inputs })
  const headers = await signRequest(
    { method: 'POST', url: `${mint.url}/v1/deposit`, headers: { 'content-type': 'application/json' }, body },
    { key: key.privateKey, keyId: key.keyId, createdMs: Date.now() + aheadMs, components: depositComponents },
  )
  return wire('/v1/deposit', body, headers)
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** Sends requests of one kind at full load a few times. @returns Medians. */
export async function fullLoad(
  mint: BenchMint,
  name: string,
  make: () => Promise<Buffer[]>,
  say: Bench['say'],
): Promise<Rate> {
  const rates: Rate[] = []
  for (let run = 0; run < runs; run++) {
    const requests = await make()
    const before = mint.cpuSeconds()
    const load = await sendAll(mint.port, requests, lines)
    expectAll(name, load)
    const cpuSeconds = mint.cpuSeconds() - before
    rates.push({ perSecond: load.ok / load.seconds, perCpuSecond: load.ok / cpuSeconds })
    const cores = cpuSeconds / load.seconds
    say(
      `[bench:mint] ${name}: ${Math.round(load.ok / load.seconds)}/s, p50 ${round(quantile(load.latenciesMs, 0.5), 1)} ms, p99 ${round(quantile(load.latenciesMs, 0.99), 1)} ms, ${round(cores)} cores`,
    )
  }
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    perCpuSecond: median(rates.map(({ perCpuSecond }) => perCpuSecond)),
  }
}

function expectAll(name: string, load: LoadResult): void {
  if (load.failed > 0 || load.ok === 0) throw new Error(`${name}: ${load.failed} failed, ${load.ok} done`)
}

/** Measures one mint. */
export async function figuresOfOneMint(bench: Bench): Promise<Record<string, number>> {
  const { key, say, limits } = bench
  const mint = await startMint({}, { core: 0, config: configFile(bench, 'one') })
  try {
    const keyset = await keysetOf(mint)
    const swaps = await fullLoad(mint, 'swaps', () => swapRequests(mint, keyset, perRun), say)
    const deposits = await fullLoad(mint, 'deposits', () => depositRequests(mint, keyset, perRun * 2, key), say)
    const half = await sendAt(mint.port, await swapRequests(mint, keyset, perRun * 2), {
      perSecond: swaps.perSecond / 2,
      lines,
    })
    expectAll('half load', half)
    const halfDeposits = await sendAt(mint.port, await depositRequests(mint, keyset, perRun * 2, key), {
      perSecond: deposits.perSecond / 2,
      lines,
    })
    expectAll('half load of deposits', halfDeposits)
    const over = await sendAt(
      mint.port,
      await swapRequests(mint, keyset, Math.round(swaps.perSecond * overloadTimes * overloadSeconds)),
      { perSecond: swaps.perSecond * overloadTimes, lines: overloadLines, drop: true },
    )
    expectAll('overload', over)
    const shares = await breakdown(bench.folder, { swaps, deposits, limits })
    say(`[bench:mint] where it goes: ${JSON.stringify(shares)}`)
    const goodput = over.ok / over.seconds
    say(
      `[bench:mint] overload: ${Math.round(goodput)}/s done, ${over.busy} told to come back, p99 ${round(quantile(over.latenciesMs, 0.99), 1)} ms`,
    )
    return {
      swapsPerSecond: Math.round(swaps.perSecond),
      swapsPerCpuSecond: Math.round(swaps.perCpuSecond),
      swapsOfCeiling: round(swaps.perCpuSecond / limits.swaps),
      depositsPerSecond: Math.round(deposits.perSecond),
      depositsPerCpuSecond: Math.round(deposits.perCpuSecond),
      depositRatio: round(deposits.perCpuSecond / swaps.perCpuSecond),
      depositsOfCeiling: round(deposits.perCpuSecond / limits.deposits),
      p99HalfLoadMs: round(quantile(half.latenciesMs, 0.99), 1),
      p99HalfLoadDepositsMs: round(quantile(halfDeposits.latenciesMs, 0.99), 1),
      overloadGoodput: round(goodput / swaps.perSecond),
      ...shares,
      overloadP99Ms: round(quantile(over.latenciesMs, 0.99), 1),
    }
  } finally {
    await mint.stop()
  }
}
