// Every word that a person reads, by language and by page; components take their part. A new language is a folder like `en` and a line in `languages`; the type checker names what is missing in it.
import type { ErrorCode } from '@tuppence/protocol'
import { frame } from './en/frame.ts'
import type { page } from './en/page.ts'
import type { popup } from './en/popup.ts'

export type FrameTexts = typeof frame
export type PopupTexts = typeof popup
export type PageTexts = typeof page
export type ErrorTexts = Record<ErrorCode, string>

/** One language. The frame's part is apart from the others, so that a pay button does not wait for a wallet page's prose. */
type Language = {
  readonly frame: () => Promise<FrameTexts>
  readonly popup: () => Promise<PopupTexts>
  readonly page: () => Promise<PageTexts>
  readonly errors: () => Promise<ErrorTexts>
}

const languages = {
  en: {
    frame: () => Promise.resolve(frame),
    popup: () => import('./en/popup.ts').then((texts) => texts.popup),
    page: () => import('./en/page.ts').then((texts) => texts.page),
    errors: () => import('./en/errors.ts').then((texts) => texts.errors),
  },
} as const satisfies Record<string, Language>

/** Languages that are complete. */
export type LanguageCode = keyof typeof languages

/** English, which is there without waiting. */
export const defaultFrameTexts: FrameTexts = frame

/**
 * The best language for a reader.
 *
 * @param wanted - BCP 47 tags, the best first.
 */
export function chooseLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const code = tag.toLowerCase().split('-')[0]!
    if (Object.hasOwn(languages, code)) return code as LanguageCode
  }
  return 'en'
}

/** Loads one part of one language. */
export function loadTexts<P extends keyof Language>(part: P, language: LanguageCode): ReturnType<Language[P]> {
  return languages[language][part]() as ReturnType<Language[P]>
}
