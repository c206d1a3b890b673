// What the parts of the wallet page have in common: the wallet, the words, and how a failure is said.
import type { Db, Wallet } from '@tuppence/core'
import type { LanguageCode } from '../locale/index.ts'
import type { ErrorTexts, PageTexts, ScreenTexts } from '../locale/words.ts'
import type { Guest } from '../guest.ts'
import { codeOf } from '../parts/code-of.ts'
import type { BackupState } from './backup-state.ts'
import type { Address } from './route.ts'

/** What every section says, and in which language. */
export type Words = { readonly texts: PageTexts; readonly errors: ErrorTexts; readonly language: string }

/** What every section works on. */
export type SectionProps = { readonly wallet: Wallet; readonly words: Words }

/** Whether what the wallet's stores say has been read: until it has, they say nothing, and not that there is nothing. */
export type Reading = 'under-way' | 'done' | 'failed'

/** What a screen of its own works on. */
export type ScreenProps = SectionProps & {
  readonly db: Db
  readonly screens: ScreenTexts
  /** The wallet's mints; the first one keeps its backup. */
  readonly mints: readonly string[]
  readonly address: Address
  readonly guest: Guest
  readonly reading: Reading
  /** Changes the language for good; `undefined`: back to what the browser says. */
  readonly speak: (language: LanguageCode | undefined) => Promise<void>
}

/** What every way to back up works on. `look` reads again what is backed up. */
export type WayProps = ScreenProps & { readonly state: BackupState; readonly look: () => Promise<void> }

/** The unit that a wallet starts with. */
export const defaultUnit = 'usd'

/** What went wrong, for a person. */
export function sentence(error: unknown, { errors }: Pick<Words, 'errors'>): string {
  return errors[codeOf(error) as keyof ErrorTexts] ?? errors.internal
}
