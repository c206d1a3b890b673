/** The end of a run: everyone comes back, everything is finished, and every cent is held to the mint's rows. */
import { isEnd } from '../src/payment.ts'
import type { HeldCoin } from '../src/coins.ts'
import { runOn, restart } from './operations.ts'
import { makeActor } from './scheduler.ts'
import { sites } from './street.ts'
import { emptyDb, type Place, type Tab, type World } from './world.ts'

/** Cents of the run that are gone, and cents that came from nowhere. */
export type Verdict = { readonly lost: number; readonly made: number; readonly wrongs: readonly string[] }

const roundsMax = 5
const dayMs = 86_400_000

/** Brings the world to rest: network healed, what was on its way delivered, every wallet recovered, lent coins home. */
export async function comeHome(world: World): Promise<void> {
  const { proxy, scheduler, dice, vaults, frames } = world
  for (const place of [...vaults, ...frames]) for (const tab of place.tabs) tab?.actor.kill()
  proxy.heal()
  world.calm = true
  scheduler.free()
  if (dice.chance(0.5)) while (await proxy.deliverLate());
  for (let round = 0; round < roundsMax; round++) {
    world.time.nowMs += 2 * 60_000
    for (const place of [...frames, ...vaults]) await insist(world, place, 'recover', (tab) => tab.wallet.recover())
    await world.street.till.recover()
    let late = 0
    while (await proxy.deliverLate()) late++
    if (late === 0 && (await isQuiet(world))) break
  }
  for (const site of sites) await insist(world, vaults[0], 'call home', (tab) => tab.wallet.callHome(site))
  for (const place of vaults) await takeBack(world, place)
  // Longer than anything is waited for: quotes a day, tills a week.
  world.time.nowMs += 9 * dayMs
  for (const place of vaults) await insist(world, place, 'recover', (tab) => tab.wallet.recover())
}

/** Whether nobody has anything on its way but what only time, its borrower or its owner ends. */
async function isQuiet({ vaults, frames }: World): Promise<boolean> {
  for (const { device } of [...vaults, ...frames]) {
    const payments = await device.bare().transact(['payments'], 'read', (tx) => tx.list('payments'))
    if (payments.some(({ value }) => value.kind !== 'lend' && value.kind !== 'send')) return false
  }
  return true
}

/** Does something on a place's first tab, again if it dies of it: as often as there are crashes that it may die of. */
async function insist(
  world: World,
  place: Place,
  operation: string,
  work: (tab: Tab) => Promise<unknown>,
): Promise<void> {
  for (let attempt = 0; attempt <= world.watch.planned.size; attempt++) {
    const old = place.tabs[0]
    const tab = old?.actor.alive ? old : await restart(world, place, 0)
    if (!tab.actor.alive) continue
    // What a restart began by itself may still be under way: a recovery that finds it so lets it be.
    await world.scheduler.settle()
    await runOn(world, tab, operation, () => work(tab))
    await world.scheduler.settle()
    if (tab.actor.alive) return
  }
}

/** Tokens that nobody claimed. */
async function takeBack(world: World, place: Place): Promise<void> {
  const payments = await place.device.bare().transact(['payments'], 'read', (tx) => tx.list('payments'))
  for (const { key, value } of payments) {
    if (value.kind === 'send') await insist(world, place, 'cancel', (tab) => tab.wallet.cancel(key))
  }
}

/** Counts. What is out there is what the mint promised less what it saw again. */
export async function judge(world: World): Promise<Verdict> {
  const { street, vaults } = world
  const wrongs = [...world.wrongs]
  const { promised, spent, balances } = await street.mint.ledger.totals()
  const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0)
  const balance = (name: string) =>
    sum(balances.filter(({ account }) => account === name).map(({ balance: amount }) => ({ amount })))
  const outstanding = sum(promised) - sum(spent)
  const unminted = balance('unminted')
  // Coins out there are an account of each keyset.
  if (sum(balances.map(({ balance: amount }) => ({ amount }))) !== 0) wrongs.push('S1: the mint does not balance')
  let held = 0
  let ghosts = 0
  for (const place of vaults) {
    const { good, bad } = await holdings(world, place)
    held += good
    ghosts += bad
    wrongs.push(...(await stillOpen(place)))
    const restored = await restoredFrom(world, place)
    if (restored !== undefined && restored !== good)
      wrongs.push(`W9: ${place.purse} holds ${good}, its seed finds ${restored}`)
  }
  const debits = checkDebits(world, { credited: balance('publisher:news'), out: balance('paid-out:test') }, wrongs)
  wrongs.push(...(await unkept(world)))
  if (outstanding > held) wrongs.push(`W1: ${outstanding - held} cents are out there and in no wallet`)
  if (unminted > 0) wrongs.push(`W1: ${unminted} cents were paid in and never turned into coins`)
  if (ghosts > 0 || held > outstanding)
    wrongs.push(`W5: wallets hold ${ghosts} cents of coins that are spent or never were`)
  return {
    lost: Math.max(0, outstanding - held) + unminted + debits.doubled,
    made: Math.max(0, held - outstanding) + ghosts + debits.unpaid,
    wrongs,
  }
}

