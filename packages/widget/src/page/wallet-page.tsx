// The wallet page: its head, the way between its screens, and the one that the address names. main renders it, and so can an app that is its own wallet.
import { useStore } from '@nanostores/preact'
import { formatAmount } from '@tuppence/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { guestTopUpMax } from '../guest.ts'
import { chooseLanguage } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import type { ScreenTexts } from '../locale/words.ts'
import { Mark, Working } from '../parts/parts.tsx'
import { backupState, hasBackup, saveNews } from './backup-state.ts'
import { Home } from './home.tsx'
import { Icon } from './icons.tsx'
import { $restoring } from './resume.ts'
import { followAddress, type Route } from './route.ts'
import { sentence, type Reading, type ScreenProps } from './words.ts'

type Inner = Omit<ScreenProps, 'screens' | 'reading'> & { readonly starting: Promise<void> }

/** `address`, `guest`, `speak` and `mints` are the wallet's own page's; an app may leave them out. */
type Props = Pick<Inner, 'wallet' | 'db' | 'words' | 'starting'> & Partial<Inner>
type Screen = (props: ScreenProps) => preact.JSX.Element

const screens = {
  sites: () => import('./sites.tsx').then(({ Sites }) => Sites),
  rules: () => import('./rules.tsx').then(({ RulesScreen }) => RulesScreen),
  backup: () => import('./backup.tsx').then(({ Backup }) => Backup),
  settings: () => import('./settings.tsx').then(({ Settings }) => Settings),
  move: () => import('./move.tsx').then(({ Move }) => Move),
} satisfies Record<Exclude<Route, 'home'>, () => Promise<Screen>>

const inNav = ['home', 'sites', 'rules', 'backup', 'settings'] as const

export function WalletPage({ mints = [], address, guest = 'resident', speak = nobody, ...rest }: Props) {
  const [followed] = useState(() => address ?? followAddress())
  return <Pages {...rest} mints={mints} address={followed} guest={guest} speak={speak} />
}

const nobody = () => Promise.resolve()

function Pages(props: Inner) {
  const { wallet, db, mints, words, starting, address } = props
  const { texts } = words
  const route = useStore(address.$route)
  const [failure, setFailure] = useState<string>()
  const [read, setRead] = useState(false)
  const reading: Reading = read ? 'done' : failure === undefined ? 'under-way' : 'failed'
  useEffect(() => {
    const known = () => {
      setRead(true)
      setFailure(undefined)
    }
    starting
      .then(known)
      .catch((error: unknown) => setFailure(sentence(error, words)))
      // For tests, which should not read a balance too early.
      .finally(() => (document.body.dataset['state'] = 'ready'))
    // Purchases since the last time, for whoever has a way back to this wallet.
    void starting.then(async () => hasBackup(await backupState(db)) && saveNews(wallet, db, mints[0])).catch(() => {})
    // What could not be read at the start may be read later: by a top-up, or when another tab has written.
    return wallet.$balance.listen(known)
  }, [starting, wallet])
  return (
    <div class="wallet" data-route={route}>
      <a class="skip" href="#content" onClick={skip}>
        {texts.skip}
      </a>
      <header>
        <a class="brand" href="#home">
          <Mark />
          Tuppence
        </a>
        <nav aria-label={texts.nav.label}>
          {inNav.map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === route ? 'page' : undefined}>
              <Icon name={name} />
              <span>{texts.nav[name]}</span>
            </a>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <Notices {...props} />
        {failure !== undefined && <p role="alert">{failure}</p>}
        {route === 'home' ? (
          <Home {...props} reading={reading} />
        ) : (
          <Later key={route} route={route} {...props} reading={reading} />
        )}
      </main>
    </div>
  )
}

/** The fragment is the screen's, so going to the content is done by hand. */
function skip(event: Event): void {
  event.preventDefault()
  document.querySelector('main')?.focus()
}

type Loaded = { readonly Screen: Screen; readonly texts: ScreenTexts; readonly language: string }

/** A screen that is loaded when it is first wanted. */
function Later({ route, ...props }: Omit<ScreenProps, 'screens'> & { readonly route: Exclude<Route, 'home'> }) {
  const { texts, language } = props.words
  const [loaded, setLoaded] = useState<Loaded>()
  const [failed, setFailed] = useState<'failed' | undefined>()
  const head = useRef<HTMLDivElement>(null)
  useEffect(() => {
    Promise.all([screens[route](), loadTexts('screens', chooseLanguage([language]))]).then(
      ([Screen, texts]) => setLoaded({ Screen, texts, language }),
      () => setFailed('failed'),
    )
  }, [language])
  useEffect(() => {
    if (!loaded) return
    scrollTo(0, 0)
    // Whoever can't see that the screen has changed hears it.
    head.current?.querySelector('h1')?.focus()
  }, [loaded?.Screen])
  if (failed) return <p role="alert">{props.words.errors.offline}</p>
  if (!loaded || loaded.language !== language) return <Working text={texts.loading} />
  return (
    <div class="screen" data-screen={route} ref={head}>
      <loaded.Screen {...props} screens={loaded.texts} />
    </div>
  )
}

/** What holds for every screen: no network, a private window, a wallet that is coming back. */
function Notices({ words: { texts, language }, db, guest, mints }: Inner) {
  const [online, setOnline] = useState(navigator.onLine)
  const restoring = useStore($restoring)
  const [said, setSaid] = useState<ScreenTexts['backup']>()
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [db])
  useEffect(() => {
    if (restoring.status !== 'none')
      void loadTexts('screens', chooseLanguage([language])).then(({ backup }) => setSaid(backup))
  }, [restoring.status, language])
  const money = (found: Readonly<Record<string, number>>) =>
    Object.entries(found)
      .map(([unit, amount]) => formatAmount(amount, unit, language))
      .join(', ') || formatAmount(0, 'usd', language)
  return (
    <>
      {!online && (
        <p class="notice" role="status">
          {texts.offline}
        </p>
      )}
      {mints.length === 0 && <p class="notice">{texts.noMint}</p>}
      {guest === 'guest' && <p class="notice">{texts.guest(formatAmount(guestTopUpMax, 'usd', language))}</p>}
      {said && restoring.status !== 'none' && (
        <div class="notice" role="status" data-restoring={restoring.status}>
          {restoring.status === 'running' && <Working text={said.restoring} />}
          {restoring.status === 'later' && said.restoredLater}
          {restoring.status === 'done' && (
            <>
              <b>{said.restored(money(restoring.found))}</b>{' '}
              {restoring.purchases > 0 && said.restoredBought(restoring.purchases)}
            </>
          )}
        </div>
      )}
    </>
  )
}
