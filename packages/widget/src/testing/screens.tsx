// Draws any screen in any state without a mint or a till: `dev.html?screen=unlock&state=priced&scheme=dark`. For looking at, in `vite dev`.
import type { HistoryEntry, LoanPayment, Offer, TopUpPayment } from '@tuppence/core'
import { TuppenceError, type FundingMethod } from '@tuppence/protocol'
import { atom } from 'nanostores'
import { render, type VNode } from 'preact'
import { $later, later } from '../frame/draw.ts'
import { speak } from '../frame/state.ts'
import { Jar } from '../frame/tip.tsx'
import { loadPerks } from '../frame/more.ts'
import { createSale } from '../frame/sale.ts'
import type { Perk, Sale, SaleDeps, View } from '../frame/view.ts'
import { Unlock } from '../frame/unlock.tsx'
import { errors } from '../locale/en/errors.ts'
import { page } from '../locale/en/page.ts'
import { popup } from '../locale/en/popup.ts'
import { loadTexts } from '../locale/parts.ts'
import { tipPresets } from '../policy.ts'
import { $step, type Step } from '../popup/state.ts'
import { applyTheme } from '../theme.ts'
import { sampleOffer, sampleWallet } from './wallet.ts'

const asked = new URLSearchParams(location.search)
let state = asked.get('state') ?? ''
const scheme = asked.get('scheme') === 'dark' ? 'dark' : 'light'

const priced = { status: 'priced', offer: sampleOffer } as const
const generous: Offer = {
  ...sampleOffer,
  terms: {
    free: { count: 3, per: 'month' },
    cap: { amount: 200, per: 'month' },
    refundSeconds: 600,
    passes: ['/pass/day'],
  },
}
const monthEnd = Date.UTC(2026, 11, 1) / 1000
const covered = { status: 'covered', offer: generous } as const
const passView: View = {
  status: 'priced',
  offer: { ...sampleOffer, kind: 'pass', title: 'Day pass', amount: 35 },
  affordable: 'now',
}
const passSale = saleIn(passView)
const perk = (what: Perk): View => ({ status: 'perk', perk: what })
const views: Record<string, View> = {
  loading: { status: 'loading' },
  first: { ...priced, affordable: 'no' },
  priced: { ...priced, affordable: 'now' },
  short: { ...priced, affordable: 'no', note: 'too-little' },
  changed: { ...priced, affordable: 'now', note: 'price-changed' },
  'popup-blocked': { ...priced, affordable: 'no', note: 'popup-blocked' },
  paying: { status: 'paying' },
  popup: { status: 'popup' },
  blocked: { ...priced, affordable: 'no', note: 'none-free' },
  passes: { status: 'priced', offer: generous, affordable: 'now' },
  paid: { status: 'delivered', how: 'paid', offer: sampleOffer },
  regret: { status: 'delivered', how: 'paid', offer: generous },
  capped: { status: 'delivered', how: 'paid', offer: generous, standing: { spent: 200, until: monthEnd } },
  auto: { status: 'delivered', how: 'auto', offer: generous },
  granted: { status: 'delivered', how: 'granted', offer: generous, standing: { free: 2 } },
  opened: { status: 'delivered', how: 'opened' },
  free: perk({ kind: 'free', offer: generous, left: 3 }),
  covered: perk({ kind: 'covered', looked: { ...covered, by: 'cap', untilSeconds: monthEnd } }),
  'covered-pass': perk({ kind: 'covered', looked: { ...covered, by: 'pass', untilSeconds: monthEnd } }),
  pass: perk({ kind: 'pass', offer: generous, pass: passSale, view: passView, list: 50 }),
  'pass-loading': perk({ kind: 'pass', offer: generous, pass: passSale, view: { status: 'loading' } }),
  countdown: perk({ kind: 'countdown', offer: generous, stop: () => {} }),
  rule: perk({ kind: 'rule', offer: generous, back: { status: 'delivered', how: 'paid' } }),
  refunding: perk({ kind: 'refunding', offer: generous }),
  refunded: perk({ kind: 'refunded', offer: generous, where: 'refunded' }),
  'refunded-aside': perk({ kind: 'refunded', offer: generous, where: 'on-its-way' }),
  kept: perk({ kind: 'kept', reason: 'window', back: { status: 'delivered', how: 'paid' } }),
  'on-its-way': { status: 'failed', reason: 'offline', money: 'safe', offer: sampleOffer },
  'not-loaded': { status: 'failed', reason: 'not-loaded', money: 'untouched' },
  'storage-full': { status: 'failed', reason: 'storage-full', money: 'untouched' },
  offline: { status: 'failed', reason: 'offline', money: 'untouched' },
  'till-down': { status: 'failed', reason: 'till-down', money: 'untouched' },
  'mint-down': { status: 'failed', reason: 'mint-down', money: 'safe' },
  'bad-offer': { status: 'failed', reason: 'bad-offer', money: 'untouched' },
}

