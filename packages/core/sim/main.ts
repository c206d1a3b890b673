/**
 * The simulator's command line: `npm run sim -- --runs 1000 --json`, `--planted --json`, `--replay SEED [--crash LIST]`.
 *
 * The last line is one JSON object with --json. Exit code 1 when a cent was lost or made, or a planted bug got away.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { plantedBugs, type PlantedBug } from './planted.ts'
import type { Outcome, Plan } from './run.ts'
import type { Crash } from './storage.ts'
import type { Report, Share, Tally } from './worker.ts'

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now()) },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    replay: { type: 'string' },
    crash: { type: 'string' },
    planted: { type: 'boolean', default: false },
    only: { type: 'string' },
    points: { type: 'boolean', default: false },
    /** Fail, too, if a crash point was seen and never died at: for runs long enough to get to all. */
    cover: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const runs = Number(flags.runs)
const workers = Number(flags.workers)
const shown = 40

type Heard = { readonly failed: readonly { outcome: Outcome; number: number }[]; readonly tally: Tally | undefined }

/** Starts a thread and hears it out. */
function hear(share: Share, onPlayed: (runs: number) => void = () => {}): Promise<Heard> {
  const failed: { outcome: Outcome; number: number }[] = []
  let tally: Tally | undefined
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: share })
  return new Promise((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.type === 'failed') failed.push(report)
      else if (report.type === 'played') onPlayed(report.runs)
      else tally = report.tally
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve({ failed, tally }))
  })
}

const spelled = (crashes: readonly Crash[]) =>
  crashes.map(({ write, side, who }) => `${write}${side[0]}${who[0]}`).join(',')

function readCrashes(text: string): Crash[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((one) => {
      const [, write, side, who] = /^(\d+)([ba])([tb])$/.exec(one) ?? []
      if (write === undefined)
        throw new Error(
          `--crash: not a crash: ${one} (12bt is write 12, before, tab; 30ab is write 30, after, browser)`,
        )
      return { write: Number(write), side: side === 'b' ? 'before' : 'after', who: who === 't' ? 'tab' : 'browser' }
    })
}

function tell({ seed, crashes, lost, made, wrongs }: Outcome): void {
  console.log(
    `FAILED lost ${lost} made ${made}\n  ${wrongs.join('\n  ')}\n  replay: npm run sim -- --replay ${seed} --crash '${spelled(crashes)}'`,
  )
}

async function replay(seed: string): Promise<number> {
  const plan: Plan = { seed, ...(flags.crash !== undefined && { crashes: readCrashes(flags.crash) }) }
  const planted = plantedBugs.find(({ name }) => name === flags.only)
  const { failed } = await hear({ ...shareOf(seed, planted), plans: [plan], runs: 0 })
  for (const { outcome } of failed) console.log(outcome.trace.join('\n'))
  for (const { outcome } of failed) tell(outcome)
  if (failed.length === 0) console.log('nothing wrong in this run')
  return failed.length
}

function shareOf(seed: string, bug?: PlantedBug): Share {
  return {
    seed,
    runs,
    first: 0,
    step: 1,
    planted: bug?.patches ?? [],
    durability: bug?.durability ?? 'strict',
    untilFailure: bug !== undefined,
  }
}

async function simulate(seed: string): Promise<number> {
  const startedMs = performance.now()
  let played = 0
  const heard = await Promise.all(
    Array.from({ length: workers }, (_, first) =>
      hear({ ...shareOf(seed), first, step: workers }, (more) => {
        played += more
        console.error(`${played} runs, ${Math.round((performance.now() - startedMs) / 1_000)} s`)
      }),
    ),
  )
  for (const { outcome } of heard.flatMap(({ failed }) => failed).slice(0, shown)) tell(outcome)
  const tallies = heard.flatMap(({ tally }) => tally ?? [])
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  const seen = new Set(tallies.flatMap((tally) => tally.seen))
  const covered = new Set(tallies.flatMap((tally) => tally.covered))
  const left = [...seen].filter((point) => !covered.has(point))
  if (flags.points)
    for (const point of [...seen].sort()) console.log(`${covered.has(point) ? 'covered' : 'MISSED '} ${point}`)
  const result = {
    runs: sum((tally) => tally.runs),
    seed,
    crashPoints: seen.size,
    crashPointsCovered: seen.size - left.length,
    lost: sum((tally) => tally.lost),
    made: sum((tally) => tally.made),
    failed: sum((tally) => tally.failed),
    operations: sum((tally) => tally.operations),
    operationsLeast: Math.min(...tallies.map((tally) => tally.operationsLeast)),
    faults: sum((tally) => tally.faults),
    faultsLeast: Math.min(...tallies.map((tally) => tally.faultsLeast)),
    crashes: sum((tally) => tally.crashes),
    interleavings: sum((tally) => tally.steps),
    writes: sum((tally) => tally.writes),
    walletsMost: Math.max(...tallies.map((tally) => tally.walletsMost)),
    realCurve: sum((tally) => tally.realCurve),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  }
  console.log(flags.json ? JSON.stringify(result) : result)
  return result.failed + (flags.cover ? left.length : 0) + (heard.length - tallies.length)
}

/** The first run that fails of a bug, and would not without it. */
async function firstCatch(seed: string, bug: PlantedBug): Promise<Heard['failed'][number] | undefined> {
  for (let first = 0; first < runs;) {
    const [failed] = (await hear({ ...shareOf(seed, bug), first })).failed
    if (!failed) return undefined
    const plan = { seed: failed.outcome.seed, crashes: failed.outcome.crashes }
    const without = await hear({ ...shareOf(seed), plans: [plan] })
    if (without.failed.length === 0) return failed
    first = failed.number + 1
  }
  return undefined
}

/** Each bug alone, until a run fails of it. */
async function findPlanted(seed: string): Promise<number> {
  const bugs = plantedBugs.filter(({ name }) => flags.only === undefined || name === flags.only)
  const caught: { bug: string; run: number; seed: string; crashes: string; by: string }[] = []
  const queue = [...bugs]
  const work = async () => {
    for (let bug = queue.shift(); bug; bug = queue.shift()) {
      const first = await firstCatch(seed, bug).catch(
        (error: unknown) => void console.log(`BROKEN   ${bug?.name}: ${String(error)}`),
      )
      if (first)
        caught.push({
          bug: bug.name,
          run: first.number,
          seed: first.outcome.seed,
          crashes: spelled(first.outcome.crashes),
          by: first.outcome.wrongs[0]?.split('\n')[0] ?? `lost ${first.outcome.lost} made ${first.outcome.made}`,
        })
      console.log(first ? `caught   ${bug.name}: run ${first.number}: ${caught.at(-1)?.by}` : `GOT AWAY ${bug.name}`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  const result = {
    planted: bugs.length,
    caught: caught.length,
    seed,
    runsMost: Math.max(...caught.map(({ run }) => run)),
    by: caught,
  }
  console.log(flags.json ? JSON.stringify(result) : result)
  return bugs.length - caught.length
}

const wrong =
  flags.replay !== undefined
    ? await replay(flags.replay)
    : flags.planted
      ? await findPlanted(flags.seed)
      : await simulate(flags.seed)
process.exitCode = wrong === 0 ? 0 : 1
