// The popup's steps as a store, and the actions that move it: what the reader confirms, and what follows from it.
import type { TopUpState, Wallet } from '@tuppence/core'
import { isTuppenceError, type ErrorCode } from '@tuppence/protocol'
import { atom } from 'nanostores'
import type { Errand, TakenErrand, Visit } from '../errand.ts'
import { allowanceFor } from '../policy.ts'

/** What the popup shows. `spendable` and amounts in minor units. */
export type Step =
  | { readonly status: 'loading' }
  | { readonly status: 'stranger' }
  | { readonly status: 'done' }
  | { readonly status: 'asking'; readonly taken: TakenErrand; readonly spendable: number }
  | { readonly status: 'working'; readonly stage: Exclude<TopUpState, 'paid' | 'done'> | 'lending' }
  | { readonly status: 'failed'; readonly code: ErrorCode | 'no-coins' | 'frame-gone' }

export const $step = atom<Step>({ status: 'loading' })

/** How long the window stays open for the vault's records. */
const reportWaitMs = 3_000

let settling: Promise<void> = Promise.resolve()

/** What to add when the balance does not cover the errand; undefined when it does. */
export type TopUp = { readonly amount: number; readonly method: string } | undefined

/** Reads the vault and shows what is asked. */
export async function begin(wallet: Wallet, taken: TakenErrand<Errand | Visit> | undefined): Promise<void> {
  if (!taken || !isAsking(taken)) return $step.set({ status: 'stranger' })
  try {
    await wallet.start()
    const { report, unit } = taken.errand
    // For the vault's records; lending does not wait for it, nor for a mint that is down.
    settling = report ? wallet.settleLoan(report).catch(() => {}) : Promise.resolve()
    $step.set({ status: 'asking', taken, spendable: wallet.$balance.get()[unit]?.spendable ?? 0 })
  } catch (error) {
    failed(error)
  }
}

function isAsking(taken: TakenErrand<Errand | Visit>): taken is TakenErrand {
  return taken.errand.kind !== 'visit'
}

/** The reader confirmed: adds money if asked to, lends if the frame needs it, and lets the frame go on. */
export async function confirm(wallet: Wallet, taken: TakenErrand, topUp: TopUp): Promise<void> {
  const { kind, unit } = taken.errand
  try {
    if (topUp) {
      $step.set({ status: 'working', stage: 'quoting' })
      const onState = (state: TopUpState) => {
        if (state !== 'paid' && state !== 'done') $step.set({ status: 'working', stage: state })
      }
      const outcome = await wallet.topUp({ ...topUp, unit, onState })
      if (outcome.status === 'expired') return $step.set({ status: 'failed', code: 'quote-expired' })
      if (outcome.status === 'waiting') return $step.set({ status: 'failed', code: 'quote-unpaid' })
    }
    if (kind === 'lend' && !(await lend(wallet, taken))) return
    taken.go()
    await keepReport(wallet, taken)
    $step.set({ status: 'done' })
    window.close()
  } catch (error) {
    failed(error)
  }
}

/** Where a frame pays from an allowance, the vault hears of it now or much later: the window stays a moment for that. */
async function keepReport(wallet: Wallet, { errand, reported }: TakenErrand): Promise<void> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, reportWaitMs, undefined))
  const report = errand.kind === 'lend' || errand.report ? await Promise.race([reported, late]) : undefined
  const keeping = report && wallet.settleLoan(report).catch(() => {})
  await Promise.race([Promise.all([settling, keeping]), late])
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
