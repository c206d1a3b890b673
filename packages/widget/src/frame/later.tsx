// What the frame needs when the price is on the screen: the way to the popup, the page's colours, and the screens for after a press or a failure. draw.ts loads it.
import type { Offer, Wallet } from '@tuppence/core'
import type { ComponentChildren } from 'preact'
import { visitWallet } from '../errand.ts'
import type { LaterTexts } from '../locale/index.ts'
import { Mark } from '../parts/parts.tsx'
import { loadPerks, perks, type PerkProps } from './more.ts'
import { Screen } from './parts.tsx'
import type { Note, State, View } from './view.ts'
import { $laterTexts, price } from './state.ts'

export { failed, payInPopup, redeem, retry, stop, unpaid } from './aside.ts'
export { showPerk } from './more.ts'
export { noteText } from './notes.ts'
export { applyTheme } from '../theme.ts'

type FailedView = Extract<View, { status: 'failed' }>
type DeliveredView = Extract<View, { status: 'delivered' }>
type WithTexts = { readonly texts: LaterTexts }

type RestProps = PerkProps & { readonly view: View }

/** The screens of all views that are neither a price nor a wait. */
export function Rest(props: RestProps) {
  const { view, texts, sale, host } = props
  if (view.status === 'popup') return <InPopup texts={texts} stop={sale.stop} />
  if (view.status === 'failed') return <Failed texts={texts} view={view} host={host} retry={sale.retry} />
  if (view.status === 'perk') return perks ? <perks.PerkScreen {...props} perk={view.perk} Usual={Rest} /> : null
  return view.status === 'delivered' ? <Delivered {...props} view={view} /> : null
}

type BesideProps = { readonly offer: Offer; readonly sale: State; readonly note: Note | undefined }

/** What else there is to do about a price. */
export function Beside({ offer, sale, note }: BesideProps) {
  const texts = $laterTexts.get()
  const { tell } = sale.deps
  if (note === 'popup-blocked' && tell) {
    return (
      <button type="button" class="link" onClick={() => tell('trip')}>
        {texts?.continueInWallet}
      </button>
    )
  }
  if (!offer.terms?.passes) return null
  return (
    <button type="button" class="link" onClick={() => void loadPerks().then(({ openPass }) => openPass(sale, offer))}>
      {texts?.orPass}
    </button>
  )
}

/** The reader is asked in another window. */
export function InPopup({ texts, stop }: WithTexts & { readonly stop: () => void }) {
  return (
    <Screen state="popup">
      <div class="words">
        <b role="status">{texts.finishInPopup}</b>
        <span>{texts.finishInPopupWhy}</span>
      </div>
      <button type="button" class="quiet" onClick={stop}>
        {texts.stop}
      </button>
    </Screen>
  )
}

type FailedProps = WithTexts & { readonly view: FailedView; readonly host: string; readonly retry: () => void }

/** What went wrong, and what it means for the reader's money. */
export function Failed({ texts, view: { reason, money, offer }, host, retry }: FailedProps) {
  const why = texts[reason]
  const said = typeof why === 'string' ? why : why(host)
  const sum = offer && price(offer.amount, offer.unit)
  const then = reason === 'offline' ? texts.finishedOnline : texts.finishedLater
  const [title, rest] =
    money === 'untouched'
      ? [said, texts.notPaid]
      : sum
        ? [texts.onItsWay(sum), `${said} ${then}`]
        : [said, texts.moneySafe]
  // A storage that was taken away, or a file that a browser remembers as missing, comes back with a new document only.
  const renew = reason === 'storage' || reason === 'not-loaded'
  return (
    <Screen state="failed" how={reason}>
      <div class="words" role="alert">
        <b>{title}</b>
        <span>{rest}</span>
      </div>
      <button type="button" class="quiet" onClick={renew ? () => location.reload() : retry}>
        {texts.tryAgain}
      </button>
    </Screen>
  )
}

type DeliveredProps = PerkProps & { readonly view: DeliveredView }

/** The line under what was bought: what happened, what can still be done about it, the wallet. */
function Delivered(props: DeliveredProps) {
  const { texts, view, wallet, site, sale } = props
  // Drawn without what can be done, then with it.
  if (!perks) {
    const redraw = () => sale.state.$view.get() === view && sale.state.$view.set({ ...view })
    void loadPerks().then(redraw, () => {})
  }
  const { how, offer } = view
  const amount = offer && price(offer.amount, offer.unit)
  const said = {
    paid: amount ? texts.paid(amount) : texts.yours,
    auto: texts.autoPaid(amount ?? ''),
    opened: texts.opened,
    free: texts.free,
    granted: texts.granted,
    covered: texts.notPaid,
  }
  return (
    <Screen state="delivered" how={how} shape="strip">
      <span role="status">
        {said[how]}
        {perks && <perks.More {...props} />}
      </span>
      {perks && <perks.Actions {...props} />}
      <WalletLink wallet={wallet} site={site} label={texts.wallet}>
        <span class="long">{texts.wallet}</span>
        <span class="short">
          <Mark />
        </span>
      </WalletLink>
    </Screen>
  )
}

/** Why there is nothing to press here. */
export function Refused({ why }: { readonly why: 'alone' | 'nested' }) {
  return (
    <Screen state="blocked">
      <p role="note">{$laterTexts.get()?.[why]}</p>
    </Screen>
  )
}

type LinkProps = {
  readonly wallet: Wallet
  readonly site: string
  readonly label?: string
  readonly children: ComponentChildren
}

/** To the wallet page. From a partition it takes along what was done with the money lent to this site. */
export function WalletLink({ wallet, site, label, children }: LinkProps) {
  const visit = (event: Event) => {
    if (wallet.mode === 'vault') return
    event.preventDefault()
    const reporting = wallet.reportAllowance(site).catch(() => undefined)
    visitWallet(reporting.then((report) => ({ kind: 'visit', ...(report && { report }) })))
  }
  return (
    <a class="link" href="/" target="_blank" rel="noopener" aria-label={label} onClick={visit}>
      {children}
    </a>
  )
}

/** The browser keeps this frame from storing anything, so there is nothing to pay with. */
export function NoStorage({ texts }: { readonly texts: LaterTexts | undefined }) {
  return (
    <Screen state="failed">
      <p role="alert">{texts?.storage}</p>
    </Screen>
  )
}
