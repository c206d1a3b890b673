// What happens between a look at an offer and its delivery: one small state machine for an article, another use of it for a tip. The screens draw its view and call its actions.
import type { Affordable, Look, Offer, Outcome, Wallet } from '@tuppence/core'
import { encodeReceipt, TuppenceError } from '@tuppence/protocol'
import type { FailReason } from '@tuppence/protocol/bridge'
import { atom, type ReadableAtom, type WritableAtom } from 'nanostores'
import type { Errand, runErrand } from '../errand.ts'
import type { Verdict } from '../guard.ts'
import { confirmAbove } from '../policy.ts'
import type { Delivery } from './session.ts'

/** Why a priced offer is shown again. */
export type Note = 'price-changed' | 'declined' | 'popup-blocked' | 'too-little'

/** What the screen shows. Amounts in minor units. */
export type View =
  | { readonly status: 'loading' }
  | { readonly status: 'paying' }
  | { readonly status: 'opening' }
  | { readonly status: 'popup' }
  | { readonly status: 'priced'; readonly offer: Offer; readonly affordable: Affordable; readonly note?: Note }
  | {
      readonly status: 'delivered'
      readonly how: 'paid' | 'opened' | 'free'
      readonly amount?: number
      readonly unit?: string
    }
  | { readonly status: 'failed'; readonly reason: FailReason | 'storage'; readonly money: 'untouched' | 'safe' }

type LookedAtPrice = Extract<Look, { status: 'priced' }>

/** What a sale does rarely, and so loads apart: aside.ts. */
export type Aside = {
  readonly payInPopup: (sale: State, kind: Errand['kind'], shown: Promise<Offer>) => Promise<void>
  readonly failReason: (error: unknown) => FailReason | 'storage'
  readonly isUnknown: (error: unknown, during: 'paying' | 'looking') => boolean
}

/** What a sale works with. */
export type SaleDeps = {
  readonly wallet: Wallet
  readonly site: string
  readonly purpose: 'unlock' | 'tip'
  /** Finds out what there is to buy; called again after a failure and after the popup. */
  readonly look: (signal: AbortSignal) => Promise<Look>
  /** Hands to the page what was bought. */
  readonly deliver: (delivery: Delivery) => void
  /** Tells the page that it could not be served. */
  readonly fail: (reason: FailReason) => void
  readonly aside: () => Promise<Aside>
  /** Instead of a window, in tests. */
  readonly errand?: typeof runErrand
}

export type Sale = {
  /** For what else can be done with a sale: buy.ts. */
  readonly state: State
  readonly $view: ReadableAtom<View>
  /** Looks, and opens what is owned. */
  readonly begin: () => Promise<void>
  /** The reader pressed the button that shows the price. One press leads to at most one payment. */
  readonly press: (verdict: Verdict, seesCovers: boolean) => Promise<void>
  /** After a failure: finishes what was left open, then looks again. */
  readonly retry: () => Promise<void>
  /** Stops waiting for the popup. What is under way or done by then is not undone, and never called unpaid. */
  readonly stop: () => void
}

/** How a press is answered: paid at once, or by way of the popup. */
export type Way = 'pay' | Errand['kind']

/** Decides it, from what the frame knows when it is pressed. */
export function wayOf(
  mode: Wallet['mode'],
  press: {
    readonly amount: number
    readonly payable: boolean
    readonly verdict: Verdict
    readonly seesCovers: boolean
  },
): Way {
  if (!press.payable) return mode === 'vault' ? 'fund' : 'lend'
  const small = press.amount <= (press.seesCovers ? confirmAbove.seen : confirmAbove.unseen)
  return small && press.verdict === 'pay' ? 'pay' : 'confirm'
}

/** One sale's memory: what it was given, what it shows, what it last looked at. */
export type State = {
  readonly deps: SaleDeps
  readonly $view: WritableAtom<View>
  looked: Look | undefined
  abort: AbortController
}

/** Makes the sale of one URL. */
export function createSale(deps: SaleDeps): Sale {
  const sale: State = {
    deps,
    $view: atom<View>({ status: 'loading' }),
    looked: undefined,
    abort: new AbortController(),
  }
  const { wallet } = deps
  return {
    state: sale,
    $view: sale.$view,
    begin: () => inLine(sale, () => look(sale)),
    press: (verdict, seesCovers) => {
      const view = sale.$view.get()
      if (view.status !== 'priced' || verdict === 'ignore') return Promise.resolve()
      const { offer, affordable } = view
      const payable = affordable === 'now' || (wallet.mode === 'vault' && affordable === 'after-change')
      const way = wayOf(wallet.mode, { amount: offer.amount, payable, verdict, seesCovers })
      return inLine(sale, () => (way === 'pay' ? pay(sale, offer) : payAside(sale, way, Promise.resolve(offer))))
    },
    retry: () =>
      inLine(sale, async () => {
        sale.$view.set({ status: 'loading' })
        await wallet.recover()
        await look(sale)
      }),
    stop() {
      if (sale.$view.get().status !== 'popup') return
      sale.abort.abort()
      sale.abort = new AbortController()
      if (sale.looked?.status === 'priced') showPrice(sale, sale.looked)
    },
  }
}

