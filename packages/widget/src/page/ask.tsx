// A payment request that any Cashu wallet can pay (NUT-18), made here. move.tsx shows it.
import { requestMoney } from '@tuppence/core/cashu'
import { useState } from 'preact/hooks'
import { money } from '../money.ts'
import { Handover } from './handover.tsx'
import { AmountField, readAmount } from './typed-amount.tsx'
import { defaultUnit, type ScreenProps } from './words.ts'

const forMax = 120

export function Ask({ screens, wallet, words }: ScreenProps) {
  const texts = screens.move
  const [typed, setTyped] = useState('')
  const [what, setWhat] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [made, setMade] = useState<{ readonly text: string; readonly amount: number | undefined }>()
  const make = (event: SubmitEvent) => {
    event.preventDefault()
    const amount = readAmount(typed, defaultUnit)
    if (amount === undefined && typed.trim() !== '') return setWrong(texts.badAmount('2.50'))
    setWrong(undefined)
    const description = what.trim().slice(0, forMax)
    const { text } = requestMoney(wallet, { amount, unit: defaultUnit, ...(description && { description }) })
    setMade({ text, amount })
  }
  return (
    <section class="panel" data-part="ask">
      <h2>{texts.ask}</h2>
      <p>{texts.askWhy}</p>
      <form onSubmit={make}>
        <AmountField label={texts.askAmount} unit={defaultUnit} typed={typed} type={setTyped} wrong={wrong} />
        <label class="field">
          <span>{texts.askFor}</span>
          <input value={what} maxLength={forMax} onInput={({ currentTarget }) => setWhat(currentTarget.value)} />
        </label>
        <button type="submit">{texts.askGo}</button>
      </form>
      {made && (
        <div role="status">
          <h3>
            {made.amount === undefined ? texts.askOpen : texts.askDone(money(made.amount, defaultUnit, words.language))}
          </h3>
          <Handover texts={texts} code={made.text} text={made.text} />
          <p class="muted">{texts.askThen}</p>
        </div>
      )}
    </section>
  )
}
