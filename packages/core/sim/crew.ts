/** The simulator's threads: plays many runs on all of them, then goes after the crash points that are left; main calls it. */
import { Worker } from 'node:worker_threads'
import type { PlantedBug } from './planted.ts'
import type { Outcome } from './run.ts'
import type { CrashPoint } from './storage.ts'
import type { Aim, Report, Share, Tally } from './worker.ts'

/** A run that failed, with its number where it has one. */
export type Failed = { readonly outcome: Outcome; readonly number: number }

/** What a thread said. */
export type Heard = { readonly failed: readonly Failed[]; readonly tally: Tally | undefined }

/** Runs beyond those asked for that may be spent on crash points which are left, as a part of them. */
const extraShare = 0.5

/** Starts a thread and hears it out. */
export function hear(share: Share, onPlayed: (runs: number) => void = () => {}): Promise<Heard> {
  const failed: Failed[] = []
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

/** A share of everything, for one thread; with a bug, until it shows. */
export function shareOf(seed: string, runs: number, bug?: PlantedBug): Share {
  return {
    seed,
    runs,
    first: 0,
    step: 1,
    planted: bug?.patches ?? [],
    durability: bug?.durability ?? 'strict',
    untilFailure: bug !== undefined,
    tabs: false,
  }
}

/** All that was heard, and the crash points together: what one thread covered, another need not. */
export type Played = {
  readonly heard: readonly Heard[]
  readonly seen: ReadonlySet<CrashPoint>
  readonly left: ReadonlySet<CrashPoint>
}

/**
 * Plays a share on several threads, then aims further runs at every crash point that was passed and not died at, and at
 * those that these pass, until none is left.
 */
export async function playAll(share: Share, workers: number, onPlayed: (runs: number) => void): Promise<Played> {
  const heard = await Promise.all(
    Array.from({ length: workers }, (_, first) => hear({ ...share, first, step: workers }, onPlayed)),
  )
  for (;;) {
    const tallies = heard.flatMap(({ tally }) => tally ?? [])
    const seen = new Set(tallies.flatMap((tally) => tally.seen))
    const covered = new Set(tallies.flatMap((tally) => tally.covered))
    const left = new Set([...seen].filter((point) => !covered.has(point)))
    const extra = Math.ceil(share.runs * (1 + extraShare)) - tallies.reduce((sum, { runs }) => sum + runs, 0)
    if (left.size === 0 || extra <= 0 || share.tabs) return { heard, seen, left }
    const aims = new Map<CrashPoint, Aim>(tallies.flatMap((tally) => tally.aims).filter(([point]) => left.has(point)))
    const lots = Array.from({ length: workers }, (_, lot) => [...aims].filter((__, at) => at % workers === lot))
    const rounds = lots.filter((lot) => lot.length > 0)
    if (rounds.length === 0) return { heard, seen, left }
    heard.push(
      ...(await Promise.all(
        rounds.map((lot) =>
          hear({ ...share, aims: lot, covered: [...covered], runs: Math.ceil(extra / workers) }, onPlayed),
        ),
      )),
    )
  }
}
