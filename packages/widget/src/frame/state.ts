// What the frame's screens share: language and words, those of the first screen and those that come later.
import { atom } from 'nanostores'
import { chooseLanguage, defaultFrameTexts, loadFrameTexts, setDocumentLanguage } from '../locale/index.ts'
import type { FrameTexts, LanguageCode, LaterTexts } from '../locale/index.ts'
import { money } from '../money.ts'

/** The words that are needed at once, and in which language they are. */
export type Words = { readonly texts: FrameTexts; readonly language: LanguageCode }

export const $words = atom<Words>({ texts: defaultFrameTexts, language: 'en' })

/** The words of everything but the price and the press; not there at first. */
export const $laterTexts = atom<LaterTexts | undefined>(undefined)

/** Takes over the language of the page, else the reader's. */
export async function speak(...wanted: string[]): Promise<void> {
  const language = chooseLanguage([...wanted, ...navigator.languages])
  if ($laterTexts.get() && language === $words.get().language) return
  setDocumentLanguage(language)
  const { frame, later } = await loadFrameTexts(language)
  // The page may have named another one meanwhile.
  if (document.documentElement.lang !== language) return
  $words.set({ texts: frame, language })
  $laterTexts.set(later)
}

/** An amount in the reader's language. */
export const price = (amount: number, unit: string): string => money(amount, unit, $words.get().language)
