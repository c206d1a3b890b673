// Entry of index.html: the wallet's own page, where a reader sees all that the wallet holds.
import { render } from 'preact'
import { config } from 'virtual:config'
import { takeErrand } from '../errand.ts'
import { isGuest } from '../guest.ts'
import { chooseForGood, ownLanguage } from '../language.ts'
import { chooseLanguage, setDocumentLanguage, type LanguageCode } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty, type Ground } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { finishAll } from './finish.ts'
import { finishRestore } from './resume.ts'
import { followAddress } from './route.ts'
import { keepShell } from './shell.ts'
import { WalletPage } from './wallet-page.tsx'
import type { Words } from './words.ts'

// First of all: the address may have a secret in it.
const address = followAddress()
const visiting = takeErrand()

/** The words of a language, with the document told of it. */
async function wordsIn(language: LanguageCode): Promise<Words> {
  const [texts, errors] = await Promise.all([loadTexts('page', language), loadTexts('errors', language)])
  setDocumentLanguage(language)
  document.title = texts.title
  return { texts, errors, language }
}

async function open(ground: Ground): Promise<void> {
  const { db } = ground
  const wallet = openWallet(ground, config.mints)
  const [guest, words] = await Promise.all([isGuest(), ownLanguage(db).then(wordsIn)])
  const starting = wallet.start()
  const speak = async (language: LanguageCode | undefined) => {
    await chooseForGood(db, language)
    draw(await ownLanguage(db).then(wordsIn))
  }
  const draw = (said: Words) => {
    const props = { wallet, db, words: said, starting, mints: config.mints, address, guest, speak }
    render(<WalletPage {...props} />, document.body)
  }
  document.body.dataset['state'] = 'loading'
  draw(words)
  keepShell()
  // Opened from a frame of ours: it brings what its site did with the money that was set aside for it.
  const [taken] = await Promise.all([visiting, starting])
  if (taken?.errand.report) await wallet.settleLoan(taken.errand.report)
  await finishRestore(wallet, db, config.mints)
  // Whoever opens the wallet wants to see what was on its way; elsewhere a random while goes by first.
  await finishAll(wallet)
}

/** The browser lets nothing be kept: then there is no wallet, and the page says so. */
async function noStorage(): Promise<void> {
  const { errors } = await wordsIn(chooseLanguage(navigator.languages))
  render(<p role="alert">{errors['storage-unavailable']}</p>, document.body)
}

await openFirstParty().then(open, noStorage)
