/** Pays an offer: coins chosen and the whole credential journaled in one write, then one request. On the pay path. */
import {
  echoChallenge,
  encodeCredential,
  encodeToken,
  isExpired,
  isTuppenceError,
  limits,
  shortKeysetId,
  TuppenceError,
} from '@tuppence/protocol'
import type { Offer, Outcome, UnlockOptions } from '../api.ts'
import { isWithin } from '../budget.ts'
import type { HeldCoin } from '../coins.ts'
import type { Context } from '../context.ts'
import type { Payment, TillPayment } from '../payment.ts'
import type { Stopped } from '../reader-port.ts'
import { siteKey } from './site-keys.ts'
import type { HistoryEntry, Purchase, Tx } from '../tables.ts'
import { newId } from './ids.ts'
import { sitesOf } from './look.ts'
import { tillNowMs } from './till-time.ts'
import { freeOf, purseOf } from './spendable.ts'
import { sendToTill } from './till-payment.ts'

/** Coming back is not paying: what it needs is loaded when something turns out to be owned. */
export const reopening = () => import('./reopen.ts')

/** Most coins, tried in turn. */
const coinsTried = [limits.coinsPerCredentialMax, 9, 6, 3] as const

/** How far back a repeated gesture is looked for. */
const gesturesBack = 50

type Reserved =
  | { readonly status: 'reserved' | 'open'; readonly payment: TillPayment }
  | { readonly status: 'owned'; readonly purchase: Purchase }
  | { readonly status: 'ended'; readonly entry: HistoryEntry }
  | { readonly status: 'stopped'; readonly stopped: Stopped }
  | { readonly status: 'short'; readonly coins: readonly HeldCoin[] }

/**
 * Pays an offer that was looked at. One gesture makes at most one debit (W7): what is owned is opened, what is on its way
 * is sent again as it is, and only else are coins taken.
 *
 * @returns `needs-change`, `insufficient`, `over-budget` and `declined` moved nothing.
 * @throws {TuppenceError} `till-unavailable`, `till-timeout` and the like, `after-recover`: the money is on its way.
 */
export async function pay(context: Context, offer: Offer, options: UnlockOptions = {}): Promise<Outcome> {
  const { approved, gesture, signal } = options
  const { itemMax } = context
  if (!isWithin({ itemMax, approved }, offer.amount))
    return { status: 'over-budget', max: itemMax, unit: offer.unit, by: 'item' }
  const expired = isExpired(offer.challenge, tillNowMs(context, offer.tillOrigin))
  const fresh = expired ? await (await import('./fresh-offer.ts')).freshOffer(context, offer, signal) : offer
  if (!fresh) return { status: 'declined', reason: 'challenge-changed' }
  const source = await sourceOf(context, fresh)
  if (source === undefined) return { status: 'insufficient', missing: offer.amount, unit: offer.unit }
  if (signal?.aborted) throw new TuppenceError('cancelled')
  // Loaded beforehand: nothing else may be waited for inside a transaction.
  const reader = await context.reader?.()
  const charge = async (tx: Tx) => reader?.charge(tx, fresh, options)
  const reserved = await context.db.transact(['coins', 'payments', 'purchases', 'history', 'settings'], 'write', (tx) =>
    reserve(context, tx, { offer: fresh, source, gesture, charge }),
  )
  switch (reserved.status) {
    case 'reserved':
    case 'open':
      return sendToTill(context, reserved.payment, options.onContent)
    case 'owned': {
      const { reopen } = await reopening()
      return (
        (await reopen(context, { url: offer.url, site: offer.site })) ?? { status: 'declined', reason: 'not-owned' }
      )
    }
    case 'ended':
      return { status: 'opened', contentType: 'text/plain', body: '', receipt: reserved.entry.receipt }
    case 'stopped':
      return { ...reserved.stopped, status: 'over-budget', unit: offer.unit }
    case 'short':
      return missing(context, reserved.coins, offer)
  }
}

/** Who pays. A frame that was lent nothing for this site has no key, and so no coins either. */
async function sourceOf(context: Context, offer: Offer): Promise<string | undefined> {
  try {
    return (await siteKey(context, offer)).source
  } catch (error) {
    if (isTuppenceError(error, 'not-owned')) return undefined
    throw error
  }
}

