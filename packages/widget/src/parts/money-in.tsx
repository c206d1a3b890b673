// The parts of adding money: which amount, and that it is test money. Popup and wallet page share them.
import { money } from '../money.ts'
import { topUpAmounts } from '../policy.ts'

type AmountsProps = {
  readonly legend: string
  readonly unit: string
  readonly language: string
  readonly amount: number
  readonly choose: (amount: number) => void
}

/** The amounts that make sense, one of them chosen. */
export function Amounts({ legend, unit, language, amount, choose }: AmountsProps) {
  const amounts = topUpAmounts.some((known) => known === amount) ? topUpAmounts : [...topUpAmounts.slice(1), amount]
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

/** Says that this money is none. */
export function TestNote({ name, why }: { readonly name: string; readonly why: string }) {
  return (
    <p class="test">
      <b>{name}</b>
      <span>{why}</span>
    </p>
  )
}
