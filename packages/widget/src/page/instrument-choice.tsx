// To which card money goes back: the top-ups that were paid with one, and how much can go back to each. withdraw.tsx shows it.
import type { Instrument } from '@tuppence/core/funding'
import type { FundingTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import type { Words } from './words.ts'

type Props = {
  readonly instruments: readonly Instrument[]
  readonly instrument: Instrument
  readonly choose: (quote: string) => void
  readonly texts: FundingTexts
  readonly words: Words
}

/** One of them, or a list to choose from. */
export function InstrumentChoice({ instruments, instrument, choose, texts, words: { language } }: Props) {
  const described = ({ amount, unit, left, atMs }: Instrument) => {
    const date = new Date(atMs).toLocaleDateString(language, { dateStyle: 'medium' })
    const show = (sum: number) => money(sum, unit, language)
    return `${texts.instrumentCard(show(amount), date)} · ${texts.instrumentLeft(show(left))}`
  }
  return (
    <label class="field">
      <span>{texts.instrument}</span>
      <select value={instrument.quote} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {instruments.map((one) => (
          <option key={one.quote} value={one.quote}>
            {described(one)}
          </option>
        ))}
      </select>
    </label>
  )
}
