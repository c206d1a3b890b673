// The screen of settings: language, the app on a home screen, and what is kept where.
import { useStore } from '@nanostores/preact'
import { mintsOf } from '@tuppence/core/cashu'
import { useEffect, useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { chosenLanguage } from '../language.ts'
import { languageCodes, type LanguageCode } from '../locale/index.ts'
import { $install } from './shell.ts'
import type { ScreenProps } from './words.ts'

/** Each language's name for itself. */
const names: Record<LanguageCode, string> = {
  en: 'English',
  ko: '한국어',
  de: 'Deutsch',
  es: 'Español',
  ar: 'العربية',
}

export function Settings(props: ScreenProps) {
  const { screens, wallet } = props
  const texts = screens.settings
  return (
    <section class="settings">
      <h1 tabIndex={-1}>{texts.title}</h1>
      <Language {...props} />
      <Install texts={texts} />
      <section class="kept">
        <h2>{texts.kept}</h2>
        <ul>
          {texts.keptText.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p class="muted">
          {texts.mint}: <bdi>{mintsOf(wallet).map(hostOf).join(', ')}</bdi>
        </p>
      </section>
    </section>
  )
}

function Language({ screens, db, speak, words }: ScreenProps) {
  const texts = screens.settings
  const [chosen, setChosen] = useState<LanguageCode | ''>('')
  useEffect(() => void chosenLanguage(db).then((code) => setChosen(code ?? '')), [db, words.language])
  const choose = (value: string) => {
    const code = languageCodes.find((one) => one === value)
    setChosen(code ?? '')
    void speak(code)
  }
  return (
    <section>
      <h2>
        <label for="language">{texts.language}</label>
      </h2>
      <select id="language" value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">{texts.languageAuto}</option>
        {languageCodes.map((code) => (
          <option key={code} value={code} lang={code}>
            {names[code]}
          </option>
        ))}
      </select>
    </section>
  )
}

function Install({ texts }: { readonly texts: ScreenProps['screens']['settings'] }) {
  const offered = useStore($install)
  const [installed, setInstalled] = useState(matchMedia('(display-mode: standalone)').matches)
  useEffect(() => {
    const done = () => setInstalled(true)
    addEventListener('appinstalled', done)
    return () => removeEventListener('appinstalled', done)
  }, [])
  const iOs = 'standalone' in navigator
  if (!installed && !offered && !iOs) return null
  return (
    <section>
      <h2>{texts.install}</h2>
      <p>{installed ? texts.installed : texts.installWhy}</p>
      {!installed && offered && (
        <button type="button" onClick={() => void offered.prompt()}>
          {texts.installGo}
        </button>
      )}
      {!installed && !offered && iOs && <p class="muted">{texts.installIos}</p>}
    </section>
  )
}
