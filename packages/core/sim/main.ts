/**
 * The simulator's command line: `npm run sim -- --runs 1000 --json`, `--planted --json`, `--tabs --runs 10000 --json`,
 * `--figures --json`, `--replay SEED [--crash LIST]`.
 *
 * The last line is one JSON object with --json. Exit code 1 when a cent was lost or made, or a planted bug got away.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { hear, hire, playAll, taskOf, type Failed, type Hand } from './crew.ts'
import { plantedBugs, type PlantedBug } from './planted.ts'
import type { Outcome, Plan } from './run.ts'
import type { Crash } from './storage.ts'
import type { Tally } from './worker.ts'

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: String(Date.now()) },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    replay: { type: 'string' },
    crash: { type: 'string' },
    planted: { type: 'boolean', default: false },
    /** With --planted: how many fresh seeds each bug has to be caught under. */
    seeds: { type: 'string', default: '5' },
    only: { type: 'string' },
    /** No crashes, and 2 to 8 wallets of one reader at once: counts the orders in which they went on. */
    tabs: { type: 'boolean', default: false },
    figures: { type: 'boolean', default: false },
    points: { type: 'boolean', default: false },
    /** Fail, too, if a crash point was seen and never died at. */
    cover: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const workers = Number(flags.workers)
const shown = 40

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
  const how = flags.tabs ? '--tabs' : `--crash '${spelled(crashes)}'`
  console.log(
    `FAILED lost ${lost} made ${made}\n  ${wrongs.join('\n  ')}\n  replay: npm run sim -- --replay ${seed} ${how}`,
  )
}

function print(result: object): void {
  console.log(flags.json ? JSON.stringify(result) : result)
}

async function replay(seed: string): Promise<number> {
  const plan: Plan = { seed, ...(flags.crash !== undefined && { crashes: readCrashes(flags.crash) }) }
  const planted = plantedBugs.find(({ name }) => name === flags.only)
  const { failed } = await hear({ ...taskOf(seed, 0), tabs: flags.tabs, plans: [plan] }, planted)
  for (const { outcome } of failed) console.log(outcome.trace.join('\n'))
  for (const { outcome } of failed) tell(outcome)
  if (failed.length === 0) console.log('nothing wrong in this run')
  return failed.length
}

async function simulate(seed: string, runs: number): Promise<number> {
  const startedMs = performance.now()
  let played = 0
  const task = { ...taskOf(seed, runs), tabs: flags.tabs }
  let told = 0
  const { heard, seen, left } = await playAll(task, workers, {
    played: (more) => {
      played += more
      console.error(`${played} runs, ${Math.round((performance.now() - startedMs) / 1_000)} s`)
    },
    failed: ({ outcome }) => void (told++ < shown && tell(outcome)),
  })
  const tallies = heard.flatMap(({ tally }) => tally ?? [])
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  if (flags.points)
    for (const point of [...seen].sort()) console.log(`${left.has(point) ? 'MISSED ' : 'covered'} ${point}`)
  const failed = sum((tally) => tally.failed)
  print({
    runs: sum((tally) => tally.runs),
    seed,
    crashPoints: seen.size,
    crashPointsCovered: seen.size - left.size,
    lost: sum((tally) => tally.lost),
    made: sum((tally) => tally.made),
    failed,
    operations: sum((tally) => tally.operations),
    operationsLeast: Math.min(...tallies.map((tally) => tally.operationsLeast)),
    faults: sum((tally) => tally.faults),
    faultsLeast: Math.min(...tallies.map((tally) => tally.faultsLeast)),
    crashes: sum((tally) => tally.crashes),
    // Runs whose wallets of one reader went on in an order that no other run had.
    interleavings: new Set(tallies.flatMap((tally) => tally.orders)).size,
    steps: sum((tally) => tally.steps),
    writes: sum((tally) => tally.writes),
    walletsMost: Math.max(...tallies.map((tally) => tally.walletsMost)),
    realCurve: sum((tally) => tally.realCurve),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  })
  return failed + (flags.cover ? left.size : 0) + (heard.length - tallies.length)
}

