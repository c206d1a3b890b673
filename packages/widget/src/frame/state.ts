// What every part of the frame shares: language and words.
import { atom } from 'nanostores'
import { chooseLanguage, defaultFrameTexts, loadTexts, type FrameTexts } from '../locale/index.ts'
import { money } from '../money.ts'

export const $texts = atom<FrameTexts>(defaultFrameTexts)
export const $language = atom<string>('en')

/** Takes over the language of the page, then the reader's. */
export async function speak(lang: string): Promise<void> {
  const language = chooseLanguage([lang, ...navigator.languages])
  document.documentElement.lang = language
  $texts.set(await loadTexts('frame', language))
  $language.set(language)
}

/** An amount in the reader's language. */
export const price = (amount: number, unit: string): string => money(amount, unit, $language.get())
