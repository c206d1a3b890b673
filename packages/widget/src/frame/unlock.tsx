// The frame as an article's pay button. main starts it when the element asks to unlock.
import type { Balance, Wallet } from '@tuppence/core'
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { hostOf } from '../asking.ts'
import { Mark, Working } from '../parts/parts.tsx'
import { $later, later, show } from './draw.ts'
import { PayButton, Screen } from './parts.tsx'
import { createSale, type Sale, type View } from './sale.ts'
import { deliveryTo, type Session } from './session.ts'
import { $laterTexts, $words, price } from './state.ts'

type PricedView = Extract<View, { status: 'priced' }>

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
    show(() => <Wait state="loading" text={$words.get().texts.loading} />)
    const wallet = await opening
    if (wanted !== url) return
    const made = (sale = createSale({
      wallet,
      site,
      purpose: 'unlock',
      aside: () => later,
      look: (signal) => wallet.look({ url: wanted, site, signal }),
      // Once the element asks for something else, its open request is for that, and gets no answer to this.
      fail: (reason) => sale === made && session.send({ t: 'failed', id, reason }),
      deliver: (delivery) => {
        if (sale !== made) return
        session.send(deliveryTo(id, delivery))
        session.send({ t: 'resize', height: 48 })
      },
    }))
    const host = hostOf(new URL(wanted).origin)
    show(() => <Unlock sale={made} wallet={wallet} host={host} site={site} />, made.$view, wallet.$balance)
    await made.begin()
  }

  return (message, session) => {
    if (message.t === 'cancel' && message.id === id) {
      sale?.stop()
      session.send({ t: 'cancelled', id })
    }
    if (message.t !== 'unlock') return
    // The element asks again after a failure, to have a request open for "Try again": the screen stays as it is.
    // After a delivery it asks because its page lost what was delivered: that is opened again.
    const standing = url === message.url && sale?.$view.get().status !== 'delivered'
    ;({ id, url } = message)
    if (standing) return
    sale?.stop()
    open(session).catch(async () => {
      const { NoStorage } = await later
      show(() => <NoStorage texts={$laterTexts.get()} />)
    })
  }
}

type UnlockProps = { readonly sale: Sale; readonly wallet: Wallet; readonly host: string; readonly site: string }

/** The screen of a sale in any state. */
export function Unlock({ sale, wallet, host, site }: UnlockProps) {
  const view = sale.$view.get()
  const screens = $later.get()
  const texts = $laterTexts.get()
  if (view.status === 'priced') {
    return <Priced view={view} balance={wallet.$balance.get()[view.offer.unit]} mode={wallet.mode} press={sale.press} />
  }
  if (view.status === 'loading' || view.status === 'paying' || view.status === 'opening') {
    return <Wait state={view.status === 'paying' ? 'paying' : 'loading'} text={$words.get().texts[view.status]} />
  }
  if (!screens || !texts) return <Wait state={view.status} text={$words.get().texts.moment} />
  if (view.status === 'popup') return <screens.InPopup texts={texts} stop={sale.stop} />
  if (view.status === 'failed') return <screens.Failed texts={texts} view={view} host={host} retry={sale.retry} />
  return <screens.Delivered texts={texts} view={view} wallet={wallet} site={site} />
}

function Wait({ state, text }: { readonly state: string; readonly text: string }) {
  return (
    <Screen state={state}>
      <Working text={text} />
    </Screen>
  )
}

type PricedProps = {
  readonly view: PricedView
  readonly balance: Balance | undefined
  readonly mode: Wallet['mode']
  readonly press: Sale['press']
}

function Priced({ view: { offer, affordable, note }, balance, mode, press }: PricedProps) {
  const { texts } = $words.get()
  const amount = price(offer.amount, offer.unit)
  const spendable = balance?.spendable ?? 0
  const has = price(spendable, offer.unit)
  // Only a vault knows all that the reader has; elsewhere the popup finds out.
  const short = mode === 'vault' && affordable === 'no' && (spendable > 0 || note === 'too-little')
  const said = note && $later.get()?.noteText($laterTexts.get(), note, amount)
  const about = short ? texts.tooLittle(has) : spendable > 0 ? texts.fromBalance(has) : texts.firstTime
  return (
    <Screen state={short ? 'insufficient' : 'priced'}>
      <div class="words">
        <b>{texts.readAll}</b>
        <span role={said ? 'alert' : 'none'}>{said ?? about}</span>
      </div>
      <PayButton onPress={press}>
        <Mark />
        {short ? texts.addMoney(amount) : texts.unlock(amount)}
      </PayButton>
    </Screen>
  )
}
