/** What readers, tabs and the world do in a run, one operation at a time, chosen by dice; many are under way at once. */
import { isTuppenceError } from '@tuppence/protocol'
import type { Wallet } from '../src/api.ts'
import { doing } from './scheduler.ts'
import { newsOrigin, sites } from './street.ts'
import type { Place, Tab, World } from './world.ts'

/** Operations under way. */
export type Active = Set<Promise<void>>

const unit = 'usd'

/** Runs something on a tab, until it ends or the tab dies. Only what may happen to anyone may be thrown. */
export async function runOn(
  world: World,
  tab: Tab,
  operation: string,
  work: (wallet: Wallet) => Promise<unknown>,
): Promise<void> {
  world.operations++
  world.trace.push(`${tab.actor.name} ${operation}`)
  const inRecovery = operation === 'recover'
  const working = doing
    .run({ operation, inRecovery }, () => work(tab.wallet))
    .then(
      (result) => void world.trace.push(`${tab.actor.name} ${operation}: ${summary(result)}`),
      (error: unknown) => {
        world.trace.push(`${tab.actor.name} ${operation}: ${isTuppenceError(error) ? error.code : String(error)}`)
        if (!isTuppenceError(error))
          world.wrongs.push(
            `${tab.actor.name} ${operation} threw ${error instanceof Error ? error.stack : String(error)}`,
          )
      },
    )
  await Promise.race([working, tab.actor.died])
}

function summary(result: unknown): string {
  if (Array.isArray(result)) return result.map(summary).join(' ')
  if (typeof result !== 'object' || result === null) return String(result)
  const { status, reason } = result as { status?: string; reason?: string }
  return status === undefined ? JSON.stringify(result).slice(0, 120) : `${status} ${reason ?? ''}`
}

/** Opens a wallet anew, as after a restart: what was open is recovered first. */
export async function restart(world: World, place: Place, slot: number): Promise<Tab> {
  const tab = world.openTab(place, slot)
  await runOn(world, tab, 'recover', async (wallet) => {
    await wallet.start()
    return wallet.recover()
  })
  return tab
}

type Operation = {
  readonly weight: number
  readonly on: 'vault' | 'friend' | 'frame' | 'world'
  readonly run: (world: World, tab: Tab) => Promise<void>
}

const operations: Readonly<Record<string, Operation>> = {
  'top-up': { weight: 8, on: 'vault', run: topUp },
  'top-up of a friend': { weight: 1, on: 'friend', run: topUp },
  buy: { weight: 22, on: 'vault', run: (world, tab) => buy(world, tab, 1) },
  'double click': { weight: 6, on: 'vault', run: (world, tab) => buy(world, tab, 2) },
  tip: { weight: 8, on: 'vault', run: tip },
  change: { weight: 6, on: 'vault', run: (world, tab) => runOn(world, tab, 'change', (wallet) => wallet.makeChange()) },
  'change for': {
    weight: 3,
    on: 'vault',
    run: (world, tab) =>
      runOn(world, tab, 'change', (wallet) => wallet.makeChange({ amount: world.dice.between(1, 300) })),
  },
  send: { weight: 6, on: 'vault', run: send },
  'send back': { weight: 2, on: 'friend', run: send },
  receive: { weight: 5, on: 'friend', run: receive },
  'receive own': { weight: 2, on: 'vault', run: receive },
  cancel: { weight: 5, on: 'vault', run: cancel },
  lend: { weight: 6, on: 'vault', run: lend },
  meet: { weight: 3, on: 'vault', run: meet },
  'call home': {
    weight: 3,
    on: 'vault',
    run: (world, tab) => runOn(world, tab, 'call home', (wallet) => wallet.callHome(world.dice.pick(sites))),
  },
  recover: { weight: 4, on: 'vault', run: (world, tab) => runOn(world, tab, 'recover', (wallet) => wallet.recover()) },
  restore: { weight: 1, on: 'vault', run: (world, tab) => runOn(world, tab, 'restore', (wallet) => wallet.restore()) },
  'buy in a frame': { weight: 10, on: 'frame', run: (world, tab) => buy(world, tab, world.dice.chance(0.2) ? 2 : 1) },
  'recover in a frame': {
    weight: 2,
    on: 'frame',
    run: (world, tab) => runOn(world, tab, 'recover', (wallet) => wallet.recover()),
  },
  'give back': { weight: 5, on: 'vault', run: giveBack },
  'give back in a frame': { weight: 3, on: 'frame', run: giveBack },
  'money out': { weight: 3, on: 'vault', run: withdraw },
  'keys rotate': { weight: 3, on: 'world', run: async ({ street }) => void (await street.mint.keyring.rotate(unit)) },
  'clock jumps': { weight: 2, on: 'world', run: jumpClock },
  'time passes': {
    weight: 3,
    on: 'world',
    run: async (world) => void (world.time.nowMs += world.dice.between(1, 5) * 60_000),
  },
  'partition wiped': {
    weight: 2,
    on: 'world',
    run: async (world) => world.freshPartition(world.dice.pick(world.frames)),
  },
  'browser back': { weight: 2, on: 'world', run: comeBack },
  'tab closed': { weight: 3, on: 'world', run: async (world) => killSomeTab(world) },
}