function saleIn(view: View): Sale {
  const nothing = () => Promise.resolve()
  const site = 'http://news.localhost:4041'
  const sale = createSale({ wallet: sampleWallet({ spendable: 495 }), site, purpose: 'unlock' } as unknown as SaleDeps)
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
  card: { status: 'asking', taken: taken('fund'), spendable: 2 },
  'card-only': { status: 'asking', taken: taken('lend'), spendable: 2, note: 'stopped' },
  voucher: { status: 'asking', taken: taken('fund'), spendable: 0, note: 'voucher-used' },
  'on-its-way': { status: 'on-its-way', amount: 1000, unit: 'usd' },
  arrived: { status: 'arrived', amount: 1000, unit: 'usd' },
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

const card = { method: 'card', unit: 'usd', min_amount: 500, max_amount: 10_000 }
const voucher = { method: 'voucher', unit: 'usd' }
const test = { method: 'test', unit: 'usd' }
const waysOf: Record<string, readonly FundingMethod[]> = {
  card: [card, voucher, test],
  'card-only': [card],
  voucher: [voucher],
}
const unpaid: TopUpPayment = {
  id: '8',
  kind: 'top-up',
  state: 'quoted',
  mint: '',
  unit: 'usd',
  amount: 1000,
  atMs: 0,
  coins: [],
  method: 'card',
  keyIndex: 0,
  quote: { id: 'q', request: '' },
}
const unreadable = Promise.reject(new TuppenceError('storage-corrupt'))
unreadable.catch(() => {})
const starts: Record<string, Promise<void>> = { reading: new Promise<void>(() => {}), unreadable }
const rich = sampleWallet({ spendable: 857, lent: 100, history, payments: [loan] })
const empty = sampleWallet({})
const db = { transact: () => Promise.resolve([{ amount: 72 }] as never), close: () => {} }
const words = { texts: page, errors, language: 'en' }

// The frame's screens can be looked at while another page is being worked on.
const screens: Record<string, () => VNode | Promise<VNode>> = {
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
      $sale={atom(views[state] && saleIn(views[state]!))}
      $wrong={atom(state === 'wrong')}
      screens={$later.get()!}
      host="news.localhost:4041"
    />
  ),
  popup: async () => {
    const { Popup } = await import('../popup/popup.tsx')
    $step.set(steps[state]!)
    const ways = waysOf[state]
    return <Popup wallet={ways ? sampleWallet({ ways }) : rich} texts={popup} errors={errors} language="en" />
  },
  wallet: async () => {
    const { WalletPage } = await import('../page/wallet-page.tsx')
    const ways = waysOf[state]
    const paying = ways && sampleWallet({ ways, spendable: 857, history, payments: state === 'card' ? [unpaid] : [] })
    return (
      <WalletPage
        wallet={paying ?? (state === 'empty' || starts[state] ? empty : rich)}
        db={db}
        words={words}
        starting={starts[state] ?? Promise.resolve()}
      />
    )
  },
}

const screen = asked.get('screen') ?? 'unlock'
const sheet = { unlock: 'frame/frame', tip: 'frame/frame', popup: 'popup/popup', wallet: 'page/page' }[screen]
const link = document.head.appendChild(document.createElement('link'))
link.rel = 'stylesheet'
const styled = new Promise((resolve) => link.addEventListener('load', resolve))
link.href = `/src/${sheet}.css`
if (screen === 'unlock' || screen === 'tip') applyTheme({ tokens: {}, scheme, lang: 'en' })
await speak(asked.get('lang') ?? 'en')
await later
await Promise.all([loadPerks(), import('../parts/pay-ways.tsx'), loadTexts('funding', 'en')])
await styled

/** For whoever looks at them all, one after the other: e2e's accessibility tests. */
const gallery = {
  states: {
    unlock: Object.keys(views),
    tip: ['', 'wrong', 'priced', 'loading', 'popup', 'popup-blocked', 'paid', 'mint-down'],
    popup: Object.keys(steps),
    wallet: ['', 'empty', 'card', 'voucher', 'reading', 'unreadable'],
  }[screen]!,
  draw: async (next: string): Promise<void> => {
    state = next
    render(null, document.body)
    render(await screens[screen]!(), document.body)
    // What is loaded later is here already; it is drawn by then.
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame)
  },
}
Object.assign(globalThis, { gallery })
await gallery.draw(state)
