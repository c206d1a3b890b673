// The popup's steps as a store, and the actions that move it: what the reader confirms, and what follows from it.
import type { TopUpOutcome, TopUpState, Wallet } from '@tuppence/core'
import { isTuppenceError, type ErrorCode } from '@tuppence/protocol'
import { atom } from 'nanostores'
import type { Errand, TakenErrand, Visit } from '../errand.ts'
import { addHere } from '../parts/add-here.ts'
import { codeOf, reasonOf } from '../parts/code-of.ts'
import { departureFrom, stillMeans, type Departure } from '../parts/departure.ts'
import type { Choice } from '../parts/pay-ways.tsx'
import { allowanceFor } from '../policy.ts'

/** Why the reader is asked again: went back, has too little still, or an error code. */
export type AskNote = 'stopped' | 'less' | (string & {})

/** What the popup shows. `spendable` and amounts in minor units. */
export type Step =
  | { readonly status: 'loading' }
  | { readonly status: 'stranger' }
  | { readonly status: 'done' }
  | {
      readonly status: 'asking'
      readonly taken: TakenErrand
      readonly spendable: number
      readonly note?: AskNote | undefined
    }
  | { readonly status: 'working'; readonly stage: Exclude<TopUpState, 'paid' | 'done'> | 'lending' | 'leaving' }
  /** Paid at the checkout. `arrived`: the frame that asked is not there any more. */
  | { readonly status: 'on-its-way' | 'arrived'; readonly amount: number; readonly unit: string }
  | { readonly status: 'failed'; readonly code: ErrorCode | 'no-coins' | 'frame-gone' }

export const $step = atom<Step>({ status: 'loading' })

/** How long the window stays open for the vault's records. */
const reportWaitMs = 3_000
/** How long money that may have come late is looked for before the reader is asked for more. */
const lateMoneyMs = 3_000

let settling: Promise<void> = Promise.resolve()

type Taking = Promise<TakenErrand<Errand | Visit> | undefined>

/** Reads the vault and shows what is asked; or goes on where the reader left for a checkout. */
export async function begin(wallet: Wallet, taking: Taking): Promise<void> {
  const departure = departureFrom('popup')
  try {
    if (departure) return await cameBack(wallet, taking, departure)
    const taken = asking(await taking)
    if (!taken) return $step.set({ status: 'stranger' })
    await wallet.start()
    settleReport(wallet, taken)
    // Paid for when nobody looked: then there may be no need to add more.
    if (wallet.$payments.get().some(({ kind }) => kind === 'top-up')) await within(lateMoneyMs, wallet.recover())
    ask(wallet, taken)
  } catch (error) {
    failed(error)
  }
}

function asking(taken: TakenErrand<Errand | Visit> | undefined): TakenErrand | undefined {
  return taken && taken.errand.kind !== 'visit' ? (taken as TakenErrand) : undefined
}

/** For the vault's records; lending does not wait for it, nor for a mint that is down. */
function settleReport(wallet: Wallet, { errand: { report } }: TakenErrand): void {
  settling = report ? wallet.settleLoan(report).catch(() => {}) : Promise.resolve()
}

function ask(wallet: Wallet, taken: TakenErrand, note?: AskNote): void {
  $step.set({ status: 'asking', taken, spendable: spendableFor(wallet, taken), note })
}

function spendableFor(wallet: Wallet, { errand }: TakenErrand): number {
  return wallet.$balance.get()[errand.unit]?.spendable ?? 0
}

/** What a press names: the same again needs no other one. */
function meaning({ purpose, site, amount, unit, title, tillOrigin, realm }: Errand): string {
  return JSON.stringify([purpose, site, amount, unit, title, tillOrigin, realm])
}

