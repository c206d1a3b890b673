/** A thread of the simulator: plays runs of its own share of seeds, aims some of them at crash points not yet covered, and reports. */
import { parentPort, workerData } from 'node:worker_threads'
import { installPatches, type Patch } from './hooks.ts'
import { installSubtle } from './subtle.ts'
import type { Outcome, Plan } from './run.ts'
import type { Crash, CrashPoint, Durability } from './storage.ts'

/** What a thread is given. It plays seeds `<seed>/<n>` with n = first, first + step ... below `runs`. */
export type Share = {
  readonly seed: string
  readonly runs: number
  readonly first: number
  readonly step: number
  readonly planted: readonly Patch[]
  readonly durability: Durability
  /** Stop at the first run that fails. */
  readonly untilFailure: boolean
  /** Exactly these, instead. */
  readonly plans?: readonly Plan[]
}

/** What it says: each failing run at once, a tally at the end. */
export type Report =
  | { readonly type: 'failed'; readonly outcome: Outcome; readonly number: number }
  | { readonly type: 'played'; readonly runs: number }
  | { readonly type: 'done'; readonly tally: Tally }

export type Tally = {
  readonly runs: number
  readonly operations: number
  readonly operationsLeast: number
  readonly faults: number
  readonly faultsLeast: number
  readonly crashes: number
  readonly steps: number
  readonly writes: number
  readonly walletsMost: number
  readonly realCurve: number
  readonly lost: number
  readonly made: number
  readonly failed: number
  readonly seen: readonly CrashPoint[]
  readonly covered: readonly CrashPoint[]
}

/** A crash point and how to get there: the same run up to that write. */
type Aim = { readonly seed: string; readonly crashes: readonly Crash[]; readonly write: number }

/** All but every n-th run go to a crash point that is not covered yet, if there is one. */
const exploreEvery = 4
const laterWrites = [1, 3, 7, 20] as const
const sides = ['before', 'after'] as const
/** Runs beyond the share that may be spent on what is left at the end. */
const extraShare = 0.5

// oxlint-disable-next-line max-lines-per-function -- one value, whose parts know one another
async function main(share: Share): Promise<void> {
  const unused = installPatches(share.planted)
  installSubtle()
  const { curveOf, play } = await import('./run.ts')
  const { scratchDir } = await import('./street.ts')
  await import('./warm.ts')
  const dir = scratchDir()
  const tally = {
    runs: 0,
    operations: 0,
    operationsLeast: Infinity,
    faults: 0,
    faultsLeast: Infinity,
    crashes: 0,
    steps: 0,
    writes: 0,
    walletsMost: 0,
    realCurve: 0,
    lost: 0,
    made: 0,
    failed: 0,
  }
  const aims = new Map<CrashPoint, Aim>()
  const covered = new Set<CrashPoint>()
  const seen = new Set<CrashPoint>()
  const run = async (plan: Plan, number: number): Promise<boolean> => {
    const outcome = await play({ ...plan, durability: share.durability }, dir)
    add(tally, outcome, curveOf(plan.seed))
    for (const point of outcome.covered) {
      covered.add(point)
      aims.delete(point)
    }
    for (const [point, write] of outcome.seen) {
      seen.add(point)
      if (!covered.has(point) && !aims.has(point))
        aims.set(point, { seed: plan.seed, crashes: outcome.crashes.filter((crash) => crash.write < write), write })
    }
    if (tally.runs % 100 === 0) post({ type: 'played', runs: 100 })
    if (outcome.wrongs.length === 0 && outcome.lost === 0 && outcome.made === 0) return true
    tally.failed++
    post({ type: 'failed', outcome: { ...outcome, seen: [], covered: [] }, number })
    return !share.untilFailure
  }
  const aimed = (): Plan | undefined => {
    const [next] = aims
    if (!next) return undefined
    const [point, { seed, crashes, write }] = next
    aims.delete(point)
    const side = point.endsWith('before') ? 'before' : 'after'
    // And some more behind it, which as a rule fall into recovery.
    const later = laterWrites.map((more) => ({
      write: write + more,
      side: sides[(write + more) % 2] as Crash['side'],
      who: 'tab' as const,
    }))
    return { seed, crashes: [...crashes, { write, side, who: write % 3 === 0 ? 'browser' : 'tab' }, ...later] }
  }
  let goOn = true
  for (const plan of share.plans ?? []) goOn &&= await run(plan, 0)
  const budget = share.plans ? 0 : Math.ceil((share.runs - share.first) / share.step)
  for (let count = 0; goOn && count < budget; count++) {
    const number = share.first + count * share.step
    // Where the first failure is looked for, runs are to be told by their number.
    const aim = count % exploreEvery !== 0 && !share.untilFailure ? aimed() : undefined
    goOn = await run(aim ?? { seed: `${share.seed}/${number}` }, number)
  }
  for (let extra = 0; goOn && !share.untilFailure && aims.size > 0 && extra < budget * extraShare; extra++)
    goOn = await run(aimed() as Plan, share.runs)
  if (!share.plans && unused().length > 0)
    throw new Error(
      `patches of files that were never loaded: ${unused()
        .map(({ file }) => file)
        .join()}`,
    )
  post({ type: 'done', tally: { ...tally, seen: [...seen], covered: [...covered] } })
  const { rmSync } = await import('node:fs')
  rmSync(dir, { recursive: true, force: true })
  process.exit(0)
}

type Counts = { -readonly [K in Exclude<keyof Tally, 'seen' | 'covered'>]: Tally[K] }

function add(tally: Counts, outcome: Outcome, curve: 'fake' | 'real'): void {
  const { operations, faults, crashes, steps, writes, wallets, lost, made } = outcome
  tally.runs++
  tally.operations += operations
  tally.operationsLeast = Math.min(tally.operationsLeast, operations)
  tally.faults += faults
  tally.faultsLeast = Math.min(tally.faultsLeast, faults)
  tally.crashes += crashes.length
  tally.steps += steps
  tally.writes += writes
  tally.walletsMost = Math.max(tally.walletsMost, wallets)
  tally.realCurve += curve === 'real' ? 1 : 0
  tally.lost += lost
  tally.made += made
}

function post(report: Report): void {
  parentPort?.postMessage(report)
}

await main(workerData as Share)
