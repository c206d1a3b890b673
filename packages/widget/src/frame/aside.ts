// What a sale does rarely: pay by way of the popup, and name what went wrong. Part of what the frame loads later.
import type { Allowance, Offer } from '@tuppence/core'
import { isTuppenceError } from '@tuppence/protocol'
import type { FailReason } from '@tuppence/protocol/bridge'
import { runErrand, type Errand, type ErrandEnd } from '../errand.ts'
import { attempt, lookAgain, settle, type State } from './sale.ts'

/** Asks in the popup, then goes on by itself. The window opens in the click's own turn; what it is told may take longer. */
export async function payInPopup(sale: State, kind: Errand['kind'], shown: Promise<Offer>): Promise<void> {
  const { wallet, site, errand = runErrand } = sale.deps
  const { signal } = sale.abort
  // Without an offer there is nothing to ask: the window goes again.
  const over = new AbortController()
  const told = shown.then((offer) => describe(sale, offer, kind))
  told.catch(() => over.abort())
  const store = (allowance: Allowance) => wallet.acceptAllowance(allowance)
  const ended = errand(told, store, AbortSignal.any([signal, over.signal]))
  sale.$view.set({ status: 'popup' })
  const [end, offer] = await Promise.all([ended, shown])
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
  const outcome = await attempt(sale, offer, offer.amount)
  if (!settle(sale, outcome, offer))
    await lookAgain(sale, offer, outcome.status === 'declined' ? 'declined' : 'too-little')
}

async function describe(sale: State, offer: Offer, kind: Errand['kind']): Promise<Errand> {
  const { wallet, site, purpose } = sale.deps
  const report = wallet.mode === 'allowance' ? await wallet.reportAllowance(site) : undefined
  const { amount, unit, title, tillOrigin, realm, mints } = offer
  const about = { kind, purpose, site, amount, unit, tillOrigin, realm, mints }
  return { ...about, ...(title !== undefined && { title }), ...(report && { report }) }
}

/** The page's four words for what went wrong, or `storage`, which is nobody's business but the reader's. */
export function failReason(error: unknown): FailReason | 'storage' {
  const code = isTuppenceError(error) ? error.code : ''
  if (code.startsWith('storage-')) return 'storage'
  if (code === 'offline' || navigator.onLine === false) return 'offline'
  if (code.startsWith('mint-') && code !== 'mint-unknown' && code !== 'mint-unaccepted') return 'mint-down'
  const passing = /^(till-(un|time)|content-una|shutting|overloaded|internal|too-many|response-too|payment-in)/
  return passing.test(code) ? 'till-down' : 'bad-offer'
}

/** A credential has left, or may have: then nobody here knows what became of the money, but the wallet finds out. */
export function isUnknown(error: unknown, during: 'paying' | 'looking'): boolean {
  if (!isTuppenceError(error) || error.retry !== 'after-recover') return false
  return during === 'paying' || error.details['paymentId'] !== undefined
}
