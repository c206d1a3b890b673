// What a sale can do besides taking a price: grant a free article, open what a pass or a cap covers, sell a pass, give back.
// Loaded when an offer has terms, when the reader has rules, and after a delivery.
import type { Offer } from '@tuppence/core'
import { isTuppenceError } from '@tuppence/protocol'
import { lookAgain } from './aside.ts'
import { isDrawn, payByRule, stoppedHere } from './auto.ts'
import { createSale, inLine, look, settle, showPrice } from './sale.ts'
import type { Aside, Covered, Delivered, LookedAtPrice, Paid, Sale, State } from './view.ts'

/** Sales whose till has said that it grants nothing more. */
const ungranted = new WeakSet<State>()

/** Shows what goes beyond a price, and lets the reader's rules pay. @see Aside */
export const showPerk: Aside['showPerk'] = async (sale, looked, note) => {
  if (looked.status === 'covered') sale.$view.set({ status: 'perk', perk: { kind: 'covered', looked } })
  else if (looked.status === 'priced') {
    const free = ungranted.has(sale) ? undefined : looked.free
    if (free && !note) sale.$view.set({ status: 'perk', perk: { kind: 'free', offer: looked.offer, left: free.left } })
    else showPrice(sale, looked, note)
  } else return false
  // What was said about a payment has to be read before there is another one.
  if (!note) void payByRule(sale, looked, opening(sale, looked))
  return true
}

/** How something that costs nothing is opened. */
function opening(sale: State, looked: LookedAtPrice | Covered): (() => Promise<void>) | undefined {
  if (looked.status === 'covered') return () => openCovered(sale)
  return looked.free && !ungranted.has(sale) ? () => takeFree(sale) : undefined
}

/** Takes an article for nothing. */
export function takeFree(sale: State): Promise<void> {
  return inLine(sale, async () => {
    const { looked, deps, abort } = sale
    if (looked?.status !== 'priced') return
    sale.$view.set({ status: 'opening' })
    const outcome = await deps.wallet.unlock(looked, { grant: true, signal: abort.signal })
    if (settle(sale, outcome, looked.offer)) return
    ungranted.add(sale)
    await look(sale, 'none-free')
  })
}

/** Opens what a pass or a reached cap covers. */
export function openCovered(sale: State): Promise<void> {
  return inLine(sale, async () => {
    const { looked, deps, abort } = sale
    if (looked?.status !== 'covered') return
    sale.$view.set({ status: 'opening' })
    const outcome = await deps.wallet.unlock(looked, { signal: abort.signal })
    if (!settle(sale, outcome, looked.offer, 'covered')) await lookAgain(sale, looked.offer, 'declined', 'personal')
  })
}

/** Shows the pass that the publisher sells, at the price that it has for this reader. */
export async function openPass(sale: State, offer: Offer): Promise<void> {
  const { wallet, site } = sale.deps
  const url = new URL(offer.terms?.passes?.[0] ?? '', offer.url).href
  const pass = createSale({
    ...sale.deps,
    look: (signal) => wallet.look({ url, site, signal, personal: true }),
    deliver: () => {},
    fail: () => {},
  })
  let list: number | undefined
  const draw = (): void => {
    const view = pass.$view.get()
    const perk = { kind: 'pass' as const, offer, pass, view, ...(list !== undefined && { list }) }
    if (view.status === 'delivered') void readOn(sale)
    else sale.$view.set({ status: 'perk', perk })
  }
  const learnList = async (): Promise<void> => {
    const looked = await wallet.look({ url, site }).catch(() => undefined)
    if (looked?.status === 'priced') list = looked.offer.amount
  }
  pass.$view.listen(draw)
  draw()
  await Promise.all([pass.begin(), learnList()])
  if (pass.$view.get().status === 'priced') draw()
}

/** The pass is bought; what the reader came for opens with it. */
function readOn(sale: State): Promise<void> {
  return inLine(sale, async () => {
    sale.$view.set({ status: 'opening' })
    sale.looked = await sale.deps.look(sale.abort.signal, 'personal')
    if (sale.looked.status === 'covered') return openCovered(sale)
    await look(sale)
  })
}

/** From the pass back to the one article. */
export function leavePass(sale: State, pass: Sale): void {
  pass.stop()
  if (sale.looked?.status === 'priced') showPrice(sale, sale.looked)
}

/** What can be given back now, and was paid for what is on the screen. */
export function refundable(sale: State, view: Delivered): Paid | undefined {
  const { looked } = sale
  const url = view.offer?.url ?? (looked?.status === 'owned' ? looked.url : undefined)
  if (url === undefined) return undefined
  const purchase = sale.deps.wallet.$purchases.get()[url]
  if ((purchase?.refundUntilMs ?? 0) > Date.now()) return purchase
  const justPaid = view.how === 'paid' || view.how === 'auto'
  return justPaid && view.offer?.terms?.refundSeconds ? view.offer : undefined
}

/** "Not worth it": the coins come back, and what was delivered goes. */
export async function giveBack(sale: State, paid: Paid, back: Delivered): Promise<void> {
  const { wallet, tell, resize } = sale.deps
  const keep = (reason: string) => sale.$view.set({ status: 'perk', perk: { kind: 'kept', reason, back } })
  sale.$view.set({ status: 'perk', perk: { kind: 'refunding', offer: paid } })
  stoppedHere(paid.url)
  try {
    const outcome = await wallet.refund(paid.url)
    if (outcome.status === 'declined') return keep(outcome.reason)
    // The page may show another article by now, which keeps what it has.
    if (isDrawn(sale)) {
      tell?.('cancelled')
      resize?.('card')
    }
    const { url } = paid
    const offer = { url, amount: outcome.amount, unit: outcome.unit }
    sale.$view.set({ status: 'perk', perk: { kind: 'refunded', offer, where: outcome.status } })
  } catch (error) {
    keep(isTuppenceError(error) && error.retry === 'after-recover' ? 'no-answer' : 'failed')
  }
}

/** Looks at something again that was given back, or was not paid. */
export const again = (sale: State): Promise<void> => inLine(sale, () => look(sale, 'stopped'))
