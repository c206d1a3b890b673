// What the frame needs when the price is on the screen: the way to the popup, the page's colours, and the screens for after a press or a failure. draw.ts loads it.
import type { Wallet } from '@tuppence/core'
import type { ComponentChildren } from 'preact'
import { visitWallet } from '../errand.ts'
import type { LaterTexts } from '../locale/index.ts'
import { Screen } from './parts.tsx'
import type { Note, View } from './sale.ts'
import { price } from './state.ts'

export { failReason, isUnknown, payInPopup } from './aside.ts'
export { applyTheme } from '../theme.ts'

type FailedView = Extract<View, { status: 'failed' }>
type DeliveredView = Extract<View, { status: 'delivered' }>
type WithTexts = { readonly texts: LaterTexts }

/** What to say beside a price that is shown again. */
export function noteText(texts: LaterTexts | undefined, note: Note, amount: string): string | undefined {
  switch (note) {
    case 'price-changed':
      return texts?.priceChanged(amount)
    case 'declined':
      return texts?.declined
    case 'popup-blocked':
      return texts?.popupBlocked
    case 'too-little':
      return undefined
  }
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
export function Failed({ texts, view, host, retry }: FailedProps) {
  const reason = texts[view.reason]
  return (
    <Screen state="failed">
      <div class="words" role="alert">
        <b>{typeof reason === 'string' ? reason : reason(host)}</b>
        <span>{view.money === 'safe' ? texts.moneySafe : texts.notPaid}</span>
      </div>
      <button type="button" class="quiet" onClick={retry}>
        {texts.tryAgain}
      </button>
    </Screen>
  )
}

type DeliveredProps = WithTexts & { readonly view: DeliveredView; readonly wallet: Wallet; readonly site: string }

/** The line under what was bought. */
export function Delivered({ texts, view, wallet, site }: DeliveredProps) {
  const { how, amount, unit } = view
  const said = {
    paid: amount === undefined || unit === undefined ? texts.opened : texts.paid(price(amount, unit)),
    opened: texts.opened,
    free: texts.free,
  }
  return (
    <Screen state="delivered" how={how} shape="strip">
      <span role="status">{said[how]}</span>
      <WalletLink wallet={wallet} site={site}>
        {texts.wallet}
      </WalletLink>
    </Screen>
  )
}

type LinkProps = { readonly wallet: Wallet; readonly site: string; readonly children: ComponentChildren }

/** To the wallet page. From a partition it takes along what was done with the money lent to this site. */
export function WalletLink({ wallet, site, children }: LinkProps) {
  const visit = (event: Event) => {
    if (wallet.mode === 'vault') return
    event.preventDefault()
    const reporting = wallet.reportAllowance(site).catch(() => undefined)
    visitWallet(reporting.then((report) => ({ kind: 'visit', ...(report && { report }) })))
  }
  return (
    <a class="link" href="/" target="_blank" rel="noopener" onClick={visit}>
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
