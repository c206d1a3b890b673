// The steps of a trip: what the reader came to pay for, the payment, the code, and the way back. trip.tsx draws them.
import type { Look, Outcome, TopUpState, Wallet } from '@tuppence/core'
import { isTuppenceError, TuppenceError, type ErrorCode } from '@tuppence/protocol'
import { atom } from 'nanostores'
import { addHere } from '../parts/add-here.ts'
import { codeOf, reasonOf } from '../parts/code-of.ts'
import { departureFrom, stillMeans, type Departure } from '../parts/departure.ts'
import type { Choice } from '../parts/pay-ways.tsx'

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
  /** `note`: why the reader is asked again: an error code, or went back from the checkout. */
  | { readonly status: 'asking'; readonly look: Look; readonly spendable: number; readonly note?: string | undefined }
  | { readonly status: 'working'; readonly stage: Exclude<TopUpState, 'paid' | 'done'> | 'loading' }
  /** Paid at the checkout, and not here yet. */
  | { readonly status: 'on-its-way'; readonly amount: number; readonly unit: string }
  | { readonly status: 'failed'; readonly code: ErrorCode }

export const $step = atom<Step>({ status: 'loading' })

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
export async function begin(wallet: Wallet, trip: Trip): Promise<void> {
  const departure = departureFrom('trip')
  try {
    await wallet.start()
    if (departure) await cameBack(wallet, trip, departure)
    else await ask(wallet, trip)
  } catch (error) {
    failed(error)
  }
}

async function ask(wallet: Wallet, { url, site }: Trip, note?: string): Promise<Look> {
  const look = await wallet.look({ url, site })
  const unit = look.status === 'priced' ? look.offer.unit : ''
  $step.set({ status: 'asking', look, spendable: wallet.$balance.get()[unit]?.spendable ?? 0, note })
  return look
}

/** What a press names: the same again needs no other one. */
function meaning({ url, site }: Trip, look: Look): string {
  return JSON.stringify([url, site, 'offer' in look && priceOf(look), 'offer' in look && look.offer.unit])
}

/** What is asked of this reader, in minor units; undefined where nothing is: owned, covered, or free this time. */
export function priceOf(look: Look): number | undefined {
  return look.status === 'priced' && !look.free ? (look.personal ?? look.offer.amount) : undefined
}

function isCovered(wallet: Wallet, look: Look): boolean {
  const price = priceOf(look)
  return price === undefined || !('offer' in look) || (wallet.$balance.get()[look.offer.unit]?.spendable ?? 0) >= price
}

/** The press that left for the checkout named what is to be paid: with the money there, it is. Anything else is asked for. */
async function cameBack(wallet: Wallet, trip: Trip, departure: Departure): Promise<void> {
  const { amount, unit, returned } = departure
  if (returned === 'paid') $step.set({ status: 'on-its-way', amount, unit })
  const { comeBack } = await import('../parts/checkout.ts')
  const outcome = await comeBack(wallet, departure)
  if (outcome.status === 'waiting' && returned === 'paid') return
  if (outcome.status !== 'topped-up') return void (await ask(wallet, trip, reasonOf(outcome)))
  const look = await ask(wallet, trip)
  if (stillMeans(departure, meaning(trip, look)) && isCovered(wallet, look)) await goOn(wallet, trip, look, undefined)
}

/** The reader pressed: pays if there is something to pay, gets the code, goes back. */
export async function goOn(wallet: Wallet, trip: Trip, look: Look, choice: Choice | undefined): Promise<void> {
  try {
    if (choice && look.status === 'priced' && !(await add(wallet, trip, look, choice))) return
    $step.set({ status: 'working', stage: 'loading' })
    if (look.status === 'free') return location.replace(trip.back)
    if (look.status !== 'owned') {
      const outcome = await buy(wallet, look)
      // A free one that the till does not give after all, or another price: the reader decides again.
      if (outcome.status === 'declined') return void (await ask(wallet, trip))
      if (!('body' in outcome)) throw new TuppenceError('insufficient-balance')
    }
    const { code } = await wallet.claim(trip)
    location.replace(wayBack(trip, code))
  } catch (error) {
    failed(error)
  }
}

type Priced = Extract<Look, { status: 'priced' }>

/** @returns false where the step says what is to be done instead. */
async function add(wallet: Wallet, trip: Trip, look: Priced, choice: Choice): Promise<boolean> {
  const { unit } = look.offer
  try {
    if (choice.how === 'card') {
      // Paid before, and it came while this was asked: nobody pays for that again.
      if (isCovered(wallet, look)) return true
      $step.set({ status: 'working', stage: 'loading' })
      const { leave } = await import('../parts/checkout.ts')
      await leave(wallet, { place: 'trip', amount: choice.amount, unit, named: meaning(trip, look) })
      return false
    }
    $step.set({ status: 'working', stage: 'quoting' })
    const onState = (state: TopUpState) => {
      if (state !== 'paid' && state !== 'done') $step.set({ status: 'working', stage: state })
    }
    const outcome = await addHere(wallet, choice, { unit, onState })
    if (outcome.status === 'topped-up') {
      if (isCovered(wallet, look)) return true
      await ask(wallet, trip, 'less')
    } else if (outcome.status === 'refused') await ask(wallet, trip, outcome.reason)
    else await ask(wallet, trip, outcome.status === 'expired' ? 'quote-expired' : 'quote-unpaid')
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    await ask(wallet, trip, codeOf(error))
  }
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
