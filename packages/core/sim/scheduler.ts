/** Decides who goes on: whatever touches storage or the network waits at a gate, and one gate is opened at a time. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Dice } from './dice.ts'

/** A process of the simulated world: a tab, a frame, a till. Once dead, it never gets past a gate again. */
export type Actor = {
  readonly name: string
  readonly isWallet: boolean
  alive: boolean
  readonly died: Promise<void>
  readonly kill: () => void
}

/** What is being done, for whoever wants to know at a gate. */
export type Doing = { readonly operation: string; readonly inRecovery: boolean }

/** Which operation a line of code is running for. */
export const doing = new AsyncLocalStorage<Doing>()

type Waiting = { readonly actor: Actor; readonly open: () => void; readonly fromStep: number }

export type Scheduler = {
  /** Waits to be let on, others first for so many steps. For a dead actor: for ever. */
  readonly gate: (actor: Actor, afterSteps?: number) => Promise<void>
  /** Runs work of a server, which gets to its end by itself. */
  readonly serve: <T>(work: () => Promise<T>) => Promise<T>
  /** Within such work: waits at a gate. */
  readonly gateOfServer: (actor: Actor, afterSteps?: number) => Promise<void>
  /** Lets one more go on; `false` when nobody waits. */
  readonly step: () => Promise<boolean>
  /** Comes back once everyone waits or is done. */
  readonly settle: () => Promise<void>
  /** From now on gates are open, unless somebody is dead. */
  readonly free: () => void
  /** A number for the order in which wallets went on wherever more than one could. `undefined`: they never could. */
  readonly order: () => number | undefined
}

/** Makes an actor. */
export function makeActor(name: string, kind: 'wallet' | 'server' = 'wallet'): Actor {
  let kill = () => {}
  const died = new Promise<void>((resolve) => (kill = resolve))
  const actor: Actor = {
    name,
    isWallet: kind === 'wallet',
    alive: true,
    died,
    kill: () => {
      actor.alive = false
      kill()
    },
  }
  return actor
}

/** A promise of the dead. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}

/** Turns of the event loop without news after which all is taken to be still. */
const stillTurns = 2

/** The same while a server works: it may take turns to commit, or wait for another request that waits at a gate. */
const servingTurns = 12

/** How often, in a run where some come before others, one gets another rank. */
const rankChange = 0.01

type Choose = (waiting: readonly Waiting[], last: Actor | undefined) => Waiting

function byRank(dice: Dice): Choose {
  const ranks = new Map<Actor, number>()
  const rankOf = (actor: Actor): number => {
    const known = ranks.get(actor)
    if (known !== undefined && !dice.chance(rankChange)) return known
    const rank = dice.next()
    ranks.set(actor, rank)
    return rank
  }
  return (waiting) => {
    const ranked = waiting.map((one) => ({ one, rank: rankOf(one.actor) }))
    return ranked.reduce((best, next) => (next.rank > best.rank ? next : best)).one
  }
}

function byChance(dice: Dice, sticky: number): Choose {
  return (waiting, last) => {
    const again = waiting.filter(({ actor }) => actor === last)
    return again.length > 0 && dice.chance(sticky) ? dice.pick(again) : dice.pick(waiting)
  }
}

/**
 * Makes a scheduler.
 *
 * @param sticky - How often the one that went last goes again. `ranked`: the one that ranks highest always goes, so that
 *   another waits for long in the middle of what it does; ranks change now and then.
 */
export function makeScheduler(dice: Dice, sticky: number | 'ranked'): Scheduler {
  let waiting: Waiting[] = []
  let serving = 0
  let news = 0
  let isFree = false
  let last: Actor | undefined
  const choose = sticky === 'ranked' ? byRank(dice) : byChance(dice, sticky)
  let steps = 0
  let contested = 0
  let order: readonly [number, number] = [0x811c9dc5, 0x1234567]
  const gate = (actor: Actor, afterSteps = 0): Promise<void> => {
    news++
    if (!actor.alive) return never()
    if (isFree) return Promise.resolve()
    return new Promise((open) => waiting.push({ actor, open, fromStep: steps + afterSteps }))
  }
  const settle = async () => {
    for (let still = 0; still < (serving === 0 ? stillTurns : servingTurns); still++) {
      const before = news
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (news !== before) still = -1
    }
  }
  return {
    gate,
    settle,
    serve: async (work) => {
      serving++
      try {
        return await work()
      } finally {
        serving--
        news++
      }
    },
    gateOfServer: async (actor, afterSteps) => {
      serving--
      await gate(actor, afterSteps)
      serving++
    },
    step: async () => {
      waiting = waiting.filter(({ actor }) => actor.alive)
      if (waiting.length === 0) return false
      steps++
      const due = waiting.filter(({ fromStep }) => fromStep <= steps)
      const ready = due.length > 0 ? due : waiting
      const names = new Set(ready.flatMap(({ actor }) => (actor.isWallet ? actor.name : [])))
      const chosen = choose(ready, last)
      waiting.splice(waiting.indexOf(chosen), 1)
      last = chosen.actor
      if (names.size > 1) {
        contested++
        const [first, second] = order
        const place = [...names].indexOf(chosen.actor.name) + 1
        order = [Math.imul(first ^ place, 0x01000193), Math.imul(second + place, 0x5bd1e995) ^ (second >>> 13)]
      }
      chosen.open()
      await settle()
      return true
    },
    order: () => (contested === 0 ? undefined : (order[0] >>> 0) * 2 ** 21 + (order[1] >>> 11)),
    free: () => {
      isFree = true
      for (const { actor, open } of waiting) if (actor.alive) open()
      waiting = []
    },
  }
}
