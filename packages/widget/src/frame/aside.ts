// What a sale does rarely: pay by way of the popup, name what went wrong, and find out what goes beyond a price. Part of what
// the frame loads later.
import type { Allowance, Offer, Payment, RedeemInput, Wallet } from '@tuppence/core'
import { isTuppenceError } from '@tuppence/protocol'
import { runErrand, type Errand, type ErrandEnd } from '../errand.ts'
import { attempt, inLine, look, settle, showPrice } from './sale.ts'
import type { Aside, Looked, Note, State, Trouble, View } from './view.ts'

/** Asks in the popup, then goes on by itself. The window opens in the click's own turn; what it is told may take longer. */
export async function payInPopup(
  sale: State,
  kind: Errand['kind'],
  shown: Promise<Offer>,
  because?: 'day',
): Promise<void> {
  const { wallet, site, errand = runErrand } = sale.deps
  const { signal } = sale.abort
  // Without an offer there is nothing to ask: the window goes again.
  const over = new AbortController()
  const told = shown.then(async (offer) => ({ ...(await describe(sale, offer, kind)), ...(because && { because }) }))
  told.catch(() => over.abort())
  let lent: string | undefined
  const store = (allowance: Allowance) => {
    lent = allowance.id
    return wallet.acceptAllowance(allowance)
  }
  const ended = errand(told, store, AbortSignal.any([signal, over.signal]))
  sale.$view.set({ status: 'popup' })
  const [end, offer] = await Promise.all([ended, shown])
  // A window that says that it is done has written down that the money arrived.
  if (end.how === 'done' && lent !== undefined) await wallet.acknowledgeLoan(lent)
  if (signal.aborted) return
  try {
    await goOn(sale, offer, end.how)
  } finally {
    if (wallet.mode === 'allowance') end.tell(await wallet.reportAllowance(site).catch(() => undefined))
    else end.tell(undefined)
  }
}

async function goOn(sale: State, offer: Offer, how: ErrandEnd['how']): Promise<void> {
  const note = how === 'blocked' ? 'popup-blocked' : how === 'closed' ? 'too-little' : undefined
  // What was shown is what is paid: a till that asks for something else now waits for another click.
  if (!(await lookAgain(sale, offer, note)) || how !== 'done') return
  const outcome = await attempt(sale, offer, { approved: offer.amount })
  if (!settle(sale, outcome, offer))
    await lookAgain(sale, offer, outcome.status === 'declined' ? 'declined' : 'too-little', 'personal')
}

async function describe(sale: State, offer: Offer, kind: Errand['kind']): Promise<Errand> {
  const { wallet, site, purpose } = sale.deps
  const report = wallet.mode === 'allowance' ? await wallet.reportAllowance(site) : undefined
  const { amount, unit, title, tillOrigin, realm, mints } = offer
  const about = { kind, purpose, site, amount, unit, tillOrigin, realm, mints }
  return { ...about, ...(title !== undefined && { title }), ...(report && { report }) }
}

/** Looks again and says whether what was shown still holds. Otherwise the reader has to press again. */
export async function lookAgain(sale: State, shown: Offer, note?: Note, by?: 'personal'): Promise<boolean> {
  const offer = await look(sale, note, by)
  if (!offer || (offer.amount === shown.amount && offer.unit === shown.unit)) return offer !== undefined
  if (sale.looked?.status === 'priced') showPrice(sale, sale.looked, 'price-changed')
  return false
}

/**
 * Goes on after an outcome that paid nothing. A wallet with a seed makes change and pays, still once; without one it asks in
 * the popup, while the press still allows a window.
 */
export const unpaid: Aside['unpaid'] = async (sale, offer, outcome) => {
  const { wallet } = sale.deps
  const { status } = outcome
  const short = status === 'needs-change' || status === 'insufficient'
  if (status === 'needs-change' && wallet.mode === 'vault') {
    await wallet.makeChange({ amount: offer.amount, unit: offer.unit })
    if (settle(sale, await attempt(sale, offer, { gesture: sale.gesture }), offer)) return
  } else {
    const way = status === 'over-budget' ? 'confirm' : short && wallet.mode === 'allowance' && 'lend'
    const because = status === 'over-budget' && outcome.by !== 'item' ? 'day' : undefined
    if (way) return payInPopup(sale, way, Promise.resolve(offer), because)
  }
  await lookAgain(sale, offer, short ? 'too-little' : 'declined', 'personal')
}

