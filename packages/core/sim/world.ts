/** One run's world: devices with their tabs, frames with their partitions, the street, the network, and what was meant to happen. */
import { memoryDb } from '../src/db/memory.ts'
import type { Wallet } from '../src/api.ts'
import { directCurve } from '../src/curve/direct.ts'
import * as reader from '../src/reader.ts'
import type { Db } from '../src/tables.ts'
import { createWallet } from '../src/wallet.ts'
import type { Dice } from './dice.ts'
import { fakeCurve } from './fake-curve.ts'
import { seams } from './hooks.ts'
import { makeProxy, type Proxy, type Wire } from './proxy.ts'
import { makeActor, makeScheduler, type Actor, type Scheduler } from './scheduler.ts'
import { openDevice, type Device, type Durability, type Watch } from './storage.ts'
import { mintUrl, openStreet, sites, type Street } from './street.ts'

/** A wallet that runs: a tab of a vault, or a frame. */
export type Tab = { readonly wallet: Wallet; readonly actor: Actor; readonly place: Place; busy: number }

/** Where wallets run: a device (with a seed), or a frame's partition (without one). `purse` names who buys. */
export type Place = {
  purse: string
  device: Device
  readonly seed: Uint8Array | undefined
  readonly site: string | undefined
  readonly clock: { skewMs: number }
  readonly tabs: (Tab | undefined)[]
}

/** What readers meant: the most that may be spent, and what they were told they had paid. */
export type Intent = {
  /** By offer id: purses that asked for it; and those that were told that it is paid. */
  readonly asked: Map<string, Set<string>>
  readonly told: Map<string, Set<string>>
  readonly tips: Map<string, number>
  readonly tipsTold: Set<string>
  /** By offer id: purses that asked to give it back. */
  readonly returned: Map<string, Set<string>>
  /** Cents that were to be taken out, and cents of which the reader was told that they are. */
  out: number
  outTold: number
}

export type World = {
  readonly dice: Dice
  readonly scheduler: Scheduler
  readonly street: Street
  readonly proxy: Proxy
  readonly watch: Watch
  readonly intent: Intent
  readonly vaults: readonly [Place, Place]
  readonly frames: readonly Place[]
  readonly tokens: string[]
  readonly faults: string[]
  /** What must never happen, in words. */
  readonly wrongs: string[]
  readonly trace: string[]
  operations: number
  readonly time: { nowMs: number }
  /** Storages have room again. */
  calm: boolean
  /** Whether wallets are restored from their seeds at the end. */
  readonly restores: boolean
  readonly openTab: (place: Place, slot: number) => Tab
  readonly freshPartition: (place: Place) => void
  readonly walletOn: (db: Db, place: Place, actor: Actor) => Wallet
  readonly close: () => Promise<void>
}

export type WorldParts = {
  readonly dice: Dice
  readonly dir: string
  readonly curve: 'fake' | 'real'
  readonly durability: Durability
  readonly planned: Watch['planned']
  readonly restores: boolean
  /** Two to eight wallets of one reader at once: tabs of the vault, and frames. */
  readonly tabs: boolean
}

