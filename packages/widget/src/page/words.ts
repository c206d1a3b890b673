// What the sections of the wallet page have in common: the wallet, the words, and how a failure is said.
import type { Wallet } from '@tuppence/core'
import { isTuppenceError } from '@tuppence/protocol'
import type { ErrorTexts, PageTexts } from '../locale/index.ts'

/** What every section says, and in which language. */
export type Words = { readonly texts: PageTexts; readonly errors: ErrorTexts; readonly language: string }

/** What every section works on. */
export type SectionProps = { readonly wallet: Wallet; readonly words: Words }

/** The unit that a wallet starts with. */
export const defaultUnit = 'usd'

/** What went wrong, for a person. */
export function sentence(error: unknown, { errors }: Words): string {
  return errors[isTuppenceError(error) ? error.code : 'internal']
}