/** What a run may be about: these come up more often in it. */
const themes = {
  anything: [],
  loans: ['lend', 'meet', 'call home', 'buy in a frame', 'give back in a frame'],
  coins: ['change', 'send', 'receive', 'receive own', 'cancel', 'recover', 'browser back', 'money out'],
  reading: ['buy', 'double click', 'tip', 'give back', 'recover'],
} as const satisfies Record<string, readonly string[]>

const themeWeight = 4

export type Theme = keyof typeof themes
export const themeNames = Object.keys(themes) as Theme[]

const weights = Object.fromEntries(
  themeNames.map((theme) => [
    theme,
    Object.entries(operations).flatMap(([name, { weight }]) =>
      Array<string>((themes[theme] as readonly string[]).includes(name) ? weight * themeWeight : weight).fill(name),
    ),
  ]),
) as Record<Theme, string[]>

/** Starts one more operation. The first of a run brings money. */
export function startOperation(world: World, theme: Theme, active: Active): void {
  const { dice } = world
  const name = world.operations === 0 ? 'top-up' : dice.pick(weights[theme])
  const { on, run } = operations[name] as Operation
  const begin = async () => {
    if (on === 'world') {
      world.operations++
      world.trace.push(name)
      const tab = world.vaults[0].tabs[0] ?? world.openTab(world.vaults[0], 0)
      return run(world, tab)
    }
    const place = on === 'vault' ? world.vaults[0] : on === 'friend' ? world.vaults[1] : dice.pick(world.frames)
    const slot = dice.below(place.tabs.length)
    const tab = place.tabs[slot]
    if (tab?.actor.alive) return run(world, tab)
    const fresh = await restart(world, place, slot)
    if (fresh.actor.alive) await run(world, fresh)
  }
  const started = begin().finally(() => active.delete(started))
  active.add(started)
}

function topUp(world: World, tab: Tab): Promise<void> {
  const amount =
    world.operations > 2 && world.dice.chance(0.4) ? world.dice.between(1, 300) : world.dice.between(300, 2_000)
  return runOn(world, tab, 'top-up', (wallet) => wallet.topUp({ amount, unit, method: 'test' }))
}

function buy(world: World, tab: Tab, clicks: number): Promise<void> {
  const { dice, intent, street } = world
  const { path } = dice.pick(street.goods.articles)
  const site = tab.place.site ?? dice.pick(sites)
  const { purse } = tab.place
  return runOn(world, tab, 'buy', async (wallet) => {
    const look = await wallet.look({ url: newsOrigin + path, site })
    if (look.status === 'priced') note(intent.asked, path, purse)
    const grant = dice.chance(0.2)
    const outcomes = await Promise.all(Array.from({ length: clicks }, () => wallet.unlock(look, { grant })))
    for (const outcome of outcomes) if (outcome.status === 'paid' && outcome.receipt) note(intent.told, path, purse)
    return outcomes
  })
}

/** Gives back what the wallet owns, one or two times at once. */
function giveBack(world: World, tab: Tab): Promise<void> {
  const { dice, intent } = world
  return runOn(world, tab, 'give back', async (wallet) => {
    const owned = Object.keys(wallet.$purchases.get())
    if (owned.length === 0) return 'nothing'
    const url = dice.pick(owned)
    note(intent.returned, new URL(url).pathname, tab.place.purse)
    return Promise.all(Array.from({ length: dice.between(1, 2) }, () => wallet.refund(url)))
  })
}

