// The words of popup and wallet page by language and part, each loaded when it is first said.
import type { LanguageCode } from './index.ts'
import type { ErrorTexts, FundingTexts, PageTexts, PopupTexts, ScreenTexts } from './words.ts'

/** One language, in the parts that are loaded apart. */
type Parts = {
  readonly popup: () => Promise<PopupTexts>
  readonly page: () => Promise<PageTexts>
  readonly screens: () => Promise<ScreenTexts>
  readonly funding: () => Promise<FundingTexts>
  readonly errors: () => Promise<ErrorTexts>
}

const languages: Record<LanguageCode, Parts> = {
  en: {
    popup: () => import('./en/popup.ts').then(({ popup }) => popup),
    page: () => import('./en/page.ts').then(({ page }) => page),
    screens: () => import('./en/screens.ts').then(({ screens }) => screens),
    funding: () => import('./en/funding.ts').then(({ funding }) => funding),
    errors: () => import('./en/errors.ts').then(({ errors }) => errors),
  },
  ko: {
    popup: () => import('./ko/popup.ts').then(({ popup }) => popup),
    page: () => import('./ko/page.ts').then(({ page }) => page),
    screens: () => import('./ko/screens.ts').then(({ screens }) => screens),
    funding: () => import('./ko/funding.ts').then(({ funding }) => funding),
    errors: () => import('./ko/errors.ts').then(({ errors }) => errors),
  },
  de: {
    popup: () => import('./de/popup.ts').then(({ popup }) => popup),
    page: () => import('./de/page.ts').then(({ page }) => page),
    screens: () => import('./de/screens.ts').then(({ screens }) => screens),
    funding: () => import('./de/funding.ts').then(({ funding }) => funding),
    errors: () => import('./de/errors.ts').then(({ errors }) => errors),
  },
  es: {
    popup: () => import('./es/popup.ts').then(({ popup }) => popup),
    page: () => import('./es/page.ts').then(({ page }) => page),
    screens: () => import('./es/screens.ts').then(({ screens }) => screens),
    funding: () => import('./es/funding.ts').then(({ funding }) => funding),
    errors: () => import('./es/errors.ts').then(({ errors }) => errors),
  },
  ar: {
    popup: () => import('./ar/popup.ts').then(({ popup }) => popup),
    page: () => import('./ar/page.ts').then(({ page }) => page),
    screens: () => import('./ar/screens.ts').then(({ screens }) => screens),
    funding: () => import('./ar/funding.ts').then(({ funding }) => funding),
    errors: () => import('./ar/errors.ts').then(({ errors }) => errors),
  },
}

/** Loads one part of one language. */
export function loadTexts<P extends keyof Parts>(part: P, language: LanguageCode): ReturnType<Parts[P]> {
  return languages[language][part]() as ReturnType<Parts[P]>
}
