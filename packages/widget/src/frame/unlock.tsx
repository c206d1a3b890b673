// The frame as an article's pay button. main starts it when the element asks to unlock.
import type { Wallet } from '@tuppence/core'
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { hostOf } from '../asking.ts'
import { Mark, Working } from '../parts/parts.tsx'
import { $later, $lost, later, show } from './draw.ts'
import { PayButton, Screen } from './parts.tsx'
import { createSale } from './sale.ts'
import { deliveryTo, type Session } from './session.ts'
import { $laterTexts, $words, price } from './state.ts'
import type { Sale, SaleProps, Shape, View } from './view.ts'

type PricedView = Extract<View, { status: 'priced' }>

/** Under this width the words and the buttons need two rows. */
const narrow = { card: 320, panel: 560 } as const

/** Makes the unlock screen; answers what to do with the element's messages. */
export function startUnlock(
  opening: Promise<Wallet>,
  site: string,
): (message: ElementMessage, session: Session) => void {
  let sale: Sale | undefined
  let id = ''
  let url = ''
  /** Of a trip to the wallet's page: good once. */
  let code: string | undefined

  const open = async (session: Session): Promise<void> => {
    const wanted = url
    resize(session, 'card')
    show(() => <Wait state="loading" text={$words.get().texts.loading} />)
    const wallet = await opening
    if (wanted !== url) return
    const made = (sale = createSale({
      wallet,
      site,
      purpose: 'unlock',
      aside: () => later,
      look: async (signal, by) => {
        const input = { url: wanted, site, signal, personal: by === 'personal' }
        const claimed = code && (await later).redeem(wallet, { ...input, code })
        code = undefined
        return (await claimed) || wallet.look(input)
      },
      // Once the element asks for something else, its open request is for that, and gets no answer to this.
      fail: (reason) => sale === made && session.send({ t: 'failed', id, reason }),
      deliver: (delivery) => {
        if (sale !== made) return
        session.send(deliveryTo(id, delivery))
        resize(session, 'strip')
      },
      tell: (t) => session.send({ t, id }),
      resize: (to) => resize(session, to),
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
    if (message.t !== 'unlock' && message.t !== 'claim') return
    // The element asks again after a failure, to have a request open for "Try again": the screen stays as it is.
    // After a delivery it asks because its page lost what was delivered: that is opened again.
    const standing = url === message.url && sale?.$view.get().status !== 'delivered'
    ;({ id, url } = message)
    if (message.t === 'claim') ({ code } = message)
    else if (standing) return
    sale?.stop()
    open(session).catch(async () => {
      const { NoStorage } = await later
      show(() => <NoStorage texts={$laterTexts.get()} />)
    })
  }
}

function resize({ send }: Session, to: Shape): void {
  send({ t: 'resize', height: to === 'strip' ? 48 : innerWidth < narrow[to] ? 160 : 96 })
}

/** The screen of a sale in any state. */
export function Unlock(props: SaleProps) {
  const { sale, wallet } = props
  const view = sale.$view.get()
  if (view.status === 'priced') return <Priced view={view} sale={sale} wallet={wallet} />
  const { texts } = $words.get()
  const waiting = view.status === 'loading' || view.status === 'paying' || view.status === 'opening'
  const screens = !waiting && $later.get()
  const more = $laterTexts.get()
  if (screens && more) return <screens.Rest {...props} view={view} texts={more} />
  return !waiting && $lost.get() ? (
    <Screen state="lost">
      <button type="button" class="quiet words" onClick={() => location.reload()}>
        {texts.lost}
      </button>
    </Screen>
  ) : (
    <Wait state={view.status} text={texts[waiting ? view.status : 'moment']} />
  )
}

function Wait({ state, text }: { readonly state: string; readonly text: string }) {
  return (
    <Screen state={state}>
      <Working text={text} />
    </Screen>
  )
}

type PricedProps = { readonly view: PricedView; readonly sale: Sale; readonly wallet: Wallet }

/** An offer that has a price. */
function Priced({ view: { offer, affordable, note }, sale, wallet: { mode, $balance } }: PricedProps) {
  const { texts } = $words.get()
  const screens = $later.get()
  const amount = price(offer.amount, offer.unit)
  const spendable = $balance.get()[offer.unit]?.spendable ?? 0
  const has = price(spendable, offer.unit)
  // Only a vault knows all that the reader has; elsewhere the popup finds out.
  const short = mode === 'vault' && affordable === 'no' && (spendable > 0 || note === 'too-little')
  const said = note && screens?.noteText($laterTexts.get(), note, amount)
  const about = short ? texts.tooLittle(has) : spendable > 0 ? texts.fromBalance(has) : texts.firstTime
  return (
    <Screen state={short ? 'insufficient' : 'priced'}>
      <div class="words">
        <b>{texts.readAll}</b>
        <span role={said ? 'alert' : 'none'}>{said ?? about}</span>
        {screens && <screens.Beside offer={offer} sale={sale.state} note={note} />}
      </div>
      <PayButton onPress={sale.press}>
        <Mark />
        {short ? texts.addMoney(amount) : texts.unlock(amount)}
      </PayButton>
    </Screen>
  )
}