function withdraw(world: World, tab: Tab): Promise<void> {
  const { dice, intent } = world
  const amount = dice.between(1, 200)
  return runOn(world, tab, 'money out', async (wallet) => {
    intent.out += amount
    const outcome = await wallet.withdraw({ amount, unit, method: 'test' })
    if (outcome.status === 'withdrawn') intent.outTold += amount
    return outcome
  })
}

function note(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value))
}

function tip(world: World, tab: Tab): Promise<void> {
  const { dice, intent, street } = world
  const again = dice.chance(0.3) ? [...intent.tips.keys()].at(-1) : undefined
  const gesture = again ?? `gesture ${intent.tips.size}`
  const amount = intent.tips.get(gesture) ?? dice.between(1, 120)
  intent.tips.set(gesture, amount)
  return runOn(world, tab, 'tip', async (wallet) => {
    const outcome = await wallet.tip(
      { url: newsOrigin + street.goods.jar, site: dice.pick(sites), amount },
      { gesture },
    )
    if (outcome.status === 'paid' && outcome.receipt) intent.tipsTold.add(gesture)
    return outcome
  })
}

function send(world: World, tab: Tab): Promise<void> {
  const amount = world.dice.between(1, 200)
  return runOn(world, tab, 'send', async (wallet) => {
    const sent = await wallet.send({ amount, unit })
    if (sent.status === 'sent') world.tokens.push(sent.token)
    return sent
  })
}

async function receive(world: World, tab: Tab): Promise<void> {
  const { tokens, dice } = world
  if (tokens.length > 0) await runOn(world, tab, 'receive', (wallet) => wallet.receive(dice.pick(tokens)))
}

function cancel(world: World, tab: Tab): Promise<void> {
  return runOn(world, tab, 'cancel', async (wallet) => {
    const open = wallet.$payments.get()
    return open.length > 0 && wallet.cancel(world.dice.pick(open).id)
  })
}

/** The vault lends, the frame takes, the vault hears of it: any of the three may be the last thing that happens. */
async function lend(world: World, tab: Tab): Promise<void> {
  const { dice } = world
  const place = dice.pick(world.frames)
  const site = place.site ?? ''
  const amount = dice.between(1, 200)
  let frame = place.tabs[0]
  await runOn(world, tab, 'lend', async (wallet) => {
    const allowance = await wallet.lend({ site, tillOrigin: newsOrigin, realm: 'news', amount, unit })
    if (!allowance) return 'nothing to lend'
    if (!frame?.actor.alive) frame = world.openTab(place, 0)
    const taken = await Promise.race([
      frame.wallet.acceptAllowance(allowance).then(() => true),
      frame.actor.died.then(() => false),
    ])
    if (taken) await wallet.acknowledgeLoan(allowance.id)
    return taken
  })
}

/** Frame and vault meet again: the frame tells what it did. */
async function meet(world: World, tab: Tab): Promise<void> {
  const { site, tabs } = world.dice.pick(world.frames)
  const frame = tabs[0]
  if (!frame?.actor.alive || site === undefined) return
  await runOn(world, tab, 'meet', async (wallet) => {
    const report = await Promise.race([frame.wallet.reportAllowance(site), frame.actor.died])
    if (report) await wallet.settleLoan(report)
  })
}

const tenYearsMs = 10 * 365 * 86_400_000

async function jumpClock({ dice, vaults, frames }: World): Promise<void> {
  const place = dice.pick([...vaults, ...frames])
  place.clock.skewMs = dice.pick([0, tenYearsMs, -tenYearsMs, 90_000, -90_000])
}

/** The browser ends and opens its tabs again, all at once: each of them recovers what was open. */
async function comeBack(world: World): Promise<void> {
  const { vaults, faults } = world
  const [vault] = vaults
  for (const tab of vault.tabs) tab?.actor.kill()
  faults.push('browser back')
  await Promise.all(vault.tabs.map((_, slot) => restart(world, vault, slot)))
}

/** Closes a tab, whatever it is doing. */
export function killSomeTab(world: World): void {
  const { dice, vaults, frames } = world
  const tabs = [vaults[0], ...frames].flatMap(({ tabs: all }) => all).filter((tab) => tab?.actor.alive === true)
  if (tabs.length === 0) return
  dice.pick(tabs)?.actor.kill()
  world.faults.push('tab closed')
}
