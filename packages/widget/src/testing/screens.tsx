// Draws any screen in any state without a mint or a till: `dev.html?screen=unlock&state=priced&scheme=dark`. For looking at, in `vite dev`.
import type { HistoryEntry, LoanPayment } from '@tuppence/core'
import { atom } from 'nanostores'
import { render, type VNode } from 'preact'
import { $later, later } from '../frame/draw.ts'
import { speak } from '../frame/state.ts'
import { Jar } from '../frame/tip.tsx'
import { createSale, type Sale, type SaleDeps, type View } from '../frame/sale.ts'
import { Unlock } from '../frame/unlock.tsx'
import { errors } from '../locale/en/errors.ts'
import { page } from '../locale/en/page.ts'
import { popup } from '../locale/en/popup.ts'
import { WalletPage } from '../page/wallet-page.tsx'
import { tipPresets } from '../policy.ts'
import { $step, type Step } from '../popup/state.ts'
import { Popup } from '../popup/popup.tsx'
import { applyTheme } from '../theme.ts'
import { sampleOffer, sampleWallet } from './wallet.ts'

const asked = new URLSearchParams(location.search)
const state = asked.get('state') ?? ''
const scheme = asked.get('scheme') === 'dark' ? 'dark' : 'light'

const priced = { status: 'priced', offer: sampleOffer } as const
const views: Record<string, View> = {
  loading: { status: 'loading' },
  first: { ...priced, affordable: 'no' },
  priced: { ...priced, affordable: 'now' },
  short: { ...priced, affordable: 'no', note: 'too-little' },
  changed: { ...priced, affordable: 'now', note: 'price-changed' },
  'popup-blocked': { ...priced, affordable: 'no', note: 'popup-blocked' },
  paying: { status: 'paying' },
  popup: { status: 'popup' },
  paid: { status: 'delivered', how: 'paid', amount: 5, unit: 'usd' },
  opened: { status: 'delivered', how: 'opened' },
  offline: { status: 'failed', reason: 'offline', money: 'untouched' },
  'till-down': { status: 'failed', reason: 'till-down', money: 'untouched' },
  'mint-down': { status: 'failed', reason: 'mint-down', money: 'safe' },
  'bad-offer': { status: 'failed', reason: 'bad-offer', money: 'untouched' },
}

function saleIn(view: View): Sale {
  const nothing = () => Promise.resolve()
  const sale = createSale({} as SaleDeps)
  return { state: sale.state, $view: atom(view), begin: nothing, press: nothing, retry: nothing, stop: () => {} }
}

const errand = {
  kind: 'lend',
  purpose: 'unlock',
  site: 'http://news.localhost:4041',
  amount: 5,
  unit: 'usd',
  title: sampleOffer.title!,
  tillOrigin: 'http://news.localhost:4041',
  realm: 'news',
  mints: [],
} as const
const taken = (kind: 'lend' | 'fund' | 'confirm') => ({
  errand: { ...errand, kind },
  hand: () => Promise.resolve(true),
  go: () => {},
  reported: new Promise<undefined>(() => {}),
})
const steps: Record<string, Step> = {
  'lend-empty': { status: 'asking', taken: taken('lend'), spendable: 0 },
  lend: { status: 'asking', taken: taken('lend'), spendable: 985 },
  fund: { status: 'asking', taken: taken('fund'), spendable: 2 },
  confirm: { status: 'asking', taken: taken('confirm'), spendable: 985 },
  working: { status: 'working', stage: 'minting' },
  stranger: { status: 'stranger' },
  failed: { status: 'failed', code: 'mint-unavailable' },
}

const entry = (id: string, kind: HistoryEntry['kind'], amount: number, more: Partial<HistoryEntry>): HistoryEntry => ({
  id,
  kind,
  end: 'done',
  amount,
  unit: 'usd',
  atMs: Date.UTC(2026, 10, 20, 9, Number(id)),
  mint: 'http://mint.localhost:4043',
  ...more,
})
const news = { site: 'http://news.localhost:4041', url: 'http://news.localhost:4041/read/penny-post' }
const receipt = {
  method: 'cashu',
  status: 'success',
  timestamp: '2026-11-20T09:00:00Z',
  reference: 'ab'.repeat(32),
  receipt: {
    v: 1,
    mint: 'http://mint.localhost:4043',
    account: 'news',
    offer: 'cd'.repeat(32),
    amount: 5,
    unit: 'usd',
    timeMs: Date.UTC(2026, 10, 20),
    reference: 'ab'.repeat(32),
    kid: 'k',
    sig: 's',
  },
} as const
const history = [
  entry('5', 'pay', 8, { ...news, title: 'Who pays the lighthouse keeper?', receipt }),
  entry('4', 'tip', 25, { site: 'http://blog.localhost:4042', title: 'Tip jar of the margin notes' }),
  entry('3', 'pay', 5, { ...news, title: 'The penny that carried a letter anywhere', receipt }),
  entry('2', 'pay', 5, { ...news, title: 'Threepence a week: the first lending libraries', end: 'undone' }),
  entry('1', 'top-up', 1000, {}),
]
const loan: LoanPayment = {
  id: '9',
  kind: 'lend',
  state: 'handed',
  mint: '',
  unit: 'usd',
  amount: 100,
  atMs: 0,
  coins: [],
  ...news,
  tillOrigin: '',
  realm: '',
  refund: { keysetId: '', planned: [] },
}

const rich = sampleWallet({ spendable: 857, lent: 100, history, payments: [loan] })
const empty = sampleWallet({})
const db = { transact: () => Promise.resolve([{ amount: 72 }] as never), close: () => {} }
const words = { texts: page, errors, language: 'en' }

const screens: Record<string, () => VNode> = {
  unlock: () => (
    <Unlock
      sale={saleIn(views[state]!)}
      wallet={sampleWallet({ spendable: state === 'first' ? 0 : state === 'short' ? 2 : 495 })}
      host="news.localhost:4041"
      site="http://news.localhost:4041"
    />
  ),
  tip: () => (
    <Jar
      presets={tipPresets}
      give={() => {}}
      $sale={atom(views[state] && saleIn(views[state]))}
      $wrong={atom(state === 'wrong')}
      screens={$later.get()!}
      host="news.localhost:4041"
    />
  ),
  popup: () => {
    $step.set(steps[state]!)
    return <Popup wallet={rich} texts={popup} errors={errors} language="en" />
  },
  wallet: () => (
    <WalletPage wallet={state === 'empty' ? empty : rich} db={db} words={words} starting={Promise.resolve()} />
  ),
}

const screen = asked.get('screen') ?? 'unlock'
const sheet = { unlock: 'frame/frame', tip: 'frame/frame', popup: 'popup/popup', wallet: 'page/page' }[screen]
const link = document.head.appendChild(document.createElement('link'))
link.rel = 'stylesheet'
const styled = new Promise((resolve) => link.addEventListener('load', resolve))
link.href = `/src/${sheet}.css`
if (screen === 'unlock' || screen === 'tip') applyTheme({ tokens: {}, scheme, lang: 'en' })
await speak('en')
await later
await styled
render(screens[screen]!(), document.body)
