// Which amount to add, of those that make sense and that the mint takes. Popup, trip and wallet page share it.
import { money } from '../money.ts'
import { topUpAmounts } from '../policy.ts'

type AmountsProps = {
  readonly legend: string
  readonly unit: string
  readonly language: string
  readonly amount: number
  readonly choose: (amount: number) => void
  /** No less and no more than this: what the mint takes, and what a guest may lose with a window. */
  readonly least?: number
  readonly most?: number
}

/** The amounts that make sense, one of them chosen. */
export function Amounts({ legend, unit, language, amount, choose, least = 0, most = Infinity }: AmountsProps) {
  const known = topUpAmounts.some((one) => one === amount) ? topUpAmounts : [...topUpAmounts.slice(1), amount]
  const amounts = known.filter((one) => one === amount || (one >= least && one <= most))
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
