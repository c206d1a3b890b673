// The frame as a tip jar: amounts to press, and one to type. main loads it when the element asks for it.
import type { Wallet } from '@tuppence/core'
import { parseAmount } from '@tuppence/protocol'
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { useStore } from '@nanostores/preact'
import { render } from 'preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import type { Verdict } from '../guard.ts'
import { tipPresets } from '../policy.ts'
import { Working } from '../parts/parts.tsx'
import { PayButton, Screen } from './parts.tsx'
import { createSale, wayOf, type Sale } from './sale.ts'
import { deliveryTo, type Session } from './session.ts'
import { $texts, price } from './state.ts'
import { Failed } from './unlock.tsx'

/** The jar's currency. An element has no say in it, and no till here has another. */
const unit = 'usd'

type Give = (amount: number, verdict: Verdict, seesCovers: boolean) => void

/** Makes the tip screen; answers what to do with the element's messages. */
export function startTip(opening: Promise<Wallet>, site: string): (message: ElementMessage, session: Session) => void {
  let id = ''
  let sale: Sale | undefined

  const show = (wallet: Wallet, url: string, presets: readonly number[], session: Session): void => {
    const give: Give = (amount, verdict, seesCovers) => {
      const busy = sale && !['priced', 'delivered'].includes(sale.$view.get().status)
      if (busy || verdict === 'ignore') return
      // A sale for each press: what it looks at, and pays at most once, is a tip of this amount.
      sale = createSale({
        wallet,
        site,
        purpose: 'tip',
        look: (signal) => wallet.lookTip({ url, site, amount, unit, signal }),
        fail: (reason) => session.send({ t: 'failed', id, reason }),
        deliver: (delivery) => session.send(deliveryTo(id, delivery)),
      })
      draw()
      const payable = (wallet.$balance.get()[unit]?.spendable ?? 0) >= amount
      void sale.buy(wayOf(wallet.mode, { amount, payable, verdict, seesCovers }), { amount, unit })
    }
    const draw = () =>
      render(
        <Jar
          presets={presets}
          give={give}
          sale={sale}
          host={hostOf(new URL(url).origin)}
          again={() => {
            sale = undefined
            draw()
          }}
        />,
        document.body,
      )
    draw()
  }

  return (message, session) => {
    if (message.t === 'cancel' && message.id === id) {
      sale?.stop()
      session.send({ t: 'cancelled', id })
    }
    if (message.t !== 'tip') return
    const first = id === ''
    ;({ id } = message)
    if (!first) return
    session.send({ t: 'resize', height: 160 })
    void opening.then((wallet) => show(wallet, message.url, message.presets ?? tipPresets, session))
  }
}

type JarProps = {
  readonly presets: readonly number[]
  readonly give: Give
  readonly sale: Sale | undefined
  readonly host: string
  /** Puts a finished or failed attempt aside. */
  readonly again: () => void
}

export function Jar(props: JarProps) {
  return props.sale ? <Attempt {...props} sale={props.sale} /> : <Amounts {...props} />
}

function Attempt({ sale, ...props }: JarProps & { readonly sale: Sale }) {
  const view = useStore(sale.$view)
  const texts = useStore($texts)
  if (view.status === 'failed') return <Failed view={view} host={props.host} retry={props.again} />
  if (view.status === 'delivered') {
    const thanks = view.amount === undefined ? texts.tipTitle : texts.tipThanks(price(view.amount, unit))
    return <Amounts {...props} title={thanks} />
  }
  if (view.status === 'priced') {
    return <Amounts {...props} title={view.note === 'popup-blocked' ? texts.popupBlocked : texts.notPaid} />
  }
  return (
    <Screen state={view.status === 'popup' ? 'popup' : 'paying'}>
      <Working text={view.status === 'popup' ? texts.finishInPopup : texts.paying} />
      {view.status === 'popup' && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            sale.stop()
            props.again()
          }}
        >
          {texts.stop}
        </button>
      )}
    </Screen>
  )
}

function Amounts({ presets, give, title }: Omit<JarProps, 'sale'> & { readonly title?: string }) {
  const texts = useStore($texts)
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  const giveTyped = (verdict: Verdict, seesCovers: boolean) => {
    const amount = readAmount(typed)
    setWrong(amount === undefined)
    if (amount !== undefined) give(amount, verdict, seesCovers)
  }
  return (
    <Screen state={title ? 'delivered' : 'priced'}>
      <div class="jar">
        <b role="status">{wrong ? texts.tipBadAmount('2.50') : (title ?? texts.tipTitle)}</b>
        <div class="presets">
          {presets.map((amount) => (
            <PayButton key={amount} onPress={(verdict, seesCovers) => give(amount, verdict, seesCovers)}>
              {price(amount, unit)}
            </PayButton>
          ))}
        </div>
        <form class="other" onSubmit={(event) => event.preventDefault()}>
          <label>
            <span class="hidden">{texts.tipOther}</span>
            <span aria-hidden="true" class="currency">
              $
            </span>
            <input
              inputMode="decimal"
              autocomplete="off"
              placeholder={texts.tipOther}
              value={typed}
              maxLength={9}
              aria-invalid={wrong}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          <PayButton onPress={giveTyped}>{texts.tipGive}</PayButton>
        </form>
      </div>
    </Screen>
  )
}

/** Typed text as minor units; a comma is a dot, too. */
function readAmount(typed: string): number | undefined {
  try {
    return parseAmount(typed.trim().replace(/^\$/, '').replace(',', '.'), unit)
  } catch {
    return undefined
  }
}
