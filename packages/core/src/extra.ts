/** What a reader asks for now and then, as one lazy chunk: refunds, rules, claims, money out. */
import { TuppenceError, type FundingMethod } from '@tuppence/protocol'
import type { Claim, Content, LookInput, RedeemInput, RefundOutcome, WithdrawInput, WithdrawOutcome } from './api.ts'
import type { Context } from './context.ts'
import type { Rules } from './rules.ts'

const later = async (): Promise<never> => {
  throw new TuppenceError('internal')
}

export const setRules: (context: Context, rules: Rules) => Promise<void> = later
export const refund: (context: Context, what: string) => Promise<RefundOutcome> = later
export const claim: (context: Context, input: LookInput) => Promise<Claim> = later
export const redeem: (context: Context, input: RedeemInput) => Promise<Content> = later
export const withdrawMethods: (context: Context, mint?: string) => Promise<readonly FundingMethod[]> = later
export const withdraw: (context: Context, input: WithdrawInput) => Promise<WithdrawOutcome> = later