/** The press that left for the checkout named what is to be paid: with the money there, it is. Anything else is asked for. */
async function cameBack(wallet: Wallet, taking: Taking, departure: Departure): Promise<void> {
  const { amount, unit, returned } = departure
  if (returned === 'paid') $step.set({ status: 'on-its-way', amount, unit })
  await wallet.start()
  const { comeBack } = await import('../parts/checkout.ts')
  const [outcome, told] = await Promise.all([comeBack(wallet, departure), taking])
  const taken = asking(told)
  if (taken) settleReport(wallet, taken)
  const came = outcome.status === 'topped-up'
  // The screen says so; whoever comes to the wallet later finds the money there.
  if (outcome.status === 'waiting' && returned === 'paid') return
  if (taken && came && stillMeans(departure, meaning(taken.errand)) && isCovered(wallet, taken))
    return await finish(wallet, taken)
  if (taken) return ask(wallet, taken, came ? undefined : reasonOf(outcome))
  if (came) return $step.set({ status: 'arrived', amount, unit })
  $step.set({ status: 'failed', code: outcome.status === 'refused' ? 'funding-refused' : 'cancelled' })
}

/** The reader confirmed: adds money if asked to, lends if the frame needs it, and lets the frame go on. */
export async function confirm(wallet: Wallet, taken: TakenErrand, choice: Choice | undefined): Promise<void> {
  try {
    if (!choice || (await add(wallet, taken, choice))) await finish(wallet, taken)
  } catch (error) {
    failed(error)
  }
}

/** @returns false where the step says what is to be done instead. */
async function add(wallet: Wallet, taken: TakenErrand, choice: Choice): Promise<boolean> {
  const { errand } = taken
  const { unit } = errand
  try {
    if (choice.how === 'card') {
      // Paid before, and it came while this was asked: nobody pays for that again.
      if (isCovered(wallet, taken)) return true
      $step.set({ status: 'working', stage: 'leaving' })
      const { leave } = await import('../parts/checkout.ts')
      await leave(wallet, { place: 'popup', amount: choice.amount, unit, named: meaning(errand) })
      return false
    }
    $step.set({ status: 'working', stage: 'quoting' })
    const onState = (state: TopUpState) => {
      if (state !== 'paid' && state !== 'done') $step.set({ status: 'working', stage: state })
    }
    const outcome = await addHere(wallet, choice, { unit, onState })
    if (outcome.status === 'topped-up' && isCovered(wallet, taken)) return true
    ask(wallet, taken, outcome.status === 'topped-up' ? 'less' : noMoney(outcome))
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    ask(wallet, taken, codeOf(error))
  }
  return false
}

function noMoney(outcome: Exclude<TopUpOutcome, { status: 'topped-up' }>): AskNote {
  return outcome.status === 'waiting' ? 'quote-unpaid' : reasonOf(outcome)
}

const isCovered = (wallet: Wallet, taken: TakenErrand) => spendableFor(wallet, taken) >= taken.errand.amount

async function finish(wallet: Wallet, taken: TakenErrand): Promise<void> {
  if (taken.errand.kind === 'lend' && !(await lend(wallet, taken))) return
  taken.go()
  await keepReport(wallet, taken)
  $step.set({ status: 'done' })
  window.close()
}

/** Where a frame pays from an allowance, the vault hears of it now or much later: the window stays a moment for that. */
async function keepReport(wallet: Wallet, { errand, reported }: TakenErrand): Promise<void> {
  const report = errand.kind === 'lend' || errand.report ? await within(reportWaitMs, reported) : undefined
  const keeping = report && wallet.settleLoan(report).catch(() => {})
  await within(reportWaitMs, Promise.all([settling, keeping]))
}

/** What comes of it, if that comes in time and well. */
function within<T>(waitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, waitMs, undefined))
  return Promise.race([promise.catch(() => undefined), late])
}

/** The vault writes down the loan first, and that it arrived only when the frame has stored it. */
async function lend(wallet: Wallet, { errand, hand }: TakenErrand): Promise<boolean> {
  $step.set({ status: 'working', stage: 'lending' })
  const { site, tillOrigin, realm, unit, mints } = errand
  const amount = allowanceFor(errand.amount, wallet.$balance.get()[unit]?.spendable ?? 0)
  const allowance = await wallet.lend({ site, tillOrigin, realm, amount, unit, mints, price: errand.amount })
  if (!allowance) {
    $step.set({ status: 'failed', code: 'no-coins' })
    return false
  }
  if (!(await hand(allowance))) {
    $step.set({ status: 'failed', code: 'frame-gone' })
    return false
  }
  await wallet.acknowledgeLoan(allowance.id)
  return true
}

/** Shows what went wrong. */
export function failed(error: unknown): void {
  $step.set({ status: 'failed', code: isTuppenceError(error) ? error.code : 'internal' })
}
