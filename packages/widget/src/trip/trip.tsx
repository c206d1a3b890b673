// The trip's screen: whose page the reader comes from, what it costs, one button, and a link back. main renders it.
import type { Look, Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { guestTopUpMax, type Guest } from '../guest.ts'
import type { ErrorTexts, PopupTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { useArmed } from '../parts/armed.ts'
import { mayAdd, useFunding } from '../parts/funding.ts'
import { Amounts, FundingNote } from '../parts/money-in.tsx'
import { Mark, Working } from '../parts/parts.tsx'
import { topUpFor } from '../policy.ts'
import { $step, goOn, type Step, type Trip as Journey } from './state.ts'

type Props = {
  readonly wallet: Wallet
  /** None where the address names no trip. */
  readonly trip: Journey | undefined
  readonly texts: PopupTexts
  readonly errors: ErrorTexts
  readonly language: string
  readonly guest?: Guest
}

export function Trip(props: Props) {
  const { trip, texts } = props
  const step = useStore($step)
  return (
    <main data-step={trip ? step.status : 'stranger'}>
      <header class="brand">
        <Mark />
        {texts.title}
      </header>
      {trip ? <Stage {...props} trip={trip} step={step} /> : <Nowhere texts={texts} />}
    </main>
  )
}

/** The browser lets nothing be kept: there is no wallet, and a way back. */
export function NoWallet({ trip, texts, errors }: Pick<Props, 'trip' | 'texts' | 'errors'>) {
  return (
    <main data-step="failed">
      <section role="alert">
        <h1>{texts.failedTitle}</h1>
        <p>{errors['storage-unavailable']}</p>
        {trip && <a href={trip.back}>{texts.tripBack(hostOf(trip.site))}</a>}
      </section>
    </main>
  )
}

type StageProps = Props & { readonly trip: Journey; readonly step: Step }

function Stage(props: StageProps) {
  const { step, texts, errors, trip } = props
  if (step.status === 'loading') return <Working text={texts.loading} />
  if (step.status === 'working') return <Working text={texts[step.stage]} />
  if (step.status === 'asking') return <Ask {...props} look={step.look} spendable={step.spendable} />
  return (
    <section role="alert">
      <h1>{texts.failedTitle}</h1>
      <p>{errors[step.code]}</p>
      <a href={trip.back}>{texts.tripBack(hostOf(trip.site))}</a>
    </section>
  )
}

function Nowhere({ texts }: { texts: PopupTexts }) {
  return (
    <section>
      <h1>{texts.strangerTitle}</h1>
      <a href="/">{texts.toWallet}</a>
    </section>
  )
}

type AskProps = StageProps & { readonly look: Look; readonly spendable: number }

/** What is asked of this reader, in minor units; undefined where nothing is: owned, covered, or free this time. */
function priceOf(look: Look): number | undefined {
  return look.status === 'priced' && !look.free ? (look.personal ?? look.offer.amount) : undefined
}

function Ask({ wallet, trip, texts, language, guest, look, spendable }: AskProps) {
  const armed = useArmed()
  const offer = 'offer' in look ? look.offer : undefined
  const price = priceOf(look)
  const missing = (price ?? 0) - spendable
  // A guest adds little, but enough for what is being bought.
  const most = guest === 'guest' ? Math.max(guestTopUpMax, missing) : Infinity
  const [amount, choose] = useState(Math.min(topUpFor(missing), most))
  const funding = useFunding(wallet, offer?.unit ?? '', missing > 0 ? 'wanted' : 'unwanted')
  const ready = armed && (missing <= 0 || mayAdd(funding))
  const show = (value: number) => money(value, offer?.unit ?? '', language)
  const host = hostOf(trip.site)
  const label = () => {
    if (price === undefined) return texts.tripOpen
    return missing > 0 ? texts.addAndUnlock(show(amount)) : texts.unlock(show(price))
  }
  const press = (event: Event) => {
    if (event.isTrusted && ready) void goOn(wallet, trip, look, missing > 0 ? { amount, method: 'test' } : undefined)
  }
  return (
    <>
      <div class="subject">
        <div>
          <p class="host">{host}</p>
          {offer?.title !== undefined && <p class="title">{offer.title}</p>}
        </div>
        {price !== undefined && <p class="price number">{show(price)}</p>}
      </div>
      <section>
        <h1>{missing > 0 ? texts.fundTitle : texts.tripTitle(host)}</h1>
        <p>{texts.tripWhy}</p>
        {missing > 0 && offer && (
          <>
            <Amounts legend={texts.amounts} unit={offer.unit} {...{ language, amount, choose, most }} />
            {guest === 'guest' && <p class="muted">{texts.guest(show(most))}</p>}
            <FundingNote funding={funding} name={texts.testMoney} why={texts.testMoneyWhy} none={texts.noFunding} />
          </>
        )}
      </section>
      <footer>
        <button type="button" class="main" disabled={!ready} onClick={press}>
          {label()}
        </button>
        <a class="back" href={trip.back}>
          {texts.tripBack(host)}
        </a>
      </footer>
    </>
  )
}