/** Coins that the mint would take, and coins that it would not. */
async function holdings({ street }: World, { device }: Place): Promise<{ good: number; bad: number }> {
  const { ledger, keyring } = street.mint
  const coins = (await device.bare().transact(['coins'], 'read', (tx) => tx.list('coins'))).map(({ value }) => value)
  const genuine = await Promise.all(
    coins.map(async ({ id, amount, secret, C }) => {
      const key = (await keyring.find(id)).keys.get(amount)
      const y = street.coins.pointOf(secret)
      return { y, holds: key !== undefined && street.coins.isGenuine({ secret, C }, key.privateKey) }
    }),
  )
  const states = await ledger.coinStates(genuine.map(({ y }) => y))
  const isGood = (_: HeldCoin, at: number) => genuine[at]?.holds === true && states[at]?.state === 'UNSPENT'
  const worth = (list: readonly HeldCoin[]) => list.reduce((total, { amount }) => total + amount, 0)
  const good = worth(coins.filter(isGood))
  return { good, bad: worth(coins) - good }
}

async function stillOpen({ device, purse }: Place): Promise<string[]> {
  const payments = await device.bare().transact(['payments'], 'read', (tx) => tx.list('payments'))
  return payments
    .filter(({ value }) => !isEnd(value.state))
    .map(({ value }) => `W4: ${purse} has a ${value.kind} open, ${value.state} (${value.id})`)
}

/** W9: what the seed alone finds. `undefined` in runs that leave it out, for time. */
async function restoredFrom(world: World, place: Place): Promise<number | undefined> {
  if (!world.restores) return undefined
  const wallet = world.walletOn(emptyDb(), place, makeActor('restorer'))
  return (await wallet.restore())['usd'] ?? 0
}

/** W7 by the till's word, held to the mint's: as many debits as gestures, and content only for money. */
function checkDebits(
  { street, intent }: World,
  { credited, out }: { credited: number; out: number },
  wrongs: string[],
): { doubled: number; unpaid: number } {
  const credits = street.events.filter((one) => one.event === 'deposit' && one.outcome === 'credited') as {
    offer: string
    amount: number
  }[]
  const refunds = street.events.filter((one) => one.event === 'refund' && one.outcome === 'credited') as typeof credits
  const worth = (list: typeof credits) => list.reduce((total, { amount }) => total + amount, 0)
  if (worth(credits) - worth(refunds) !== credited) wrongs.push('till and mint count differently')
  let doubled = 0
  let unpaid = 0
  for (const { path, price } of street.goods.articles) {
    const count = credits.filter(({ offer }) => `/read/${offer}` === path).length
    const back = refunds.filter(({ offer }) => `/read/${offer}` === path).length
    // What was given back may be bought again.
    doubled += Math.max(0, count - back - (intent.asked.get(path)?.size ?? 0)) * price
    if (back > 0 && !intent.returned.has(path)) wrongs.push(`W7: ${path} was given back, and nobody asked for that`)
    unpaid += Math.max(0, (intent.told.get(path)?.size ?? 0) - count) * price
  }
  const tips = credits.filter(({ offer }) => offer === 'jar').reduce((total, { amount }) => total + amount, 0)
  const told = [...intent.tipsTold].reduce((total, gesture) => total + (intent.tips.get(gesture) ?? 0), 0)
  doubled += Math.max(0, tips - [...intent.tips.values()].reduce((a, b) => a + b, 0))
  unpaid += Math.max(0, told - tips)
  doubled += Math.max(0, out - intent.out)
  unpaid += Math.max(0, intent.outTold - out)
  if (doubled > 0) wrongs.push(`W7: ${doubled} cents were debited without a gesture`)
  if (unpaid > 0) wrongs.push(`W7: ${unpaid} cents of content without a debit`)
  return { doubled, unpaid }
}

/** W5: what a vault was told is paid, it owns; and what was debited for it, too. */
async function unkept({ vaults, intent, street }: World): Promise<string[]> {
  const [reader] = vaults
  const owned = await reader.device.bare().transact(['purchases'], 'read', (tx) => tx.list('purchases'))
  const paths = new Set(owned.map(({ value }) => new URL(value.url).pathname))
  const isTheirs = (path: string) => {
    const asked = intent.asked.get(path) ?? new Set()
    const credits = street.events.filter(
      (one) => one.event === 'deposit' && one.outcome === 'credited' && `/read/${one.offer}` === path,
    ).length
    // Frames buy for themselves; what is beyond them was the vault's.
    return intent.told.get(path)?.has(reader.purse) === true || (asked.has(reader.purse) && credits >= asked.size)
  }
  return street.goods.articles
    .filter(({ path }) => !intent.returned.has(path) && isTheirs(path) && !paths.has(path))
    .map(({ path }) => `W5: ${path} was paid for and is not owned`)
}
