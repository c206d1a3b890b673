// Entry of popup.html: finds the frame that opened this window, opens the vault, and asks the reader.
import { render } from 'preact'
import { config } from 'virtual:config'
import { takeErrand } from '../errand.ts'
import { chooseLanguage, setDocumentLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { Popup } from './popup.tsx'
import { begin, failed } from './state.ts'

const language = chooseLanguage(navigator.languages)
setDocumentLanguage(language)
// From a page that keeps its windows apart: nobody is behind this one, and the frame offers another way meanwhile.
if (!window.opener && history.length === 1) window.close()
// The frame is waiting for the question; words and vault can load meanwhile.
const taking = takeErrand()
const opening = openFirstParty().then((ground) => openWallet(ground, config.mints))

try {
  const [texts, errors] = await Promise.all([loadTexts('popup', language), loadTexts('errors', language)])
  document.title = texts.title
  const wallet = await opening
  render(<Popup wallet={wallet} texts={texts} errors={errors} language={language} />, document.body)
  await begin(wallet, await taking)
} catch (error) {
  failed(error)
}
