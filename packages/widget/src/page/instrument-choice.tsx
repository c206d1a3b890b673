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

/** What is known of the one, and a list where there are several: its lines are short, since a phone cuts them off. */
export function InstrumentChoice({ instruments, instrument, choose, texts, words: { language } }: Props) {
  const show = (sum: number) => money(sum, instrument.unit, language)
  const dated = ({ atMs }: Instrument) => new Date(atMs).toLocaleDateString(language, { dateStyle: 'medium' })
  const { amount, left } = instrument
  return (
    <div class="field">
      {instruments.length > 1 && (
        <label>
          <span class="unseen">{texts.instrument}</span>
          <select value={instrument.quote} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {instruments.map((one) => (
              <option key={one.quote} value={one.quote}>
                {show(one.amount)} · {dated(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      <p>
        <b>{texts.instrument}</b> {texts.instrumentCard(show(amount), dated(instrument))},{' '}
        {texts.instrumentLeft(show(left))}.
      </p>
    </div>
  )
}
