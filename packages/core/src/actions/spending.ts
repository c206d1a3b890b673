/** What may be spent unconfirmed: the reader's rules and the caps of a day, counted in the transaction that reserves coins. */
import { periodOf } from '@tuppence/protocol'
import type { Offer, UnlockOptions } from '../api.ts'
import type { Context } from '../context.ts'
import type { Stopped } from '../reader-port.ts'
import { autoMaxAt } from '../auto-max.ts'
import { noRules, type Rules } from '../rules.ts'
import type { Tx } from '../tables.ts'

/** What was spent in a day at one page origin, minor units: by itself, and by gestures that nobody had to confirm. */
type SiteSpent = { readonly auto: number; readonly pressed: number }

/** A day's spending in one unit, by page origin. `dayMs`: its start. */
type Spent = { readonly dayMs: number; readonly sites: Readonly<Record<string, SiteSpent>> }

const rulesRow = 'rules'
/** Whether a frame's rules were set in it, and the vault does not know them. As in allowance.ts. */
const rulesSetHereRow = 'rules-set-here'
const spentRow = (unit: string) => `spent ${unit}`

/** The rules, inside a transaction over `settings`. */
async function rulesIn(tx: Tx): Promise<Rules> {
  return ((await tx.get('settings', rulesRow)) ?? noRules) as Rules
}

/** The rules as they stand. */
export function rulesOf({ db }: Context): Promise<Rules> {
  return db.transact(['settings'], 'read', rulesIn)
}

/**
 * Counts a payment as spent, or says what it would go beyond and counts nothing. Runs inside the transaction that reserves
 * the coins, so that no two payments share what is left.
 *
 * What a person confirmed (`approved`) is free of all this. A clock that is set back does not begin a day anew.
 */
export async function charge(
  context: Context,
  tx: Tx,
  { offer, options }: { readonly offer: Offer; readonly options: UnlockOptions },
): Promise<Stopped | undefined> {
  const { site, amount, unit } = offer
  if (options.approved === amount) return undefined
  const spent = await today(context, tx, unit)
  const here = siteOf(spent, site)
  const { auto, pressed } = here
  const all = Object.values(spent.sites)
  const stopped =
    over(context.siteDayMax, auto + pressed + amount, 'site-day') ??
    over(context.dayMax, sum(all, (one) => one.auto + one.pressed) + amount, 'day') ??
    (options.auto ? await overRules(tx, { offer, here: auto, all: sum(all, (one) => one.auto) }) : undefined)
  if (stopped) return stopped
  const after = options.auto ? { auto: auto + amount, pressed } : { auto, pressed: pressed + amount }
  await tx.put('settings', spentRow(unit), { ...spent, sites: { ...spent.sites, [site]: after } } satisfies Spent)
  return undefined
}

type Auto = { readonly offer: Offer; readonly here: number; readonly all: number }

async function overRules(tx: Tx, { offer, here, all }: Auto): Promise<Stopped | undefined> {
  const { site, amount, unit } = offer
  const rules = await rulesIn(tx)
  if (rules.unit !== unit) return { by: 'rule', max: 0 }
  return (
    over(autoMaxAt(rules, site), amount, 'rule') ??
    over(rules.perSiteDay, here + amount, 'rule-site-day') ??
    over(Math.max(0, rules.perDay - (await lentShares(tx, { unit }))), all + amount, 'rule-day')
  )
}

function over(max: number | undefined, spent: number, by: Stopped['by']): Stopped | undefined {
  return max !== undefined && spent > max ? { by, max } : undefined
}

/** The day's spending. The day only ever goes on. */
async function today({ clock }: Pick<Context, 'clock'>, tx: Tx, unit: string): Promise<Spent> {
  const { startMs } = periodOf(clock.nowMs(), 'day')
  const kept = (await tx.get('settings', spentRow(unit))) as Spent | undefined
  return kept && kept.dayMs >= startMs ? kept : { dayMs: startMs, sites: {} }
}

function siteOf({ sites }: Spent, site: string): SiteSpent {
  return (Object.hasOwn(sites, site) ? sites[site] : undefined) ?? { auto: 0, pressed: 0 }
}

function sum(all: readonly SiteSpent[], worth: (one: SiteSpent) => number): number {
  return all.reduce((total, one) => total + worth(one), 0)
}

/** What open loans may spend of a day's sum by themselves: they can't ask, so it is theirs. One share a site. */
async function lentShares(tx: Tx, { unit, but }: { readonly unit: string; readonly but?: string }): Promise<number> {
  const shares = new Map<string, number>()
  for (const { value } of await tx.list('payments')) {
    if (value.kind !== 'lend' || value.unit !== unit || value.site === but) continue
    shares.set(value.site, Math.max(value.share ?? 0, shares.get(value.site) ?? 0))
  }
  return [...shares.values()].reduce((total, share) => total + share, 0)
}

/**
 * The rules as a frame takes them along, its share of a day in them: what it spends of that, nobody else may.
 *
 * @returns `undefined`: nothing is paid by itself.
 */
export async function lendRules(
  context: Context,
  tx: Tx,
  site: string,
): Promise<{ rules: Rules; share: number } | undefined> {
  const rules = await rulesIn(tx)
  const { unit, perDay, perSiteDay } = rules
  if (perDay === 0 || autoMaxAt(rules, site) === 0) return undefined
  const spent = sum(Object.values((await today(context, tx, unit)).sites), ({ auto }) => auto)
  const left = Math.max(0, perDay - spent - (await lentShares(tx, { unit, but: site })))
  const share = Math.min(perSiteDay, left)
  return { share, rules: { ...rules, perDay: share, perSiteDay: share } }
}

/**
 * Keeps rules. What was spent today stays spent; only a day that lies ahead (the clock was wrong) becomes today.
 */
export async function setRules(context: Context, rules: Rules): Promise<void> {
  await context.db.transact(['settings'], 'write', async (tx) => {
    await tx.put('settings', rulesRow, rules)
    // A frame's go home with its next report.
    if (!context.seed) await tx.put('settings', rulesSetHereRow, true)
    const { startMs } = periodOf(context.clock.nowMs(), 'day')
    const spent = (await tx.get('settings', spentRow(rules.unit))) as Spent | undefined
    if (spent && spent.dayMs > startMs) await tx.put('settings', spentRow(rules.unit), { ...spent, dayMs: startMs })
  })
  await context.changed()
}
