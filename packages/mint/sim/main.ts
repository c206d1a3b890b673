// `npm run sim:funding`: many seeded orders of what Stripe tells, on the real ledger; the last line is figures as JSON.
// --runs N, --seed S, --planted (every planted bug must be caught), --postgres N (so many of the runs), --replay SEED, --json.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../src/testing/postgres.ts'
import { judge, sumsOf } from './judge.ts'
import { openPlace, type Place } from './place.ts'
import { plantedBugs, type Planted } from './planted.ts'
import { beginRun, play } from './run.ts'
import { seenNames, type Seen } from './scene.ts'

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    postgres: { type: 'string', default: '50' },
    from: { type: 'string' },
    replay: { type: 'string' },
    planted: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

/** A ledger is used for so many runs, then another is made. */
const runsAPlace = 50
/** A planted bug is looked for in so many runs at most. */
const plantedRunsMost = 300

interface Result {
  readonly seen: Seen
  readonly failed: { readonly seed: number; readonly wrong: readonly string[] }[]
  runs: number
}

async function playOne(place: Place, seed: number, planted: Planted | undefined, result: Result): Promise<void> {
  const before = await place.look(sumsOf)
  const { sequence } = await place.opened.ledger.position()
  const run = beginRun(place, { seed, planted, before })
  await play(run)
  const wrong = await judge(run, sequence + 1)
  result.runs++
  for (const name of seenNames) result.seen[name] += run.seen[name]
  result.seen.captured += [...run.double.world.charges.values()].reduce((sum, each) => sum + each.amount_captured, 0)
  if (wrong.length > 0) result.failed.push({ seed, wrong })
}

async function playMany(
  seeds: readonly number[],
  { planted, databaseUrl }: { planted?: Planted; databaseUrl?: () => Promise<string> } = {},
): Promise<Result> {
  const seen = Object.fromEntries(seenNames.map((name) => [name, 0])) as unknown as Seen
  const result: Result = { seen, failed: [], runs: 0 }
  for (let from = 0; from < seeds.length; from += runsAPlace) {
    const url = await databaseUrl?.()
    const place = await openPlace(url === undefined ? {} : { databaseUrl: url })
    for (const seed of seeds.slice(from, from + runsAPlace)) {
      await playOne(place, seed, planted, result)
      // A planted bug leaves the books wrong for the runs after it.
      if (planted !== undefined && result.failed.length > 0) break
    }
    await place.close()
    if (planted !== undefined && result.failed.length > 0) break
  }
  return result
}

function tell({ failed }: Result): void {
  for (const { seed, wrong } of failed.slice(0, 5)) console.error(`seed ${seed}: ${wrong.join('; ')}`)
}

async function onPostgres(seeds: readonly number[]): Promise<Result> {
  const server = await startPostgres()
  let made = 0
  try {
    return await playMany(seeds, { databaseUrl: () => server.database(`funding_${made++}`) })
  } finally {
    await server.stop('SIGQUIT')
    rmSync(dirname(server.dataDir), { recursive: true, force: true })
  }
}

/** What a part of the runs came to. */
type Figures = Record<'runs' | 'failed' | keyof Seen, number>

/** Plays a part in a process of its own, as the arithmetic fills a core. */
function playPart(from: number, runs: number): Promise<Figures> {
  const program = process.argv[1] ?? ''
  const flagsOfPart = ['--from', String(from), '--runs', String(runs), '--json']
  const child = spawn(process.execPath, [...process.execArgv, program, ...flagsOfPart], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (part: Buffer) => (text += part.toString()))
  return once(child, 'close').then(() => JSON.parse(text.trim().split('\n').at(-1) ?? '') as Figures)
}

const figuresOf = ({ runs, failed, seen }: Result): Figures => ({ runs, failed: failed.length, ...seen })

async function part(from: number): Promise<number> {
  const result = await playMany(Array.from({ length: Number(flags.runs) }, (_, index) => from + index))
  tell(result)
  console.log(JSON.stringify(figuresOf(result)))
  return 0
}

async function simulate(): Promise<number> {
  const startedMs = performance.now()
  const first = Number(flags.seed) * 1_000_000
  const runs = Number(flags.runs)
  const share = Math.min(Number(flags.postgres), runs)
  const left = runs - share
  const processes = Math.max(1, Math.min(availableParallelism(), Math.ceil(left / 100)))
  const each = Math.ceil(left / processes)
  const parts = Array.from({ length: processes }, (_, index) => {
    const count = Math.min(each, left - index * each)
    return count <= 0 ? [] : [playPart(first + share + index * each, count)]
  }).flat()
  const rows = share === 0 ? undefined : await onPostgres(Array.from({ length: share }, (_, index) => first + index))
  if (rows !== undefined) tell(rows)
  const all = [...(await Promise.all(parts)), ...(rows === undefined ? [] : [figuresOf(rows)])]
  const sum = (name: keyof Figures) => all.reduce((total, figures) => total + figures[name], 0)
  const counts = Object.fromEntries((['runs', 'failed', ...seenNames] as const).map((name) => [name, sum(name)]))
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  const figures = { ...counts, postgres: share, seed: Number(flags.seed), seconds }
  console.log(flags.json ? JSON.stringify(figures) : figures)
  return sum('failed') === 0 && sum('runs') === runs ? 0 : 1
}

async function plant(): Promise<number> {
  const caught: Record<string, number | null> = {}
  for (const planted of plantedBugs) {
    const seeds = Array.from({ length: plantedRunsMost }, (_, index) => Number(flags.seed) * 1_000_000 + index)
    const result = await playMany(seeds, { planted })
    caught[planted.name] = result.failed.length > 0 ? result.runs : null
    console.error(`${planted.name}: ${result.failed[0]?.wrong[0] ?? 'NOT CAUGHT'} (run ${result.runs})`)
  }
  const missed = Object.values(caught).filter((runs) => runs === null).length
  console.log(flags.json ? JSON.stringify({ planted: plantedBugs.length, missed, caught }) : caught)
  return missed === 0 ? 0 : 1
}

async function replay(seed: number): Promise<number> {
  const result = await playMany([seed])
  tell(result)
  console.log(flags.json ? JSON.stringify(result) : result.seen)
  return result.failed.length
}

async function main(): Promise<number> {
  if (flags.replay !== undefined) return replay(Number(flags.replay))
  if (flags.from !== undefined) return part(Number(flags.from))
  return flags.planted ? plant() : simulate()
}

process.exitCode = await main()