/** Threads for one bug: with it, and without. */
type Pair = { readonly bugged: Hand; readonly clean: Hand }

/** The first run that fails of a bug, and would not without it. */
async function firstCatch(seed: string, runs: number, { bugged, clean }: Pair): Promise<Failed | undefined> {
  for (let first = 0; first < runs;) {
    const [failed] = (await bugged.work({ ...taskOf(seed, runs), untilFailure: true, first })).failed
    if (!failed) return undefined
    const plan = { seed: failed.outcome.seed, crashes: failed.outcome.crashes }
    const without = await clean.work({ ...taskOf(seed, runs), plans: [plan] })
    if (without.failed.length === 0) return failed
    first = failed.number + 1
  }
  return undefined
}

type Catch = {
  readonly seed: string
  readonly bug: string
  readonly run: number
  readonly by: string
  readonly replay: string
}

/** One bug, under each seed until a run fails of it. */
async function findPlanted(seeds: readonly string[], runs: number, bug: PlantedBug, clean: Hand): Promise<Catch[]> {
  const { name } = bug
  const bugged = hire(bug)
  const caught: Catch[] = []
  for (const seed of seeds) {
    const first = await firstCatch(seed, runs, { bugged, clean })
    if (!first) {
      console.log(`GOT AWAY ${name} (seed ${seed})`)
      continue
    }
    const { outcome, number } = first
    const by = outcome.wrongs[0]?.split('\n')[0] ?? `lost ${outcome.lost} made ${outcome.made}`
    const replay = `--replay ${outcome.seed} --crash '${spelled(outcome.crashes)}' --only '${name}'`
    caught.push({ seed, bug: name, run: number, by, replay })
    console.log(`caught   ${name}: run ${number} of seed ${seed}: ${by}`)
  }
  await bugged.end()
  return caught
}

async function findAllPlanted(runs: number): Promise<number> {
  const bugs = plantedBugs.filter(({ name }) => flags.only === undefined || name === flags.only)
  const seeds = Array.from({ length: Number(flags.seeds) }, (_, at) => (at === 0 ? flags.seed : `${flags.seed}-${at}`))
  const catches: Catch[] = []
  const queue = [...bugs]
  const work = async () => {
    const clean = hire()
    for (let bug = queue.shift(); bug; bug = queue.shift()) {
      const { name } = bug
      const caught = await findPlanted(seeds, runs, bug, clean).catch(
        (error: unknown) => void console.log(`BROKEN   ${name}: ${String(error)}`),
      )
      catches.push(...(caught ?? []))
    }
    await clean.end()
  }
  await Promise.all(Array.from({ length: workers }, work))
  const of = (name: string) => catches.filter(({ bug }) => bug === name)
  const caught = bugs.filter(({ name }) => of(name).length === seeds.length).length
  print({
    planted: bugs.length,
    caught,
    seeds,
    runsMost: Math.max(...catches.map(({ run }) => run + 1)),
    by: bugs.map(({ name, breaks }) => ({ bug: name, breaks, runs: of(name).map(({ run }) => run), ...of(name)[0] })),
  })
  return bugs.length - caught
}

async function figures(histories: number): Promise<number> {
  const { measureFigures } = await import('./figures.ts')
  const { result, isGood } = measureFigures(histories)
  print(result)
  return isGood ? 0 : 1
}

const runsWanted = (standard: number) => Number(flags.runs ?? standard)
const wrong =
  flags.replay !== undefined
    ? await replay(flags.replay)
    : flags.figures
      ? await figures(runsWanted(10_000))
      : flags.planted
        ? await findAllPlanted(runsWanted(5_000))
        : await simulate(flags.seed, runsWanted(1_000))
process.exitCode = wrong === 0 ? 0 : 1
