// Which language a reader gets, and the frame's words in it. Popup and page find theirs in parts.ts. A new language is a
// folder like `ko` and a line here and there; the type checker names what is missing in it.
import { frame } from './en/frame.ts'
import type { FrameTexts, FrameWords } from './words.ts'

export type { ErrorTexts, FrameTexts, FundingTexts, LaterTexts, PageTexts, PopupTexts } from './words.ts'

// What the frame begins with is English; the rest of it, and each other language, is one small file.
const languages = {
  en: () => import('./en/later.ts'),
  ko: () => import('./ko/frame.ts'),
  de: () => import('./de/frame.ts'),
  es: () => import('./es/frame.ts'),
  ar: () => import('./ar/frame.ts'),
} as const satisfies Record<string, () => Promise<FrameWords>>

/** Languages that are complete. */
export type LanguageCode = keyof typeof languages

/** All of them, the one that everything else falls back to first. */
export const languageCodes = Object.keys(languages) as readonly LanguageCode[]

/** English, which is there without waiting. */
export const defaultFrameTexts: FrameTexts = frame

/**
 * The best language for a reader.
 *
 * @param wanted - BCP 47 tags, the best first.
 */
export function chooseLanguage(wanted: readonly string[]): LanguageCode {
  const codes = wanted.map((tag) => tag.toLowerCase().split('-')[0]!)
  return (codes.find((code) => Object.hasOwn(languages, code)) ?? 'en') as LanguageCode
}

/** Tells the document its language, and which way that is written. */
export function setDocumentLanguage(language: LanguageCode): void {
  Object.assign(document.documentElement, { lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' })
}

/** Loads the frame's words. */
export function loadFrameTexts(language: LanguageCode): Promise<FrameWords> {
  return languages[language]()
}