/** Makes the world of one run. */
// oxlint-disable-next-line max-lines-per-function -- one value, whose parts know one another
export async function makeWorld({ dice, dir, curve, durability, planned, restores, tabs }: WorldParts): Promise<World> {
  const shape = dice.fork('shape')
  const scheduler = makeScheduler(dice.fork('scheduler'), shape.pick([0, 0.3, 0.6, 0.9, 'ranked', 'ranked'] as const))
  const faults: string[] = []
  const wrongs: string[] = []
  const faulted = (fault: string) => {
    faults.push(fault)
    world.trace.push(`  fault: ${fault}`)
  }
  const time = { nowMs: 1_800_000_000_000 }
  const passTime = (ms: number) => void (time.nowMs += ms)
  const full = dice.fork('full')
  const fullRate = shape.pick([0, 0, 0.01, 0.05])
  const watch: Watch = {
    writes: 0,
    planned,
    seen: new Map(),
    covered: new Set(),
    made: [],
    isFull: () => !world.calm && full.chance(fullRate),
    faulted,
    died: (where) => void world.trace.push(`  crash: ${where}`),
    wrong: (what) => void wrongs.push(what),
  }
  const street = await openStreet({ dir, dice, curve, nowMs: () => time.nowMs })
  const outputs = new Map<string, string>()
  const leaving = (actor: Actor, wire: Wire) => checkLeaving(world, actor, wire, outputs)
  const rate = shape.pick([0.02, 0.06, 0.12, 0.3])
  const proxy = makeProxy({
    dice: dice.fork('network'),
    scheduler,
    rate,
    reach: street.reach,
    leaving,
    faulted,
    passTime,
  })
  seams.exchange = proxy.exchangeFor(makeActor('till', 'server'))
  const place = (purse: string, seed: Uint8Array | undefined, site: string | undefined, tabs: number): Place => ({
    purse,
    seed,
    site,
    tabs: Array<undefined>(tabs).fill(undefined),
    clock: { skewMs: 0 },
    device: openDevice({ watch, scheduler, durability }),
  })
  const curvePort = curve === 'fake' ? fakeCurve() : directCurve()
  const chance = dice.fork('wallets')
  const walletOn = (db: Db, { seed, clock }: Place, actor: Actor) =>
    createWallet({
      db,
      mints: [mintUrl],
      curve: async () => curvePort,
      fetch: proxy.fetchFor(actor),
      clock: { nowMs: () => time.nowMs + clock.skewMs },
      random: { bytes: chance.bytes },
      reader: async () => reader,
      ...(seed && { seed: async () => seed }),
    })
  let incarnation = 0
  const world: World = {
    dice: dice.fork('operations'),
    scheduler,
    street,
    proxy,
    watch,
    faults,
    wrongs,
    walletOn,
    intent: {
      asked: new Map(),
      told: new Map(),
      tips: new Map(),
      tipsTold: new Set(),
      returned: new Map(),
      out: 0,
      outTold: 0,
    },
    vaults: [
      place('reader', chance.bytes(64), undefined, tabs ? shape.pick([2, 3, 4, 5, 6]) : shape.pick([1, 2, 2, 3, 4, 6])),
      place('friend', chance.bytes(64), undefined, 1),
    ],
    frames: sites.map((site, at) => place(`frame ${at}`, undefined, site, 1)),
    tokens: [],
    trace: [],
    operations: 0,
    calm: false,
    restores,
    time,
    openTab: (where, slot) => {
      const actor = makeActor(`${where.purse}/${slot}`)
      const tab: Tab = { actor, place: where, wallet: walletOn(where.device.open(actor), where, actor), busy: 0 }
      where.tabs[slot] = tab
      return tab
    },
    freshPartition: (where) => {
      for (const tab of where.tabs) tab?.actor.kill()
      where.tabs.fill(undefined)
      where.device = openDevice({ watch, scheduler, durability })
      where.purse = `${where.purse.split('#')[0]}#${++incarnation}`
    },
    close: () => street.close(),
  }
  return world
}

type Blinded = { readonly B_: string }

/** W2 and W3, seen from the wire: nothing leaves that was not durable, and no output is asked for by two requests. */
function checkLeaving(world: World, actor: Actor, { url, headers, body }: Wire, outputs: Map<string, string>): void {
  const places = [...world.vaults, ...world.frames]
  const { device } = places.find(({ tabs }) => tabs.some((tab) => tab?.actor === actor)) ?? {}
  const { pathname } = new URL(url)
  const changing =
    /^\/v1\/(swap|mint\/test|melt\/test)$/.test(pathname) || body?.startsWith('{"refund"')
      ? body
      : headers['authorization']
  if (changing === undefined) return
  if (device && !device.wasJournaled(changing))
    world.wrongs.push(`W2: ${actor.name} sent ${pathname} before it was durable`)
  if (!body?.includes('"B_"')) return
  const { outputs: asked, refund } = JSON.parse(body) as { outputs: Blinded[]; refund?: { outputs: Blinded[] } }
  for (const { B_ } of refund?.outputs ?? asked) {
    const before = outputs.get(B_)
    if (before !== undefined && before !== body)
      world.wrongs.push(`W3: ${actor.name} asked for one output in two requests`)
    outputs.set(B_, body)
  }
}

/** A storage of its own, for whoever restores from a seed alone. */
export function emptyDb(): Db {
  return memoryDb()
}
