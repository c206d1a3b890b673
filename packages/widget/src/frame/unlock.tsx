// The frame as an article's pay button. main starts it when the element asks to unlock.
import type { Wallet } from '@tuppence/core'
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { useStore } from '@nanostores/preact'
import { render } from 'preact'
import { hostOf } from '../asking.ts'
import { Mark, Working } from '../parts/parts.tsx'
import { PayButton, Screen } from './parts.tsx'
import { createSale, type Sale, type View } from './sale.ts'
import { deliveryTo, type Session } from './session.ts'
import { $language, $texts, price } from './state.ts'

type Priced = Extract<View, { status: 'priced' }>

/** Under this width the words and the button need two rows. */
const narrow = 320

/** Makes the unlock screen; answers what to do with the element's messages. */
export function startUnlock(
  opening: Promise<Wallet>,
  site: string,
): (message: ElementMessage, session: Session) => void {
  let sale: Sale | undefined
  let id = ''
  let url = ''

  const open = async (session: Session): Promise<void> => {
    const wanted = url
    session.send({ t: 'resize', height: innerWidth < narrow ? 160 : 96 })
    render(<Screen state="loading">{<Loading />}</Screen>, document.body)
    const wallet = await opening
    if (wanted !== url) return
    sale = createSale({
      wallet,
      site,
      purpose: 'unlock',
      look: (signal) => wallet.look({ url: wanted, site, signal }),
      fail: (reason) => session.send({ t: 'failed', id, reason }),
      deliver: (delivery) => {
        session.send(deliveryTo(id, delivery))
        session.send({ t: 'resize', height: 48 })
      },
    })
    render(<Unlock key={wanted} sale={sale} wallet={wallet} host={hostOf(new URL(wanted).origin)} />, document.body)
    await sale.begin()
  }

  return (message, session) => {
    if (message.t === 'cancel' && message.id === id) {
      sale?.stop()
      session.send({ t: 'cancelled', id })
    }
    if (message.t !== 'unlock') return
    // The element asks again after a failure, to have a request open for "Try again": the screen stays as it is.
    const standing = url === message.url
    ;({ id, url } = message)
    if (standing) return
    sale?.stop()
    open(session).catch(() => {
      render(<Screen state="failed">{<NoStorage />}</Screen>, document.body)
    })
  }
}

export function Unlock({ sale, wallet, host }: { sale: Sale; wallet: Wallet; host: string }) {
  const view = useStore(sale.$view)
  const texts = useStore($texts)
  const language = useStore($language)
  const balances = useStore(wallet.$balance)
  switch (view.status) {
    case 'priced': {
      const balance = balances[view.offer.unit]?.spendable ?? 0
      return <Priced key={language} view={view} balance={balance} vault={wallet.mode === 'vault'} press={sale.press} />
    }
    case 'failed':
      return <Failed view={view} host={host} retry={sale.retry} />
    case 'delivered':
      return <Delivered view={view} />
    case 'popup':
      return (
        <Screen state="popup">
          <div class="words">
            <b role="status">{texts.finishInPopup}</b>
            <span>{texts.finishInPopupWhy}</span>
          </div>
          <button type="button" class="quiet" onClick={sale.stop}>
            {texts.stop}
          </button>
        </Screen>
      )
    default:
      return (
        <Screen state={view.status === 'opening' ? 'loading' : view.status}>
          <Working text={texts[view.status]} />
        </Screen>
      )
  }
}

function Priced({
  view,
  balance,
  vault,
  press,
}: {
  view: Priced
  balance: number
  vault: boolean
  press: Sale['press']
}) {
  const texts = useStore($texts)
  const { offer, affordable, note } = view
  const amount = price(offer.amount, offer.unit)
  // Only a vault knows all that the reader has; elsewhere the popup finds out.
  const short = vault && affordable === 'no' && (balance > 0 || note === 'too-little')
  const words = {
    'price-changed': texts.priceChanged(amount),
    declined: texts.declined,
    'popup-blocked': texts.popupBlocked,
    'too-little': undefined,
  }[note ?? 'too-little']
  const about = short
    ? texts.tooLittle(price(balance, offer.unit))
    : balance > 0
      ? texts.fromBalance(price(balance, offer.unit))
      : texts.firstTime
  return (
    <Screen state={short ? 'insufficient' : 'priced'}>
      <div class="words">
        <b>{texts.readAll}</b>
        <span role={words ? 'alert' : undefined}>{words ?? about}</span>
      </div>
      <PayButton onPress={press}>
        <Mark />
        {short ? texts.addMoney(amount) : texts.unlock(amount)}
      </PayButton>
    </Screen>
  )
}

/** What went wrong, and what it means for the reader's money. */
export function Failed({
  view,
  host,
  retry,
}: {
  view: Extract<View, { status: 'failed' }>
  host: string
  retry: () => void
}) {
  const texts = useStore($texts)
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

function Delivered({ view }: { view: Extract<View, { status: 'delivered' }> }) {
  const texts = useStore($texts)
  const paid = view.how === 'paid' && view.amount !== undefined ? texts.paid(price(view.amount, view.unit!)) : undefined
  return (
    <Screen state="delivered" how={view.how} strip>
      <span role="status">{paid ?? (view.how === 'free' ? texts.free : texts.opened)}</span>
      <a href="/" target="_blank" rel="noopener">
        {texts.wallet}
      </a>
    </Screen>
  )
}

function Loading() {
  return <Working text={useStore($texts).loading} />
}

function NoStorage() {
  return <p role="alert">{useStore($texts).storage}</p>
}
