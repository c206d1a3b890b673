// Adding money, as popup, trip and wallet page draw it: how much, what is to be said about it, and the buttons.
import type { Wallet } from '@tuppence/core'
import { useState } from 'preact/hooks'
import { guestTopUpMax, type Guest } from '../guest.ts'
import type { ErrorTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { topUpFor } from '../policy.ts'
import { boundsOf, useFunding, type Funding, type Ways } from './funding.ts'
import { Amounts } from './money-in.tsx'
import type { Choice, Purpose } from './pay-ways.tsx'
import { usePaying, type Paying } from './paying.ts'
import { Working } from './parts.tsx'

/** Adding money as it stands. Amounts in minor units. */
export type Adding = {
  readonly funding: Funding
  readonly ways: Ways
  readonly paying: Paying | undefined
  readonly unit: string
  readonly language: string
  readonly amount: number
  readonly choose: (amount: number) => void
  readonly least: number
  readonly most: number
  /** The most that a guest may add. */
  readonly guestMax: number | undefined
  readonly again: () => void
}

type Asked = {
  readonly wallet: Wallet
  readonly unit: string
  readonly language: string
  readonly guest: Guest
  /** What is needed at least; nothing is added where that is nothing. */
  readonly missing: number
}

/** Finds out how money may be added, and keeps the amount that was chosen. */
export function useAdding({ wallet, unit, language, guest, missing }: Asked): Adding {
  const wanted = missing > 0 ? 'wanted' : 'unwanted'
  const { funding, again } = useFunding(wallet, unit, wanted)
  const paying = usePaying(language, wanted)
  const [chosen, choose] = useState(topUpFor(missing))
  const bounds = boundsOf(funding)
  // A guest adds little, but enough for what is being bought.
  const guestMax = guest === 'guest' ? Math.max(guestTopUpMax, missing) : undefined
  const most = Math.min(bounds.most, guestMax ?? Infinity)
  const amount = Math.min(chosen, most || chosen)
  const ways = typeof funding === 'string' ? {} : funding
  return { funding, ways, paying, unit, language, amount, choose, least: bounds.least, most, guestMax, again }
}

/** What popup and page say besides. */
type Said = {
  readonly amounts: string
  readonly guest: (most: string) => string
  readonly testMoney: string
  readonly testMoneyWhy: string
  readonly noFunding: string
  readonly loading: string
}

/** How much, and what is to be known about it. */
export function AddingChoice({ adding, texts }: { readonly adding: Adding; readonly texts: Said }) {
  const { funding, paying, unit, language, most, guestMax } = adding
  return (
    <>
      {most > 0 && <Amounts legend={texts.amounts} {...adding} />}
      {guestMax !== undefined && <p class="muted">{texts.guest(money(guestMax, unit, language))}</p>}
      {paying && typeof funding !== 'string' && (
        <paying.PayNotes
          {...adding}
          texts={paying.texts}
          test={{ name: texts.testMoney, why: texts.testMoneyWhy, none: texts.noFunding }}
        />
      )}
      {(funding === 'asking' || !paying) && <Working text={texts.loading} />}
      {funding === 'unreachable' && paying && <p role="alert">{paying.texts.unreachable}</p>}
    </>
  )
}

type ButtonsProps = {
  readonly adding: Adding
  readonly purpose: Purpose
  readonly testLabel: (amount: string) => string
  readonly errors: ErrorTexts
  readonly ready: boolean
  readonly choose: (choice: Choice) => void
  /** A voucher's code that a link brought. */
  readonly code?: string | undefined
}

/** The presses that add money. */
export function AddingButtons({ adding, testLabel, errors, ...rest }: ButtonsProps) {
  const { funding, paying, again, amount, unit, language } = adding
  if (!paying || funding === 'asking') return null
  if (funding === 'unreachable')
    return (
      <button type="button" class="main" onClick={again}>
        {paying.texts.again}
      </button>
    )
  return (
    <paying.PayButtons
      {...adding}
      {...rest}
      texts={paying.texts}
      testLabel={testLabel(money(amount, unit, language))}
      wrongCode={errors['voucher-invalid']}
    />
  )
}
