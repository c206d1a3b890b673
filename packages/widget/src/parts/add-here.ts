// Adds money that does not have to be paid for elsewhere first: test money, and what a voucher holds. Popup, trip and wallet page call it.
import type { TopUpOutcome, TopUpState, Wallet } from '@tuppence/core'
import type { Choice } from './pay-ways.tsx'

/** What is added in this window. */
export type Here = Exclude<Choice, { readonly how: 'card' }>

type How = { readonly unit: string; readonly onState: (state: TopUpState) => void }

/** @throws {TuppenceError} As `Wallet.topUp`; `voucher-invalid`. */
export async function addHere(wallet: Wallet, choice: Here, how: How): Promise<TopUpOutcome> {
  if (choice.how === 'test') return wallet.topUp({ amount: choice.amount, method: 'test', ...how })
  const { redeemVoucher } = await import('@tuppence/core/funding')
  return redeemVoucher(wallet, choice.code, how)
}
