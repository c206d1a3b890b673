// Says why a reader is asked for money again. Popup and trip do, and the wallet page says the same.
import type { ErrorTexts, FundingTexts } from '../locale/index.ts'

/**
 * The sentence for a note.
 *
 * @param note - `stopped`: went back from the checkout; `less`: there is too little still; else an error code.
 * @param balance - For a person.
 */
export function noteText(note: string, texts: FundingTexts, errors: ErrorTexts, balance: string): string {
  if (note === 'stopped') return texts.stopped
  if (note === 'less') return texts.less(balance)
  // What a mint names without our knowing is a refusal all the same.
  return (errors as Readonly<Record<string, string>>)[note] ?? errors['funding-refused']
}

type Props = {
  readonly note: string | undefined
  readonly texts: FundingTexts | undefined
  readonly errors: ErrorTexts
  readonly balance: string
}

/** The same, on a screen. To go back is no failure. */
export function Note({ note, texts, errors, balance }: Props) {
  if (note === undefined || !texts) return null
  const calm = note === 'stopped' || note === 'less'
  return <p role={calm ? 'status' : 'alert'}>{noteText(note, texts, errors, balance)}</p>
}
