// Who wants to be told of which quotes and coins (NUT-17), and telling them; socket.ts subscribes, and every operation that
// is committed says what it changed.

import type { Operation } from '../ledger/port.ts'

/** What is watched: quotes of a method, or coins by their points. */
export type Watched =
  | { readonly what: 'mint_quote' | 'melt_quote'; readonly method: string }
  | { readonly what: 'proof_state' }

/** One subscription: tells of each filter's state now, and whenever it changes. */
export interface Subscription {
  readonly watched: Watched
  readonly filters: readonly string[]
  /** Given a state as JSON text. */
  readonly tell: (payload: string) => void
}

/** Keeps subscriptions. */
export interface Hub {
  /** Resolves once the present state is told; nothing is told before. @returns Ends it. */
  subscribe(subscription: Subscription): { readonly ready: Promise<void>; readonly end: () => void }
  /** To be called with what was just committed here; other processes' changes are found by looking. */
  changed(operation: Pick<Operation, 'quotes' | 'melt' | 'spends'>): void
  close(): void
}

/** One watched thing, whoever watches it. */
interface Thing {
  readonly watched: Watched
  readonly id: string
  readonly subscribers: Set<Subscription>
  /** The state last told, as text. */
  told?: string | undefined
  isLooking: boolean
  /** Whether it changed while it was being looked at. */
  again: boolean
}

/** How often is looked for what came in from outside or was done by another process. */
const lookEveryMs = 250
/** Things looked at in one round: more wait for the next one. */
const looksMax = 64

/** The state of a watched thing, as the route that it has would tell it. */
export type StateOf = (watched: Watched, id: string) => Promise<string>

/** Makes a hub. */
export function createHub(stateOf: StateOf): Hub {
  const things = new Map<string, Thing>()
  let turn = 0
  const timer = setInterval(() => {
    const all = [...things.values()]
    const count = Math.min(looksMax, all.length)
    for (let step = 0; step < count; step++) void look(stateOf, all[turn++ % all.length] as Thing)
  }, lookEveryMs)
  timer.unref()
  return {
    subscribe: (subscription) => subscribe({ things, stateOf }, subscription),
    changed: (operation) => {
      if (things.size === 0) return
      const touched = namesIn(operation)
      // Of a melt that ended, the coins are not named: all coins that are watched are looked at.
      const isEnd = operation.melt?.type === 'settle' || operation.melt?.type === 'fail'
      for (const thing of things.values()) {
        if (touched.has(thing.id) || (isEnd && thing.watched.what === 'proof_state')) void look(stateOf, thing)
      }
    },
    close: () => {
      clearInterval(timer)
      things.clear()
    },
  }
}

function subscribe(
  { things, stateOf }: { things: Map<string, Thing>; stateOf: StateOf },
  subscription: Subscription,
): ReturnType<Hub['subscribe']> {
  const own = subscription.filters.map((id) => {
    const name = nameOf(subscription.watched, id)
    const thing = things.get(name) ?? newThing(subscription.watched, id)
    things.set(name, thing)
    return { name, thing }
  })
  let isEnded = false
  const first = own.map(async ({ thing }) => {
    // What was told to others may be old by now; the newcomer hears the state as it is.
    const text = await stateOf(thing.watched, thing.id)
    if (isEnded) return
    subscription.tell(text)
    thing.told ??= text
    thing.subscribers.add(subscription)
    if (thing.told !== text) void look(stateOf, thing)
  })
  const all = Promise.all(first)
  return {
    ready: (async () => void (await all))(),
    end: () => {
      isEnded = true
      for (const { name, thing } of own) {
        thing.subscribers.delete(subscription)
        if (thing.subscribers.size === 0) things.delete(name)
      }
    },
  }
}

/** Looks at a thing and tells of what is new; once at a time, and once more if it changed meanwhile. */
async function look(stateOf: StateOf, thing: Thing): Promise<void> {
  thing.again = true
  if (thing.isLooking) return
  thing.isLooking = true
  while (thing.again && thing.subscribers.size > 0) {
    thing.again = false
    try {
      const text = await stateOf(thing.watched, thing.id)
      if (text === thing.told) continue
      thing.told = text
      for (const subscriber of thing.subscribers) subscriber.tell(text)
    } catch {
      // The store is away, or the thing is: looked for again in the next round.
    }
  }
  thing.isLooking = false
}

/** Ids and points that an operation changed. */
function namesIn({ quotes = [], melt, spends }: Parameters<Hub['changed']>[0]): ReadonlySet<string> {
  return new Set([
    ...quotes.map((change) => (change.type === 'open' ? change.row.id : change.id)),
    ...(melt === undefined ? [] : [melt.type === 'open' ? melt.row.id : melt.id]),
    ...spends.map(({ y }) => y),
  ])
}

function newThing(watched: Watched, id: string): Thing {
  return { watched, id, subscribers: new Set(), isLooking: false, again: false }
}

function nameOf(watched: Watched, id: string): string {
  return `${watched.what} ${'method' in watched ? watched.method : ''} ${id}`
}