/** Stops waiting for the popup. */
export const stop: Aside['stop'] = (sale) => {
  sale.abort.abort()
  sale.abort = new AbortController()
  if (sale.looked?.status === 'priced') showPrice(sale, sale.looked)
}

/** Finishes what was left open, then looks again. */
export const retry: Aside['retry'] = async (sale) => {
  sale.$view.set({ status: 'loading' })
  await sale.deps.wallet.recover()
  await look(sale)
}

/** How often a payment without an outcome is looked after while its screen is there. */
const retryAfterMs = 15_000

type Failed = Extract<View, { status: 'failed' }>

/** Says what went wrong, on the screen and in a word to the page. What is on its way is finished as soon as it can be. */
export function failed(sale: State, error: unknown, during: 'paying' | 'looking'): void {
  const { wallet, fail } = sale.deps
  const reason = troubleOf(error)
  const unknown = isUnknown(error, during)
  const offer = unknown ? (sale.sent ?? offerOf(wallet, error)) : undefined
  const view: Failed = { status: 'failed', reason, money: unknown ? 'safe' : 'untouched', ...(offer && { offer }) }
  if (!unknown) sale.sent = undefined
  sale.$view.set(view)
  if (reason === 'not-loaded') fail('offline')
  else if (reason !== 'storage' && reason !== 'storage-full') fail(reason)
  if (unknown || reason === 'offline') tryLater(sale, view)
}

/** Tries again when the line is back, and where money is on its way, now and then by itself. */
function tryLater(sale: State, view: Failed): void {
  const stop = new AbortController()
  const again = () => {
    stop.abort()
    if (sale.$view.get() === view) void inLine(sale, () => retry(sale))
  }
  addEventListener('online', again, stop)
  if (view.money === 'untouched') return
  const timer = setTimeout(() => navigator.onLine && again(), retryAfterMs)
  stop.signal.addEventListener('abort', () => clearTimeout(timer))
}

/** What a payment that could not be finished is for. */
function offerOf({ $payments }: Wallet, error: unknown): Pick<Offer, 'amount' | 'unit'> | undefined {
  const id = isTuppenceError(error) ? error.details['paymentId'] : undefined
  return $payments.get().find((payment: Payment) => payment.id === id)
}

/** The page's four words for what went wrong, or one for the reader alone. */
export function troubleOf(error: unknown): Trouble {
  const code = isTuppenceError(error) ? error.code : ''
  if (code === 'storage-full') return code
  if (code.startsWith('storage-')) return 'storage'
  if (code === 'offline' || navigator.onLine === false) return 'offline'
  // A file of the wallet's own that could not be loaded.
  if (!code) return error instanceof TypeError ? 'not-loaded' : 'bad-offer'
  if (code.startsWith('mint-') && code !== 'mint-unknown' && code !== 'mint-unaccepted') return 'mint-down'
  const passing = /^(till-(un|time)|content-una|shutting|overloaded|internal|too-many|response-too|payment-in)/
  return passing.test(code) ? 'till-down' : 'bad-offer'
}

/** A credential has left, or may have: then nobody here knows what became of the money, but the wallet finds out. */
export function isUnknown(error: unknown, during: 'paying' | 'looking'): boolean {
  if (!isTuppenceError(error)) return during === 'paying'
  if (error.retry !== 'after-recover') return false
  return during === 'paying' || error.details['paymentId'] !== undefined
}

/** Fetches what was paid for at the wallet's own page. A code that is worth nothing is passed over. */
export async function redeem(wallet: Wallet, input: RedeemInput): Promise<Looked | undefined> {
  const content = await wallet.redeem(input).catch(() => undefined)
  return content && { status: 'free', how: 'paid', ...content }
}
