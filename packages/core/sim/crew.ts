/** The simulator's threads: plays many runs on all of them, then goes after the crash points that are left; main calls it. */
import { Worker } from 'node:worker_threads'
import type { PlantedBug } from './planted.ts'
import type { Outcome } from './run.ts'
import type { CrashPoint } from './storage.ts'
import type { Aim, Report, Tally, Task, Workshop } from './worker.ts'

/** A run that failed, with its number where it has one. */
export type Failed = { readonly outcome: Outcome; readonly number: number }

/** What a thread said. */
export type Heard = { readonly failed: readonly Failed[]; readonly tally: Tally | undefined }

/** Runs beyond those asked for that may be spent on crash points which are left, as a part of them. */
const extraShare = 0.5

/** Of the runs that are still to be played, those from seeds of their own; then what these passed is aimed at, and so on. */
const exploreShare = 0.8
/** Below so many it isn't worth coming back once more. */
const roundLeast = 100

/** Who is told meanwhile: how many more runs were played, and each that failed. */
export type Audience = { readonly played: (runs: number) => void; readonly failed: (run: Failed) => void }

/** A thread to give tasks to. */
export type Hand = {
  readonly work: (task: Task, audience?: Audience) => Promise<Heard>
  readonly end: () => Promise<void>
}

/** Starts a thread that does one task after the other, with a bug or without: it is warm after the first. */
export function hire(bug?: PlantedBug): Hand {
  const workshop: Workshop = { planted: bug?.patches ?? [], durability: bug?.durability ?? 'strict' }
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: workshop })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  return {
    work: (task, audience) =>
      new Promise((resolve, reject) => {
        const failed: Failed[] = []
        const end = (tally: Tally | undefined) => {
          worker.removeAllListeners('message')
          resolve({ failed, tally })
        }
        worker.on('message', (report: Report) => {
          if (report.type === 'done') return end(report.tally)
          if (report.type === 'played') return audience?.played(report.runs)
          failed.push(report)
          audience?.failed(report)
        })
        worker.once('error', reject)
        worker.once('exit', () => end(undefined))
        worker.postMessage(task)
      }),
    end: () => {
      worker.postMessage('end')
      return exited
    },
  }
}

/** Has one task done, with a bug or without. */
export async function hear(task: Task, bug?: PlantedBug): Promise<Heard> {
  const hand = hire(bug)
  const heard = await hand.work(task)
  await hand.end()
  return heard
}

/** All runs of a seed, for one thread. */
export function taskOf(seed: string, runs: number): Task {
  return { seed, runs, first: 0, step: 1, untilFailure: false, tabs: false }
}

/** All that was heard, and the crash points together: what one thread covered, another need not. */
export type Played = {
  readonly heard: readonly Heard[]
  readonly seen: ReadonlySet<CrashPoint>
  readonly left: ReadonlySet<CrashPoint>
}

/**
 * Plays a task on several threads: most of its runs from their own seeds, the rest aimed at every crash point that was passed
 * and not died at, until none is left. What is not needed for that is from their own seeds again. Should points be left once all
 * runs are played, some more are aimed at them.
 */
export async function playAll(task: Task, workers: number, audience: Audience): Promise<Played> {
  const hands = Array.from({ length: workers }, () => hire())
  const heard: Heard[] = []
  let first = 0
  try {
    for (;;) {
      const known = tally(heard)
      const rest = task.runs - known.runs
      const isOver = task.tabs || known.left.size === 0 || known.runs >= task.runs * (1 + extraShare)
      if (rest <= 0 && isOver) return { heard, ...known }
      const aimed = aimedTasks(task, known, workers)
      const isAiming = aimed.length > 0 && !task.tabs
      if (rest <= 0 && !isAiming) return { heard, ...known }
      const runs = rest < roundLeast || task.tabs ? rest : Math.ceil(rest * exploreShare)
      const plain = hands.map((_, at) => ({ ...task, first: first + at, step: workers, runs: first + runs }))
      if (!isAiming) first += runs
      const tasks = isAiming ? aimed : plain
      const more = tasks.map((one, at) => hands[at]?.work({ ...one, covered: [...known.covered] }, audience))
      heard.push(...(await Promise.all(more)).filter((one) => one !== undefined))
      if (heard.some((one) => !one.tally)) return { heard, ...tally(heard) }
    }
  } finally {
    await Promise.all(hands.map(({ end }) => end()))
  }
}

/** The points that are left, shared out among the threads; within the runs that are left, or beyond them when there are none. */
function aimedTasks(task: Task, { left, aims, runs }: ReturnType<typeof tally>, workers: number): Task[] {
  const most = runs < task.runs ? task.runs - runs : Math.ceil(task.runs * (1 + extraShare)) - runs
  const todo = [...aims].filter(([point]) => left.has(point))
  return Array.from({ length: workers }, (_, lot) => todo.filter((__, at) => at % workers === lot))
    .filter((lot) => lot.length > 0)
    .map((lot) => ({ ...task, aims: lot, runs: Math.ceil(most / workers) }))
}

function tally(heard: readonly Heard[]) {
  const tallies = heard.flatMap((one) => one.tally ?? [])
  const seen = new Set(tallies.flatMap((one) => one.seen))
  const covered = new Set(tallies.flatMap((one) => one.covered))
  return {
    runs: tallies.reduce((sum, { runs }) => sum + runs, 0),
    seen,
    covered,
    left: new Set([...seen].filter((point) => !covered.has(point))),
    aims: new Map<CrashPoint, Aim>(tallies.flatMap((one) => one.aims)),
  }
}
