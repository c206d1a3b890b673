/** A device's storage under watch: knows every write, dies around those it is told to, and keeps what was ever durable. */
import { TuppenceError } from '@tuppence/protocol'
import { memoryDb } from '../src/db/memory.ts'
import { storeNames, type Db, type StoreName, type Tables, type Tx } from '../src/tables.ts'
import { doing, never, type Actor, type Scheduler } from './scheduler.ts'

/** Around which write of the run to die (counted from 1 over all devices), on which side, and who: the tab or the browser. */
export type Crash = { readonly write: number; readonly side: 'before' | 'after'; readonly who: 'tab' | 'browser' }

/** A place where a process can die, by where the code asks for the write; with the crash before it, if that is being recovered from. */
export type CrashPoint = string

/** What the storages of a run see, together. */
export type Watch = {
  writes: number
  /** Crashes to come, by write. */
  readonly planned: Map<number, Crash>
  /** Crash points that were passed, with the write at which each was first. */
  readonly seen: Map<CrashPoint, number>
  readonly covered: Set<CrashPoint>
  readonly made: Crash[]
  /** Whether a write is to fail for want of room. */
  readonly isFull: () => boolean
  readonly faulted: (fault: string) => void
  readonly died: (where: string) => void
  readonly wrong: (what: string) => void
}

export type Device = {
  readonly open: (actor: Actor) => Db
  /** The storage itself, for the judge. */
  readonly bare: () => Db
  /** Whether a request was durable at any time: bodies to mints, credentials to tills. */
  readonly wasJournaled: (text: string) => boolean
  readonly actors: Set<Actor>
}

/** Planted only: how many commits a power cut may take back. */
export type Durability = 'strict' | 'relaxed'

/** A device whose processes share one storage. */
export function openDevice(parts: { watch: Watch; scheduler: Scheduler; durability: Durability }): Device {
  const { watch, scheduler, durability } = parts
  let inner = memoryDb()
  let before = memoryDb()
  let lastCrash: CrashPoint | undefined
  const journaled = new Set<string>()
  const actors = new Set<Actor>()
  const die = async (actor: Actor, crash: Crash, point: CrashPoint) => {
    watch.covered.add(point)
    watch.made.push(crash)
    watch.died(`${actor.name}: ${point}`)
    lastCrash = point.split('>').at(-1)
    for (const one of crash.who === 'browser' ? actors : [actor]) one.kill()
    if (durability === 'relaxed' && crash.who === 'browser') inner = before
  }
  const write = async <R>(
    actor: Actor,
    names: readonly StoreName[],
    body: (tx: Tx) => Promise<R>,
    site: string,
  ): Promise<R> => {
    const number = ++watch.writes
    const crash = watch.planned.get(number)
    const at = pointsAt(site, lastCrash)
    const pass = (point: CrashPoint) => void (watch.seen.has(point) || watch.seen.set(point, number))
    pass(at('before'))
    if (crash?.side === 'before') {
      await die(actor, crash, at('before'))
      return never()
    }
    if (watch.isFull()) {
      watch.faulted('storage-full')
      return inner.transact(names, 'write', async (tx) => {
        await body(tx)
        throw new TuppenceError('storage-full')
      })
    }
    if (durability === 'relaxed') before = await copyOf(inner)
    const noted: string[] = []
    const result = await inner.transact(names, 'write', (tx) => body(noting(tx, noted)))
    for (const text of noted) journaled.add(text)
    if (noted.length > 0) await checkHeldOnce(inner, watch)
    // Nobody can die after a write that was thrown back.
    pass(at('after'))
    if (crash?.side === 'after') {
      await die(actor, crash, at('after'))
      return never()
    }
    return result
  }
  const open = (actor: Actor): Db => {
    actors.add(actor)
    return {
      transact: async (names, mode, body) => {
        const site = mode === 'write' ? callSite() : ''
        await scheduler.gate(actor)
        return mode === 'write' ? write(actor, names, body, site) : inner.transact(names, mode, body)
      },
      close: () => {},
    }
  }
  return { open, bare: () => inner, wasJournaled: (text) => journaled.has(text), actors }
}

/** Names of the points around a write: what is being done and where the code asks; in recovery, after which crash. */
function pointsAt(site: string, lastCrash: CrashPoint | undefined): (side: Crash['side']) => CrashPoint {
  const { operation, inRecovery } = doing.getStore() ?? { operation: 'background', inRecovery: false }
  const prefix = inRecovery && lastCrash !== undefined ? `${lastCrash}>` : ''
  return (side) => `${prefix}${operation} ${site} ${side}`
}

/** File and line of the code that asks, below this file. */
function callSite(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 4
  const stack = new Error('site').stack ?? ''
  Error.stackTraceLimit = stackTraceLimit
  const frame = stack.split('\n').find((line) => line.includes('/core/src/'))
  return (
    /core\/src\/(.*?):(\d+):/
      .exec(frame ?? '')
      ?.slice(1)
      .join(':') ?? 'elsewhere'
  )
}

/** Passes on, and notes the texts of requests that payments are journaled with. */
function noting(tx: Tx, noted: string[]): Tx {
  return {
    ...tx,
    put: async (store, key, value) => {
      if (store === 'payments') {
        const { request, authorization } = value as { request?: { body: string }; authorization?: string }
        if (request) noted.push(request.body)
        if (authorization !== undefined) noted.push(authorization)
      }
      return tx.put(store, key, value)
    },
  }
}

/** W1: a coin is one payment's, or that payment's and of the swap that brings it home. */
async function checkHeldOnce(db: Db, watch: Watch): Promise<void> {
  const payments = (await db.transact(['payments'], 'read', (tx) => tx.list('payments'))).map(({ value }) => value)
  const holders = new Map<string, string>()
  for (const payment of payments) {
    if (payment.kind === 'swap' && payment.of !== undefined) continue
    for (const secret of payment.coins) {
      const other = holders.get(secret)
      if (other !== undefined) watch.wrong(`W1: one coin is held by a ${other} and a ${payment.kind}`)
      holders.set(secret, payment.kind)
    }
  }
}

/** Everything in a storage, in another one. */
async function copyOf(db: Db): Promise<Db> {
  const copy = memoryDb()
  for (const name of storeNames) {
    const rows = await db.transact([name], 'read', (tx) => tx.list(name))
    await copy.transact([name], 'write', async (tx) => {
      for (const { key, value } of rows) await tx.put(name, key, value as Tables[typeof name])
    })
  }
  return copy
}
