// The language that a reader chose on the wallet page; popup and frame follow it where they can read the vault.
import type { Db } from '@tuppence/core'
import { chooseLanguage, languageCodes, type LanguageCode } from './locale/index.ts'

const key = 'language'

/** The reader's choice. `undefined`: as the browser says. */
export async function chosenLanguage(db: Db): Promise<LanguageCode | undefined> {
  const kept = await db.transact(['settings'], 'read', (tx) => tx.get('settings', key))
  return languageCodes.find((code) => code === kept)
}

/** Keeps a choice, or forgets it. */
export async function chooseForGood(db: Db, language: LanguageCode | undefined): Promise<void> {
  await db.transact(['settings'], 'write', (tx) =>
    language === undefined ? tx.delete('settings', key) : tx.put('settings', key, language),
  )
}

/** The language of a window of the wallet's own: the reader's choice, else the browser's. */
export async function ownLanguage(db: Db): Promise<LanguageCode> {
  return (await chosenLanguage(db)) ?? chooseLanguage(navigator.languages)
}
