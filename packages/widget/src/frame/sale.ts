// What happens between a look at an offer and its delivery: one small state machine for an article, another use of it for a tip. The screens draw its view and call its actions.
import type { Offer, Outcome, UnlockOptions, Wallet } from '@tuppence/core'
import { encodeReceipt, TuppenceError, type Standing } from '@tuppence/protocol'
import { atom } from 'nanostores'
import type { Errand } from '../errand.ts'
import type { Verdict } from '../guard.ts'
import { confirmAbove } from '../policy.ts'
import type { Delivery } from './session.ts'
import type { Aside, How, LookedAtPrice, Note, Sale, SaleDeps, State, View } from './view.ts'

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

/** Makes the sale of one URL. */
export function createSale(deps: SaleDeps): Sale {
  const sale: State = {
    deps,
    $view: atom<View>({ status: 'loading' }),
    looked: undefined,
    sent: undefined,
    gesture: '',
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
    retry: () => inLine(sale, async () => (await deps.aside()).retry(sale)),
    stop: () => void (sale.$view.get().status === 'popup' && deps.aside().then(({ stop }) => stop(sale))),
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
    const aside = await sale.deps.aside().catch(() => undefined)
    if (aside) aside.failed(sale, error, during)
    else {
      // Without the file that knows, the worst is said: no wait without end, and nothing called unpaid.
      sale.$view.set({ status: 'failed', reason: 'not-loaded', money: 'safe' })
      sale.deps.fail('offline')
    }
  }
}

/** Goes by way of the popup. */
export const payAside: Aside['payInPopup'] = async (sale, ...rest) =>
  (await sale.deps.aside()).payInPopup(sale, ...rest)

/** Shows a price: the one that this reader pays. */
export function showPrice(sale: State, { offer, affordable, personal: amount }: LookedAtPrice, note?: Note): void {
  const shown = amount === undefined ? offer : { ...offer, amount }
  sale.$view.set({ status: 'priced', offer: shown, affordable, ...(note && { note }) })
}

/** Looks; opens what is owned or free, otherwise shows the price or what goes beyond it, and answers the offer. */
export async function look(sale: State, note?: Note, by?: 'personal'): Promise<Offer | undefined> {
  const { wallet, deliver, aside } = sale.deps
  const looked = (sale.looked = await sale.deps.look(sale.abort.signal, by))
  if (looked.status === 'free') {
    sale.$view.set({ status: 'delivered', how: 'how' in looked ? looked.how : 'free' })
    deliver(looked)
  } else if (looked.status === 'owned') {
    sale.$view.set({ status: 'opening' })
    const outcome = await wallet.unlock(looked, sale.abort)
    if (!settle(sale, outcome)) throw new TuppenceError('offer-unknown')
  } else {
    const { offer } = looked
    const { autoMax, sites } = wallet.$rules.get()
    const plain = looked.status === 'priced' && !offer.terms && !autoMax && !sites[offer.site]
    const shown =
      !plain &&
      (await aside().then(
        (more) => more.showPerk(sale, looked, note),
        (error: unknown) => {
          // A price can be shown without the rest; what is free here can't.
          if (looked.status !== 'priced') throw error
        },
      ))
    if (!shown) showPrice(sale, looked as LookedAtPrice, note)
    const view = sale.$view.get()
    return view.status === 'priced' ? view.offer : offer
  }
  return undefined
}

/** Pays what the reader pressed. */
export async function pay(sale: State, offer: Offer): Promise<void> {
  const outcome = await attempt(sale, offer)
  if (!settle(sale, outcome, offer)) await (await sale.deps.aside()).unpaid(sale, offer, outcome)
}

/** One payment at most. */
export function attempt(sale: State, offer: Offer, more: UnlockOptions = {}): Promise<Outcome> {
  sale.$view.set({ status: 'paying' })
  sale.sent = offer
  return sale.deps.wallet.unlock(sale.looked!, {
    signal: sale.abort.signal,
    gesture: (sale.gesture = crypto.randomUUID()),
    // The reader need not wait until the books are kept.
    onContent: (content: Delivery) => hand(sale, { how: more.auto ? 'auto' : 'paid', offer }, content),
    ...more,
  })
}

/** Hands over what an outcome brought, if it brought something. */
export function settle(sale: State, outcome: Outcome, offer?: Offer, how?: How): boolean {
  const view = sale.$view.get()
  const { sent } = sale
  sale.sent = undefined
  if (!('body' in outcome)) return false
  const { contentType, body, receipt, standing } = outcome
  if (view.status === 'delivered') sale.$view.set({ ...view, standing })
  else {
    // What was on its way has come: it was paid just now, whoever brought it to its end.
    const about = { how: how ?? (sent ? 'paid' : outcome.status), offer: offer ?? sent, standing }
    hand(sale, about, { contentType, body, ...(receipt && { receipt: encodeReceipt(receipt) }) })
  }
  return true
}

type Handing = { readonly how: How; readonly offer: Offer | undefined; readonly standing?: Standing | undefined }

function hand(sale: State, about: Handing, delivery: Delivery): void {
  sale.deps.deliver(delivery)
  sale.$view.set({ status: 'delivered', ...about })
}
