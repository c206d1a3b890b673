// Every word that a person reads, by language and part. A new language is a folder like `en` and a line in `languages`; the
// type checker names what is missing in it.
import type { ErrorCode } from '@tuppence/protocol'
import { frame } from './en/frame.ts'
import type { later } from './en/later.ts'
import type { page } from './en/page.ts'
import type { popup } from './en/popup.ts'

export type FrameTexts = typeof frame
export type LaterTexts = typeof later
export type PopupTexts = typeof popup
export type PageTexts = typeof page
export type ErrorTexts = Record<ErrorCode, string>

/** One language, in the parts that are loaded apart. */
type Language = {
  readonly frame: () => Promise<FrameTexts>
  readonly later: () => Promise<LaterTexts>
  readonly popup: () => Promise<PopupTexts>
  readonly page: () => Promise<PageTexts>
  readonly errors: () => Promise<ErrorTexts>
}

const languages = {
  en: {
    frame: () => Promise.resolve(frame),
    later: () => import('./en/later.ts').then((texts) => texts.later),
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
  const codes = wanted.map((tag) => tag.toLowerCase().split('-')[0]!)
  return (codes.find((code) => Object.hasOwn(languages, code)) ?? 'en') as LanguageCode
}

/** Loads one part of one language. */
export function loadTexts<P extends keyof Language>(part: P, language: LanguageCode): ReturnType<Language[P]> {
  return languages[language][part]() as ReturnType<Language[P]>
}