/** Runs an action; what it throws becomes a view, and one of four words for the page. */
export async function inLine(sale: State, run: () => Promise<unknown>): Promise<void> {
  const { signal } = sale.abort
  try {
    await run()
  } catch (error) {
    if (signal.aborted || sale.$view.get().status === 'delivered') return
    const during = sale.$view.get().status === 'paying' ? 'paying' : 'looking'
    // Without the file that knows, the worst is said: no wait without end, and nothing called unpaid.
    const aside = await sale.deps.aside().catch(() => undefined)
    const reason = aside ? aside.failReason(error) : 'offline'
    const money = aside?.isUnknown(error, during) === false ? 'untouched' : 'safe'
    sale.$view.set({ status: 'failed', reason, money })
    if (reason !== 'storage') sale.deps.fail(reason)
  }
}

/** Goes by way of the popup. */
export const payAside: Aside['payInPopup'] = async (sale, ...rest) =>
  (await sale.deps.aside()).payInPopup(sale, ...rest)

function showPrice(sale: State, { offer, affordable }: LookedAtPrice, note?: Note): void {
  sale.$view.set({ status: 'priced', offer, affordable, ...(note && { note }) })
}

/** Looks; opens what is owned or free, otherwise shows the price and answers the offer. */
async function look(sale: State, note?: Note): Promise<Offer | undefined> {
  const looked = (sale.looked = await sale.deps.look(sale.abort.signal))
  if (looked.status === 'priced') {
    showPrice(sale, looked, note)
    return looked.offer
  }
  if (looked.status === 'free') {
    sale.$view.set({ status: 'delivered', how: 'free' })
    sale.deps.deliver(looked)
  } else {
    sale.$view.set({ status: 'opening' })
    const outcome = await sale.deps.wallet.unlock(looked, sale.abort)
    if (!settle(sale, outcome)) throw new TuppenceError('offer-unknown')
  }
  return undefined
}

/** Looks again and says whether what was shown still holds. Otherwise the reader has to press again. */
export async function lookAgain(sale: State, shown: Offer, note?: Note): Promise<boolean> {
  const offer = await look(sale, note)
  if (!offer || (offer.amount === shown.amount && offer.unit === shown.unit)) return offer !== undefined
  showPrice(sale, sale.looked as LookedAtPrice, 'price-changed')
  return false
}

/** Pays what the reader pressed; where that needs the vault, asks in the popup while the press still allows one. */
export async function pay(sale: State, offer: Offer): Promise<void> {
  const outcome = await attempt(sale, offer)
  if (settle(sale, outcome, offer)) return
  const short = outcome.status === 'needs-change' || outcome.status === 'insufficient'
  if (short && sale.deps.wallet.mode === 'allowance') return payAside(sale, 'lend', Promise.resolve(offer))
  await lookAgain(sale, offer, short ? 'too-little' : 'declined')
}

/** One payment at most: what a wallet with a seed does first, if it must, is to make change. */
export async function attempt(sale: State, offer: Offer, approved?: number): Promise<Outcome> {
  const { wallet } = sale.deps
  sale.$view.set({ status: 'paying' })
  const options = {
    signal: sale.abort.signal,
    gesture: crypto.randomUUID(),
    // The reader need not wait until the books are kept.
    onContent: (content: Delivery) => hand(sale, { how: 'paid', offer }, content),
    ...(approved !== undefined && { approved }),
  }
  const outcome = await wallet.unlock(sale.looked!, options)
  if (outcome.status !== 'needs-change' || wallet.mode !== 'vault') return outcome
  await wallet.makeChange({ amount: offer.amount, unit: offer.unit })
  return wallet.unlock(sale.looked!, options)
}

/** Hands over what an outcome brought, if it brought something. */
export function settle(sale: State, outcome: Outcome, offer?: Offer): boolean {
  if (outcome.status !== 'paid' && outcome.status !== 'opened') return false
  const { status: how, contentType, body, receipt } = outcome
  if (sale.$view.get().status !== 'delivered') {
    hand(sale, { how, offer }, { contentType, body, ...(receipt && { receipt: encodeReceipt(receipt) }) })
  }
  return true
}

type Handing = { readonly how: 'paid' | 'opened'; readonly offer: Offer | undefined }

function hand(sale: State, { how, offer }: Handing, delivery: Delivery): void {
  sale.deps.deliver(delivery)
  sale.$view.set({ status: 'delivered', how, ...(offer && { amount: offer.amount, unit: offer.unit }) })
}
