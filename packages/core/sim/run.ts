/** One run from its seed: a world, some twenty operations under faults and crashes, and the verdict. */
import { makeDice } from './dice.ts'
import { comeHome, judge, type Verdict } from './judge.ts'
import { killSomeTab, startOperation, themeNames, type Active } from './operations.ts'
import type { Crash, CrashPoint, Durability } from './storage.ts'
import { makeWorld, type World } from './world.ts'

/** What a run is made from. `crashes` replaces those that the seed would choose. */
export type Plan = {
  readonly seed: string
  readonly crashes?: readonly Crash[] | undefined
  readonly durability?: Durability
  /** No crashes, and many at once. */
  readonly tabs?: boolean
}

export type Outcome = Verdict & {
  readonly seed: string
  readonly crashes: readonly Crash[]
  readonly operations: number
  readonly faults: number
  readonly wallets: number
  readonly steps: number
  readonly order: number | undefined
  readonly writes: number
  readonly seen: readonly (readonly [CrashPoint, number])[]
  readonly covered: readonly CrashPoint[]
  readonly trace: readonly string[]
}

const operationsMin = 20
const realCurveShare = 0.01
const restoreShare = 0.1

/** Which curve a seed stands for. */
export function curveOf(seed: string): 'fake' | 'real' {
  return makeDice(`${seed}/curve`).chance(realCurveShare) ? 'real' : 'fake'
}

/** Plays a run. Equal plans give equal outcomes. */
export async function play(
  { seed, crashes, durability = 'strict', tabs = false }: Plan,
  dir: string,
): Promise<Outcome> {
  const dice = makeDice(seed)
  const planned = new Map((crashes ?? (tabs ? [] : chosenCrashes(seed))).map((crash) => [crash.write, crash]))
  const world = await makeWorld({
    dice,
    dir,
    curve: curveOf(seed),
    durability,
    planned,
    restores: dice.fork('restores').chance(restoreShare),
    tabs,
  })
  try {
    const steps = await operate(world, { least: operationsMin + dice.below(10), tabs })
    const { operations } = world
    const order = world.scheduler.order()
    await comeHome(world)
    const verdict = await judge(world)
    const { watch, faults, trace } = world
    return {
      seed,
      crashes: watch.made,
      operations,
      faults: faults.length + watch.made.length,
      wallets: world.vaults[0].tabs.length + world.frames.length,
      steps,
      order,
      writes: watch.writes,
      seen: [...watch.seen],
      covered: [...watch.covered],
      trace,
      ...verdict,
    }
  } finally {
    await world.close()
  }
}

/** Some crashes, anywhere in a run's usual length. */
function chosenCrashes(seed: string): Crash[] {
  const dice = makeDice(`${seed}/crashes`)
  return Array.from({ length: dice.between(1, 4) }, () => ({
    write: dice.between(1, 90),
    side: dice.pick(['before', 'after'] as const),
    who: dice.pick(['tab', 'tab', 'browser'] as const),
  }))
}

async function operate(world: World, { least, tabs }: { least: number; tabs: boolean }): Promise<number> {
  let count = least
  const { dice, scheduler, proxy } = world
  const active: Active = new Set()
  const together = dice.pick(tabs ? [3, 5, 8] : [1, 2, 3, 5, 8])
  const theme = dice.pick(themeNames)
  const eager = dice.pick([0.02, 0.1, 0.3])
  let started = 0
  let patience = 40
  let steps = 0
  for (; ; steps++) {
    world.time.nowMs += dice.below(300)
    if (started === count && world.operations < operationsMin) count++
    // No run without a fault.
    if (started === count - 2 && world.faults.length + world.watch.made.length === 0) killSomeTab(world)
    if (started < count && active.size < together && (active.size === 0 || dice.chance(eager))) {
      started++
      startOperation(world, theme, active)
      await scheduler.settle()
    } else if (dice.chance(0.02)) {
      void proxy.deliverLate()
      await scheduler.settle()
    } else if (!(await scheduler.step())) {
      // A server may be at work outside this thread: real time is given before that is called an end.
      if (active.size > 0 && patience-- > 0) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        await scheduler.settle()
        continue
      }
      if (active.size > 0) {
        world.wrongs.push('somebody waits for ever')
        return steps
      }
      if (started >= count) return steps
    }
  }
}
