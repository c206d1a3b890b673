// One run: a few top-ups by card, told of in a random order, with everything that goes wrong at Stripe's and between the steps
// of the mint; at the end the world comes to rest, and judge.ts looks; main.ts plays many.

import { readQuote } from '../src/issue.ts'
import { resumeMelts } from '../src/melt.ts'
import { createStripeDouble } from '../src/funding/stripe/double/double.ts'
import { seededRandom } from '../src/funding/stripe/double/world.ts'
import { actions, ask, deliver, lose, mintAll } from './acts.ts'
import { createGate, type Gate } from './gate.ts'
import { startProcess, type Place, type Process } from './place.ts'
import type { Planted } from './planted.ts'
import { seenNames, type Run, type Seen } from './scene.ts'

/** Starts a run. */
export function beginRun(
  place: Place,
  { seed, planted, before }: { seed: number; planted: Planted | undefined; before: ReadonlyMap<string, number> },
): Run {
  const random = seededRandom(seed)
  const double = createStripeDouble({ seed: Math.floor(random() * 2 ** 31), nowMs: () => place.clock.nowMs })
  const queue: Run['queue'] = []
  const seen = Object.fromEntries(seenNames.map((name) => [name, 0])) as unknown as Seen
  double.world.onEvent = (event) => {
    queue.push({ event, tries: 0 })
    if (random() < 0.25) seen.duplicates += queue.push({ event, tries: 0 }) > 0 ? 1 : 0
  }
  const run = { place, seed, random, double, readers: [], queue, seen, before, planted } as unknown as Run
  run.process = boot(run, random() < 0.6 ? 1 + Math.floor(random() * 160) : undefined)
  return run
}

function boot(run: Run, diesAt: number | undefined): Process {
  const { place, double, random, planted } = run
  const gate: Gate = createGate(diesAt)
  return startProcess(place, { double, gate, random, ...(planted === undefined ? {} : { planted }) })
}

const weights = actions.reduce((sum, [weight]) => sum + weight, 0)

/** Plays a run to its end, where nothing is under way any more. */
export async function play(run: Run): Promise<void> {
  const steps = 25 + Math.floor(run.random() * 30)
  await attempt(run, () => ask(run))
  for (let step = 0; step < steps; step++) {
    run.place.clock.nowMs += Math.floor(run.random() * 20_000)
    let at = run.random() * weights
    const [, act] = actions.find(([weight]) => (at -= weight) < 0) ?? actions[0]!
    await attempt(run, () => act(run))
    run.seen.steps++
  }
  await rest(run)
}

/** Does something that may be refused, fail, or not come back because the process has died: then another one starts. */
async function attempt(run: Run, work: () => Promise<void>): Promise<void> {
  await work().catch(() => {})
  if (!run.process.gate.isDead()) return
  run.seen.crashes++
  run.process = boot(run, run.random() < 0.5 ? 1 + Math.floor(run.random() * 120) : undefined)
  // What a mint does when it starts.
  await resumeMelts(run.process.deps).catch(() => {})
}

/** Everything that is under way comes to its end: Stripe is well, the mint lives, time passes. */
async function rest(run: Run): Promise<void> {
  run.double.behave({ down: false, slowMs: 0, answersThenFails: 0 })
  run.process = boot(run, undefined)
  const { deps, funding } = run.process
  for (let round = 0; round < 3; round++) {
    // Some of what was not delivered never is.
    while (run.queue.length > 0) await (run.random() < 0.3 ? lose(run) : deliver(run).catch(() => {}))
    run.place.clock.nowMs += 130_000
    await funding.resume?.(deps)
    await resumeMelts(deps)
  }
  // Checkouts end, and what the reader was still owed is minted: late, but good.
  run.place.clock.nowMs += 3 * 3_600_000
  for (const reader of run.readers) await readQuote(deps, 'card', reader.quote)
  await funding.resume?.(deps)
  for (const reader of run.readers) await mintAll(run, reader).catch(() => {})
}
