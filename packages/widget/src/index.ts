// For an app that is its own wallet: the wallet page, its words and its storage. The wallet's origin itself is built from the pages.
export { openFirstParty, type Ground } from './storage.ts'
export { chooseLanguage } from './locale/index.ts'
export { loadTexts } from './locale/parts.ts'
export type { ErrorTexts, LanguageCode, PageTexts } from './locale/index.ts'
export { WalletPage } from './page/wallet-page.tsx'
export type { Words } from './page/words.ts'
