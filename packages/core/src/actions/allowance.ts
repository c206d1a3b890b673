/** The frame's side of an allowance, and what passes between it and the vault when they meet again. */
import { verifyReceipt } from '@tuppence/protocol'
import type { Allowance, AllowanceReport } from '../api.ts'
import type { Context } from '../context.ts'
import type { LoanPayment, Payment } from '../payment.ts'
import type { HeldAllowance, Purchase } from '../tables.ts'
import type { Rules } from '../rules.ts'
import { bringLate } from './bring-late.ts'
import { coinStates } from './coin-states.ts'
import { pinnedMint } from './pinned.ts'
import { homeSwapOf, letGo, recall } from './recall.ts'
import { namesOffer } from './settle.ts'
import { spendableIn } from './spendable.ts'

/** As in spending.ts: rules that the reader set in this frame. */
const rulesSetHere = 'rules-set-here'

/** Where a site's allowances are kept: all loans to one page origin lie side by side. */
const keyOf = ({ site, id }: { readonly site: string; readonly id: string }) => `${site} ${id}`

/** Takes an allowance. The same one twice counts once: its coins may be spent by then. */
export async function acceptAllowance(context: Context, allowance: Allowance): Promise<void> {
  const { coins, purchases, mints, id, site, tillOrigin, realm, key, publicX, refundOutputs, rules } = allowance
  const held: HeldAllowance = { id, site, tillOrigin, realm, key, publicX, refundOutputs }
  await context.db.transact(['allowances', 'coins', 'mints', 'purchases', 'settings'], 'write', async (tx) => {
    if (await tx.get('allowances', keyOf(held))) return
    if (rules) {
      await tx.put('settings', 'rules', rules)
      await tx.delete('settings', rulesSetHere)
    }
    await tx.put('allowances', keyOf(held), { ...held, unsure: true })
    for (const coin of coins) await tx.put('coins', coin.secret, { ...coin, site })
    for (const mint of mints) await tx.put('mints', mint.url, mint)
    for (const purchase of purchases) await tx.put('purchases', purchase.url, purchase)
  })
  context.pinned.clear()
  context.siteKeys.clear()
  await context.changed()
  for (const purchase of purchases) await context.changed(purchase)
}

/** What was done with the newest allowance of a site, and before it. `undefined`: there is none. */
export async function reportAllowance({ db }: Context, site: string): Promise<AllowanceReport | undefined> {
  return db.transact(['allowances', 'coins', 'payments', 'purchases', 'history', 'settings'], 'read', async (tx) => {
    const allowance = (
      await tx.list('allowances', { from: `${site} `, to: `${site}!`, order: 'descending', limit: 1 })
    )[0]?.value
    if (!allowance) return undefined
    const purchases = (await tx.list('purchases')).map(({ value }) => value)
    const history = (await tx.list('history')).map(({ value }) => value)
    const coins = (await tx.list('coins')).map(({ value }) => value)
    const units = [...new Set(coins.map(({ unit }) => unit))]
    const held = await Promise.all(units.map((unit) => spendableIn(tx, { unit, site })))
    return {
      id: allowance.id,
      site,
      purchases: purchases.filter(
        ({ tillOrigin, realm }) => tillOrigin === allowance.tillOrigin && realm === allowance.realm,
      ),
      history: history.filter((entry) => entry.site === site),
      held: held.flat().map(({ secret }) => secret),
      rules: (await tx.get('settings', rulesSetHere)) ? ((await tx.get('settings', 'rules')) as Rules) : undefined,
    }
  })
}

/**
 * Keeps what a frame reports. Purchases and history are only words about what is owned and are kept when the mint's
 * receipts bear them out; coins are let go when the mint says that they are spent.
 */
export async function settleLoan(context: Context, report: AllowanceReport): Promise<void> {
  const loans = await loansTo(context, report.site)
  const known = loans.some(({ id }) => id === report.id)
  const proven: Purchase[] = []
  for (const purchase of report.purchases) if (await isProven(context, purchase)) proven.push(purchase)
  await context.db.transact(['purchases', 'history'], 'write', async (tx) => {
    // A frame does not hear of what was given back elsewhere.
    const back = (await tx.list('history')).map(({ value }) => (value.end === 'done' ? value.of : undefined))
    for (const purchase of proven)
      if (!back.includes(purchase.paymentId) && !(await tx.get('purchases', purchase.url)))
        await tx.put('purchases', purchase.url, purchase)
    for (const entry of known ? report.history : [])
      if (entry.kind !== 'refund' && !(await tx.get('history', entry.id))) await tx.put('history', entry.id, entry)
  })
  await context.changed()
  for (const purchase of proven) await context.changed(purchase)
  for (const loan of loans) {
    const held = new Set([...report.held, ...((await homeSwapOf(context, loan.id))?.coins ?? [])])
    const states = await coinStates(
      context,
      loan.mint,
      loan.coins.filter((secret) => !held.has(secret)),
    )
    await letGo(context, {
      id: loan.id,
      spent: [...states].filter(([, state]) => state === 'SPENT').map(([secret]) => secret),
    })
  }
  await (await context.reader?.())?.settleReport(report)
}

async function isProven(context: Context, { receipt, url, amount, unit }: Purchase): Promise<boolean> {
  const { receipt: signed, salt } = receipt ?? {}
  if (!signed || salt === undefined || signed.amount !== amount || signed.unit !== unit) return false
  const pinned = await pinnedMint(context, signed.mint)
  return (
    pinned !== undefined && (await namesOffer(signed.offer, salt, url)) && verifyReceipt(signed, pinned.receiptKeys)
  )
}

/**
 * Takes back what a site has not spent, from all loans to it.
 *
 * @returns What came home, by unit.
 */
export async function callHome(context: Context, site: string): Promise<Record<string, number>> {
  const home: Record<string, number> = {}
  for (const loan of await loansTo(context, site)) {
    const before = await worthOf(context, loan.unit)
    await recall(context, loan.id)
    home[loan.unit] = (home[loan.unit] ?? 0) + (await worthOf(context, loan.unit)) - before
  }
  // What the site gave back and could not tell us of.
  for (const [unit, amount] of Object.entries(await bringLate(context, site))) home[unit] = (home[unit] ?? 0) + amount
  return home
}

async function worthOf({ db }: Context, unit: string): Promise<number> {
  const coins = await db.transact(['coins', 'payments'], 'read', (tx) => spendableIn(tx, { unit }))
  return coins.reduce((sum, { amount }) => sum + amount, 0)
}

async function loansTo({ db }: Context, site: string): Promise<LoanPayment[]> {
  const rows = await db.transact(['payments'], 'read', (tx) => tx.list('payments'))
  const isLoan = (payment: Payment): payment is LoanPayment => payment.kind === 'lend' && payment.site === site
  return rows.map(({ value }) => value).filter(isLoan)
}
