// Loads the buttons that add money, and their words, when a screen needs them. Popup, trip and wallet page do.
import { useEffect, useState } from 'preact/hooks'
import { chooseLanguage, type FundingTexts } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import type * as parts from './pay-ways.tsx'

type Parts = typeof parts

/** What adding money is drawn with. */
export type Paying = Pick<Parts, 'PayNotes' | 'PayButtons'> & { readonly texts: FundingTexts }

/** `undefined`: not here yet, or not wanted. */
export function usePaying(language: string, wanted: 'wanted' | 'unwanted' = 'wanted'): Paying | undefined {
  const [paying, setPaying] = useState<Paying>()
  useEffect(() => {
    if (wanted === 'wanted')
      void Promise.all([import('./pay-ways.tsx'), loadTexts('funding', chooseLanguage([language]))]).then(
        ([{ PayNotes, PayButtons }, texts]) => setPaying({ PayNotes, PayButtons, texts }),
        () => {},
      )
  }, [language, wanted])
  return paying
}
