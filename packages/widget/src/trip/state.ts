// The steps of a trip: what the reader came to pay for, the payment, the code, and the way back. trip.tsx draws them.
import type { Look, Outcome, TopUpState, Wallet } from '@tuppence/core'
import { isTuppenceError, TuppenceError, type ErrorCode } from '@tuppence/protocol'
import { atom } from 'nanostores'

/** Where the reader came from and what for; from the page's own address, which any page may have written. */
export type Trip = {
  readonly url: string
  /** The page to go back to, without its fragment. */
  readonly back: string
  /** Its exact origin: the till has to have named it for the offer. */
  readonly site: string
}

/** What is shown. `spendable` in minor units. */
export type Step =
  | { readonly status: 'loading' }
  | { readonly status: 'asking'; readonly look: Look; readonly spendable: number }
  | { readonly status: 'working'; readonly stage: Exclude<TopUpState, 'paid' | 'done'> | 'loading' }
  | { readonly status: 'failed'; readonly code: ErrorCode }

export const $step = atom<Step>({ status: 'loading' })

/** What to add when the balance does not cover the price; undefined when it does. */
export type TopUp = { readonly amount: number; readonly method: string } | undefined

/**
 * Reads where a trip comes from.
 *
 * @param hash - `#url=...&back=...`.
 * @returns undefined when it is none.
 */
export function readTrip(hash: string): Trip | undefined {
  const asked = new URLSearchParams(hash.slice(1))
  const url = URL.parse(asked.get('url') ?? '')
  const back = URL.parse(asked.get('back') ?? '')
  if (!url || !back || !/^https?:$/.test(back.protocol)) return undefined
  back.hash = ''
  return { url: url.href, back: back.href, site: back.origin }
}

/** The page to go back to, with the code that opens what was paid there. */
export function wayBack({ back, url }: Trip, code: string): string {
  return `${back}#${new URLSearchParams({ 'tuppence-claim': code, url })}`
}

/** Asks the till, and shows what it says. Nothing is opened or paid before a press. */
export async function begin(wallet: Wallet, { url, site }: Trip): Promise<void> {
  try {
    await wallet.start()
    const look = await wallet.look({ url, site })
    const unit = look.status === 'priced' ? look.offer.unit : ''
    $step.set({ status: 'asking', look, spendable: wallet.$balance.get()[unit]?.spendable ?? 0 })
  } catch (error) {
    failed(error)
  }
}

/** The reader pressed: pays if there is something to pay, gets the code, goes back. */
export async function goOn(wallet: Wallet, trip: Trip, look: Look, topUp: TopUp): Promise<void> {
  try {
    if (topUp && look.status === 'priced' && !(await add(wallet, topUp, look.offer.unit))) return
    $step.set({ status: 'working', stage: 'loading' })
    if (look.status === 'free') return location.replace(trip.back)
    if (look.status !== 'owned') {
      const outcome = await buy(wallet, look)
      // A free one that the till does not give after all, or another price: the reader decides again.
      if (outcome.status === 'declined') return await begin(wallet, trip)
      if (!('body' in outcome)) throw new TuppenceError('insufficient-balance')
    }
    const { code } = await wallet.claim(trip)
    location.replace(wayBack(trip, code))
  } catch (error) {
    failed(error)
  }
}

/** @returns false when no money came; the step says so. */
async function add(wallet: Wallet, topUp: NonNullable<TopUp>, unit: string): Promise<boolean> {
  $step.set({ status: 'working', stage: 'quoting' })
  const onState = (state: TopUpState) => {
    if (state !== 'paid' && state !== 'done') $step.set({ status: 'working', stage: state })
  }
  const outcome = await wallet.topUp({ ...topUp, unit, onState })
  if (outcome.status === 'topped-up') return true
  $step.set({ status: 'failed', code: outcome.status === 'expired' ? 'quote-expired' : 'quote-unpaid' })
  return false
}

/** One payment at most, of what was shown at most. */
async function buy(wallet: Wallet, look: Extract<Look, { offer: unknown }>): Promise<Outcome> {
  const { amount, unit } = look.offer
  const grant = look.status === 'priced' && look.free !== undefined
  const options = { gesture: crypto.randomUUID(), ...(grant ? { grant } : { approved: amount }) }
  const outcome = await wallet.unlock(look, options)
  if (outcome.status !== 'needs-change') return outcome
  await wallet.makeChange({ amount, unit })
  return wallet.unlock(look, options)
}

/** Shows what went wrong. */
export function failed(error: unknown): void {
  $step.set({ status: 'failed', code: isTuppenceError(error) ? error.code : 'internal' })
}
