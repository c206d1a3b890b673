// Entry of index.html: the wallet's own page, where a reader sees all that the wallet holds.
import { render } from 'preact'
import { config } from 'virtual:config'
import { takeErrand } from '../errand.ts'
import { chooseLanguage, setDocumentLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { WalletPage } from './wallet-page.tsx'

const language = chooseLanguage(navigator.languages)
setDocumentLanguage(language)

const visiting = takeErrand()
const [texts, errors, ground] = await Promise.all([
  loadTexts('page', language),
  loadTexts('errors', language),
  openFirstParty(),
])
const wallet = openWallet(ground, config.mints)
document.title = texts.title
const words = { texts, errors, language }
const starting = wallet.start()
document.body.dataset['state'] = 'loading'
render(<WalletPage wallet={wallet} db={ground.db} words={words} starting={starting} />, document.body)

// Opened from a frame of ours: it brings what its site did with the money that was set aside for it.
const [taken] = await Promise.all([visiting, starting])
if (taken?.errand.report) await wallet.settleLoan(taken.errand.report)
