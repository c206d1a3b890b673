/** A thread of the simulator: plays runs of its own share of seeds, aims some of them at crash points not yet covered, and reports. */
import { rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { installPatches, type Patch } from './hooks.ts'
import { installSubtle } from './subtle.ts'
import type { Outcome, Plan } from './run.ts'
import type { Crash, CrashPoint, Durability } from './storage.ts'

/** What a thread is made for: the sources that it runs. */
export type Workshop = { readonly planted: readonly Patch[]; readonly durability: Durability }

/** What a thread is given to do. It plays seeds `<seed>/<n>` with n = first, first + step ... below `runs`. */
export type Task = {
  readonly seed: string
  readonly runs: number
  readonly first: number
  readonly step: number
  /** Stop at the first run that fails. */
  readonly untilFailure: boolean
  /** Runs without crashes on many tabs, for the order of things alone. */
  readonly tabs: boolean
  /** Exactly these, instead. */
  readonly plans?: readonly Plan[]
  /** Instead: at most `runs` at these points, and at what turns up on the way; all in `covered` are done with. */
  readonly aims?: readonly (readonly [CrashPoint, Aim])[]
  readonly covered?: readonly CrashPoint[]
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
  /** How to get to what is not covered. */
  readonly aims: readonly (readonly [CrashPoint, Aim])[]
  /** One number for each order in which wallets of one reader took turns. */
  readonly orders: readonly number[]
}

/** A crash point and how to get there: the same run up to that write. `missed`: how often that did not get there. */
export type Aim = {
  readonly seed: string
  readonly crashes: readonly Crash[]
  readonly write: number
  readonly missed?: number
}

/** All but every n-th run go to a crash point that is not covered yet, if there is one. */
const exploreEvery = 4
/** A point that was aimed at so often in vain waits until a run passes it again. */
const missesMost = 3
/** Further crashes behind an aimed one, by writes. */
const laterWrites = [1, 3, 7, 20] as const
const sides = ['before', 'after'] as const

/** Dies at the point, and some more behind it, which as a rule falls into recovery. The other way round once it was missed. */
function planOf([point, { seed, crashes, write, missed = 0 }]: readonly [CrashPoint, Aim]): Plan {
  const side = point.endsWith('before') ? 'before' : 'after'
  const later = laterWrites.map((more): Crash => ({
    write: write + more,
    side: sides[(write + more) % 2] ?? side,
    who: 'tab',
  }))
  return { seed, crashes: [...crashes, { write, side, who: (write + missed) % 3 === 0 ? 'browser' : 'tab' }, ...later] }
}

/** What a worker keeps between its tasks. */
type Kept = { readonly play: (plan: Plan) => Promise<Outcome>; readonly curveOf: (seed: string) => 'fake' | 'real' }

// oxlint-disable-next-line max-lines-per-function -- one value, whose parts know one another
async function work(share: Task, { play, curveOf }: Kept): Promise<Tally> {
  const counts = noCounts()
  const aims = new Map<CrashPoint, Aim>(share.aims)
  const covered = new Set<CrashPoint>(share.covered)
  const seen = new Set<CrashPoint>(aims.keys())
  const orders = new Set<number>()
  const run = async (plan: Plan, number: number): Promise<boolean> => {
    const outcome = await play({ ...plan, tabs: share.tabs })
    add(counts, outcome, curveOf(plan.seed))
    if (outcome.order !== undefined) orders.add(outcome.order)
    for (const point of outcome.covered) {
      covered.add(point)
      aims.delete(point)
    }
    for (const [point, write] of outcome.seen) {
      seen.add(point)
      if (!covered.has(point) && !aims.has(point))
        aims.set(point, { seed: plan.seed, crashes: outcome.crashes.filter((crash) => crash.write < write), write })
    }
    if (counts.runs % 100 === 0) post({ type: 'played', runs: 100 })
    if (outcome.wrongs.length === 0 && outcome.lost === 0 && outcome.made === 0) return true
    counts.failed++
    post({ type: 'failed', outcome: { ...outcome, seen: [], covered: [] }, number })
    return !share.untilFailure
  }
  const runPlain = (number: number) => run({ seed: `${share.seed}/${number}` }, number)
  const runAimed = async (number: number): Promise<boolean> => {
    const [next] = aims
    if (!next) return runPlain(number)
    const [point, aim] = next
    aims.delete(point)
    const goesOn = await run(planOf(next), number)
    const missed = (aim.missed ?? 0) + 1
    if (!covered.has(point) && missed < missesMost) aims.set(point, { ...aim, missed })
    return goesOn
  }
  let goOn = true
  if (share.plans) for (const plan of share.plans) goOn &&= await run(plan, 0)
  else if (share.aims) for (let count = 0; count < share.runs && aims.size > 0; count++) await runAimed(count)
  else {
    for (let number = share.first; goOn && number < share.runs; number += share.step) {
      // Where the first failure is looked for, runs are to be told by their number.
      const isAimed = ((number - share.first) / share.step) % exploreEvery !== 0 && !share.untilFailure && !share.tabs
      goOn = await (isAimed ? runAimed(number) : runPlain(number))
    }
  }
  return { ...counts, seen: [...seen], covered: [...covered], aims: [...aims], orders: [...orders] }
}

type Counts = { -readonly [K in Exclude<keyof Tally, 'seen' | 'covered' | 'aims' | 'orders'>]: Tally[K] }

function noCounts(): Counts {
  return {
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
}

function add(counts: Counts, outcome: Outcome, curve: 'fake' | 'real'): void {
  const { operations, faults, crashes, steps, writes, wallets, lost, made } = outcome
  counts.runs++
  counts.operations += operations
  counts.operationsLeast = Math.min(counts.operationsLeast, operations)
  counts.faults += faults
  counts.faultsLeast = Math.min(counts.faultsLeast, faults)
  counts.crashes += crashes.length
  counts.steps += steps
  counts.writes += writes
  counts.walletsMost = Math.max(counts.walletsMost, wallets)
  counts.realCurve += curve === 'real' ? 1 : 0
  counts.lost += lost
  counts.made += made
}

function post(report: Report): void {
  parentPort?.postMessage(report)
}

/** Does one task after the other until it is told to end. */
async function main({ planted, durability }: Workshop): Promise<void> {
  const unused = installPatches(planted)
  installSubtle()
  const { curveOf, play } = await import('./run.ts')
  const { scratchDir } = await import('./street.ts')
  await import('./warm.ts')
  const dir = scratchDir()
  const kept: Kept = { curveOf, play: (plan) => play({ ...plan, durability }, dir) }
  parentPort?.on('message', async (task: Task | 'end') => {
    if (task === 'end') {
      rmSync(dir, { recursive: true, force: true })
      process.exit(0)
    }
    const tally = await work(task, kept)
    const idle = task.plans || task.aims ? [] : unused()
    if (idle.length > 0)
      throw new Error(`patches of files that were never loaded: ${idle.map(({ file }) => file).join()}`)
    post({ type: 'done', tally })
  })
}

await main(workerData as Workshop)
