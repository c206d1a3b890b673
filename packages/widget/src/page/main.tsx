// Entry of index.html: the wallet's own page, where a reader sees all that the wallet holds.
import { render } from 'preact'
import { config } from 'virtual:config'
import { chooseLanguage, loadTexts } from '../locale/index.ts'
import { openFirstParty } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { WalletPage } from './wallet-page.tsx'

const language = chooseLanguage(navigator.languages)
document.documentElement.lang = language

const [texts, errors, ground] = await Promise.all([
  loadTexts('page', language),
  loadTexts('errors', language),
  openFirstParty(),
])
const wallet = openWallet(ground, config.mints)
document.title = texts.title
const words = { texts, errors, language }
render(<WalletPage wallet={wallet} db={ground.db} words={words} starting={wallet.start()} />, document.body)
