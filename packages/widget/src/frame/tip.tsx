// The frame as a tip jar: amounts to press, and one to type. main loads it when the element asks for it.
import type { Wallet } from '@tuppence/core'
import { parseAmount } from '@tuppence/protocol'
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { atom, type WritableAtom } from 'nanostores'
import { hostOf } from '../asking.ts'
import type { Verdict } from '../guard.ts'
import type { LaterTexts } from '../locale/index.ts'
import { Working } from '../parts/parts.tsx'
import { tipPresets } from '../policy.ts'
import { buy } from './buy.ts'
import { later, show, type Later } from './draw.ts'
import { PayButton, Screen } from './parts.tsx'
import { createSale, wayOf } from './sale.ts'
import type { Sale } from './view.ts'
import { deliveryTo, type Session } from './session.ts'
import { $laterTexts, $words, price } from './state.ts'

/** The jar's currency. An element has no say in it, and no till here has another. */
const unit = 'usd'

type Give = (amount: number, verdict: Verdict, seesCovers: boolean) => void

/** Makes the tip screen; answers what to do with the element's messages. */
export function startTip(opening: Promise<Wallet>, site: string): (message: ElementMessage, session: Session) => void {
  let id = ''
  let standing = ''
  const $sale = atom<Sale | undefined>(undefined)

  const open = async (url: string, presets: readonly number[], session: Session): Promise<void> => {
    const asked = standing
    const [wallet, screens] = await Promise.all([opening, later])
    if (asked !== standing) return
    const $wrong = atom(false)
    const draw = (): void => {
      const sale = $sale.get()
      const stores = [$sale, $wrong, ...(sale ? [sale.$view] : [])]
      show(() => <Jar {...{ presets, give, $sale, $wrong, screens }} host={hostOf(new URL(url).origin)} />, ...stores)
    }
    const give: Give = (amount, verdict, seesCovers) => {
      const status = $sale.get()?.$view.get().status
      if ((status && status !== 'priced' && status !== 'delivered') || verdict === 'ignore') return
      // A sale for each press: what it looks at, and pays at most once, is a tip of this amount.
      const sale = createSale({
        wallet,
        site,
        purpose: 'tip',
        aside: () => later,
        look: (signal) => wallet.lookTip({ url, site, amount, unit, signal }),
        // The element's open request may be for another jar by then.
        fail: (reason) => $sale.get() === sale && session.send({ t: 'failed', id, reason }),
        deliver: (delivery) => $sale.get() === sale && session.send(deliveryTo(id, delivery)),
      })
      $sale.set(sale)
      draw()
      const payable = (wallet.$balance.get()[unit]?.spendable ?? 0) >= amount
      void buy(sale, wayOf(wallet.mode, { amount, payable, verdict, seesCovers }), { amount, unit })
    }
    session.send({ t: 'resize', height: 160 })
    draw()
  }

  return (message, session) => {
    if (message.t === 'cancel' && message.id === id) {
      $sale.get()?.stop()
      session.send({ t: 'cancelled', id })
    }
    if (message.t !== 'tip') return
    const { url, presets = tipPresets } = message
    const asked = `${url} ${presets.join()}`
    ;({ id } = message)
    if (asked === standing) return
    standing = asked
    // The buttons go first: a page could otherwise change what one that is about to be pressed gives, and to whom.
    show(() => (
      <Screen state="loading">
        <Working text={$words.get().texts.moment} />
      </Screen>
    ))
    $sale.get()?.stop()
    $sale.set(undefined)
    open(url, presets, session).catch(async () => {
      const { NoStorage } = await later
      show(() => <NoStorage texts={$laterTexts.get()} />)
    })
  }
}

export type JarProps = {
  readonly presets: readonly number[]
  readonly give: Give
  /** The attempt of the last press; none at first, and after one that was put aside. */
  readonly $sale: WritableAtom<Sale | undefined>
  /** Whether what was typed is no amount. */
  readonly $wrong: WritableAtom<boolean>
  readonly screens: Later
  readonly host: string
}

/** The jar in any state. */
export function Jar(props: JarProps) {
  const { $sale, $wrong, screens, host } = props
  const texts = $laterTexts.get()
  const sale = $sale.get()
  const view = sale?.$view.get()
  const putAside = () => {
    sale?.stop()
    $sale.set(undefined)
  }
  if (!texts || view?.status === 'loading' || view?.status === 'paying' || view?.status === 'opening') {
    return (
      <Screen state={texts ? 'paying' : 'loading'}>
        <Working text={$words.get().texts[texts ? 'paying' : 'loading']} />
      </Screen>
    )
  }
  if (view?.status === 'failed') return <screens.Failed texts={texts} view={view} host={host} retry={putAside} />
  if (view?.status === 'popup') return <screens.InPopup texts={texts} stop={putAside} />
  const said = {
    none: texts.tipTitle,
    priced: view?.status === 'priced' && view.note === 'popup-blocked' ? texts.popupBlocked : texts.notPaid,
    delivered: view?.status === 'delivered' && view.offer ? texts.tipThanks(price(view.offer.amount, unit)) : '',
    // A jar has no more than its amounts.
    perk: '',
  }
  const title = $wrong.get() ? texts.tipBadAmount('2.50') : said[view?.status ?? 'none']
  return <Amounts {...props} texts={texts} title={title} state={view?.status ?? 'priced'} />
}

function Amounts({
  presets,
  give,
  $wrong,
  texts,
  title,
  state,
}: JarProps & { texts: LaterTexts; title: string; state: string }) {
  const giveTyped = (verdict: Verdict, seesCovers: boolean) => {
    const amount = readAmount(document.querySelector('input')?.value ?? '')
    $wrong.set(amount === undefined)
    if (amount !== undefined) give(amount, verdict, seesCovers)
  }
  return (
    <Screen state={state}>
      <div class="jar">
        <b role="status">{title}</b>
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
              maxLength={9}
              aria-invalid={$wrong.get()}
            />
          </label>
          <PayButton type="submit" onPress={giveTyped}>
            {texts.tipGive}
          </PayButton>
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
