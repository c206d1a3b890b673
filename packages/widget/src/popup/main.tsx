// Entry of popup.html: finds the frame that opened this window, opens the vault, and asks the reader.
import { render } from 'preact'
import { config } from 'virtual:config'
import { takeErrand } from '../errand.ts'
import { isGuest } from '../guest.ts'
import { ownLanguage } from '../language.ts'
import { chooseLanguage, setDocumentLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { Popup } from './popup.tsx'
import { begin, failed } from './state.ts'

// From a page that keeps its windows apart: nobody is behind this one, and the frame offers another way meanwhile.
if (!window.opener && history.length === 1) window.close()
// The frame is waiting for the question; words and vault can load meanwhile.
const taking = takeErrand()
const grounding = openFirstParty()

try {
  const language = await grounding.then(
    ({ db }) => ownLanguage(db),
    () => chooseLanguage(navigator.languages),
  )
  setDocumentLanguage(language)
  const [texts, errors, guest] = await Promise.all([
    loadTexts('popup', language),
    loadTexts('errors', language),
    isGuest(),
  ])
  document.title = texts.title
  const wallet = openWallet(await grounding, config.mints)
  const props = { wallet, texts, errors, language, guest }
  render(<Popup {...props} />, document.body)
  await begin(wallet, taking)
} catch (error) {
  failed(error)
  // Without storage there is no wallet to draw a popup around.
  const errors = await loadTexts('errors', chooseLanguage(navigator.languages))
  if (!document.body.firstChild) render(<p role="alert">{errors['storage-unavailable']}</p>, document.body)
}
