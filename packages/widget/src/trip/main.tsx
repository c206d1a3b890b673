// Entry of trip.html: a page that keeps windows apart sends its reader here to pay, and gets them back with a code.
import { render } from 'preact'
import { config } from 'virtual:config'
import { chooseLanguage, setDocumentLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { openFirstParty } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { begin, readTrip } from './state.ts'
import { Trip } from './trip.tsx'

const trip = readTrip(location.hash)
const ground = await openFirstParty()
const wallet = openWallet(ground, config.mints)
const language = chooseLanguage(navigator.languages)
setDocumentLanguage(language)
const [texts, errors] = await Promise.all([loadTexts('popup', language), loadTexts('errors', language)])
document.title = texts.title
render(<Trip {...{ wallet, trip, texts, errors, language }} />, document.body)
if (trip) await begin(wallet, trip)
