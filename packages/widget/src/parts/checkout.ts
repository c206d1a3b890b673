// Takes a reader to the checkout, and waits for the money once they are back. Loaded when somebody pays by card.
import type { TopUpOutcome, TopUpState, Wallet } from '@tuppence/core'
import { awaitTopUp, startCheckout } from '@tuppence/core/funding'
import { TuppenceError } from '@tuppence/protocol'
import { forgetDeparture, keepDeparture, type Departure, type Place } from './departure.ts'

/** What is left for: `named` by the press, where that goes on by itself afterwards. */
export type Leaving = {
  readonly place: Place
  readonly amount: number
  readonly unit: string
  readonly named?: string | undefined
}

/**
 * Leaves for the checkout, in this window: a phone has room for one, and a second one would need a press of its own.
 *
 * @throws {TuppenceError} Nothing happened: the mint made no quote, or its checkout is no page.
 */
export async function leave(wallet: Wallet, { place, amount, unit, named }: Leaving): Promise<void> {
  const { paymentId, request, paid } = await startCheckout(wallet, { amount, unit, method: 'card' })
  const departure = { place, hash: location.hash, paymentId, amount, unit, named, atMs: Date.now() }
  if (paid) {
    // The checkout has nothing more to ask: this page goes on as if it had just led back.
    keepDeparture({ ...departure, returned: 'paid' })
    return location.reload()
  }
  const url = checkoutUrl(request)
  keepDeparture(departure)
  // Whoever goes back finds this page as it was left, under way to nowhere.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  location.assign(url)
}

/** The mint names it, so it could be anything. Without TLS only where the wallet itself is on this machine. */
function checkoutUrl(request: string): string {
  const url = URL.parse(request)
  const local = location.protocol === 'http:' && url?.protocol === 'http:'
  if (!url || (url.protocol !== 'https:' && !local)) throw new TuppenceError('mint-response-invalid')
  return url.href
}

/**
 * Waits for the money of a departure; who came back without paying is only looked after once. Afterwards it is over, unless
 * the money is still under way.
 */
export async function comeBack(
  wallet: Wallet,
  { paymentId, returned }: Departure,
  onState?: (state: TopUpState) => void,
): Promise<TopUpOutcome> {
  const signal = returned === 'paid' ? undefined : AbortSignal.abort()
  const outcome = await awaitTopUp(wallet, paymentId, { ...(onState && { onState }), signal }).catch(
    (error: unknown) => {
      // Nothing is waited for any more; what can be had of it, recovery finds.
      forgetDeparture()
      throw error
    },
  )
  if (outcome.status !== 'waiting' || returned !== 'paid') forgetDeparture()
  return outcome
}