type Wanted = {
  readonly offer: Offer
  readonly source: string
  readonly gesture: string | undefined
  readonly charge: (tx: Tx) => Promise<Stopped | undefined>
}

/**
 * Runs inside one transaction: decides what this gesture is, and writes the payment with its credential if it is new. A row
 * that can't be read stops it, whatever it is needed for.
 */
async function reserve(context: Context, tx: Tx, wanted: Wanted): Promise<Reserved> {
  const { offer, gesture } = wanted
  // All at once: each is a way to the browser's process and back, and the reader waits.
  const [purchase, payments, ended, held] = await Promise.all([
    offer.kind === 'tip' ? undefined : tx.get('purchases', offer.url),
    tx.list('payments'),
    gesture === undefined ? [] : tx.list('history', { order: 'descending', limit: gesturesBack }),
    tx.list('coins'),
  ])
  if (purchase) return { status: 'owned', purchase }
  const open = payments.map(({ value }) => value).find((payment) => isSame(payment, wanted))
  if (open) return { status: 'open', payment: open }
  const entry = ended.find(({ value }) => value.gesture === gesture && value.end === 'done')?.value
  if (entry) return { status: 'ended', entry }
  const coins = freeOf(held, payments, purseOf(context.seed, offer))
  for (const mint of offer.mints) {
    const payment = fitting(context, wanted, { mint, coins: coins.filter((coin) => coin.mint === mint) })
    if (!payment) continue
    const stopped = await wanted.charge(tx)
    if (stopped) return { status: 'stopped', stopped }
    await tx.put('payments', payment.id, payment)
    return { status: 'reserved', payment }
  }
  return { status: 'short', coins }
}

/** The payment with the coins that suit best; with fewer where a wordy challenge would make the credential too large. */
function fitting(
  context: Context,
  wanted: Wanted,
  { mint, coins }: { mint: string; coins: readonly HeldCoin[] },
): TillPayment | undefined {
  for (const max of coinsTried) {
    const chosen = context.net.select(coins, wanted.offer.amount, max)
    if (!chosen) return undefined
    try {
      return journaled(context, { ...wanted, mint, chosen })
    } catch (error) {
      if (!isTuppenceError(error, 'credential-too-large')) throw error
    }
  }
  return undefined
}

/** Whether an open payment is this gesture's: the same gesture, or for what can be owned, the same offer. */
function isSame(payment: Payment, { offer, gesture }: Wanted): payment is TillPayment {
  if (payment.kind === 'tip') return gesture !== undefined && payment.gesture === gesture
  return payment.kind === 'pay' && offer.kind !== 'tip' && payment.offer.url === offer.url
}

function journaled(
  context: Context,
  { offer, source, gesture, mint, chosen }: Wanted & { readonly mint: string; readonly chosen: readonly HeldCoin[] },
): TillPayment {
  const { url, site, tillOrigin, realm, challenge, title, amount, unit, body, terms } = offer
  // The till needs no proof of the mint's signature: it asks the mint. The proof would only fill the header.
  const proofs = chosen.map(({ amount: worth, id, secret, C }) => ({ amount: worth, id: shortKeysetId(id), secret, C }))
  const token = encodeToken({ mint, unit, proofs })
  const kind = offer.kind === 'tip' ? 'tip' : 'pay'
  return {
    id: newId(context),
    kind,
    // As `firstState` has it: the table itself is not loaded on the way to a price.
    state: 'sent',
    mint,
    unit,
    amount,
    atMs: context.clock.nowMs(),
    coins: chosen.map(({ secret }) => secret),
    offer: {
      url,
      site,
      sites: sitesOf(challenge),
      tillOrigin,
      realm,
      challengeId: challenge.id,
      expires: challenge.expires,
      refundSeconds: terms?.refundSeconds,
      title,
    },
    token,
    authorization: encodeCredential({ challenge: echoChallenge(challenge), source, payload: { cashu_token: token } }),
    body,
    gesture,
  }
}

function missing({ net }: Context, coins: readonly HeldCoin[], { mints, amount, unit }: Offer): Outcome {
  const most = Math.max(...mints.map((mint) => net.worth(coins.filter((coin) => coin.mint === mint))))
  return most >= amount
    ? { status: 'needs-change', amount, unit }
    : { status: 'insufficient', missing: amount - most, unit }
}
