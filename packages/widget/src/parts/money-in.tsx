// The parts of adding money: which amount, and that it is test money. Popup and wallet page share them.
import { money } from '../money.ts'
import { topUpAmounts } from '../policy.ts'
import type { Funding } from './funding.ts'

type AmountsProps = {
  readonly legend: string
  readonly unit: string
  readonly language: string
  readonly amount: number
  readonly choose: (amount: number) => void
  /** No more than this: a guest's wallet is gone with its window. */
  readonly most?: number
}

/** The amounts that make sense, one of them chosen. */
export function Amounts({ legend, unit, language, amount, choose, most = Infinity }: AmountsProps) {
  const known = topUpAmounts.some((one) => one === amount) ? topUpAmounts : [...topUpAmounts.slice(1), amount]
  const amounts = known.filter((one) => one <= most)
  return (
    <fieldset class="amounts">
      <legend>{legend}</legend>
      <div>
        {amounts.map((value) => (
          <label key={value}>
            <input type="radio" name="amount" value={value} checked={value === amount} onChange={() => choose(value)} />
            {money(value, unit, language)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type NoteProps = { readonly funding: Funding; readonly name: string; readonly why: string; readonly none: string }

/** Says that test money is none, or that this mint takes none at all. */
export function FundingNote({ funding, name, why, none }: NoteProps) {
  if (funding === 'none') return <p role="alert">{none}</p>
  return (
    <p class="test">
      <b>{name}</b>
      <span>{why}</span>
    </p>
  )
}
