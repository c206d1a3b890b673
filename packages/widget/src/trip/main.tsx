// Entry of trip.html: a page that keeps windows apart sends its reader here to pay, and gets them back with a code.
import { render } from 'preact'
import { config } from 'virtual:config'
import { isGuest } from '../guest.ts'
import { ownLanguage } from '../language.ts'
import { chooseLanguage, setDocumentLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty, type Ground } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { begin, readTrip } from './state.ts'
import { NoWallet, Trip } from './trip.tsx'

const trip = readTrip(location.hash)
const grounding = openFirstParty()
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
await grounding.then(open, () => render(<NoWallet {...{ trip, texts, errors }} />, document.body))

async function open(ground: Ground): Promise<void> {
  const wallet = openWallet(ground, config.mints)
  render(<Trip {...{ wallet, trip, texts, errors, language, guest }} />, document.body)
  if (trip) await begin(wallet, trip)
}
