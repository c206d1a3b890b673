// The trip's screen: whose page the reader comes from, what it costs, one button, and a link back. main renders it.
import type { Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { hostOf } from '../asking.ts'
import type { Guest } from '../guest.ts'
import type { ErrorTexts, PopupTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { AddingButtons, AddingChoice, useAdding } from '../parts/adding.tsx'
import { useArmed } from '../parts/armed.ts'
import { Note } from '../parts/note.tsx'
import { Mark, Working } from '../parts/parts.tsx'
import { usePaying } from '../parts/paying.ts'
import { $step, goOn, priceOf, type Step, type Trip as Journey } from './state.ts'

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
  if (step.status === 'on-its-way') return <OnItsWay {...props} step={step} />
  if (step.status === 'asking') return <Ask {...props} step={step} />
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

type UnderwayProps = StageProps & { readonly step: Extract<Step, { readonly status: 'on-its-way' }> }

/** Back from the checkout, and the money is not here yet. */
function OnItsWay({ texts, language, step, trip }: UnderwayProps) {
  const paying = usePaying(language)
  return (
    <>
      <section role="status">
        {paying && <h1>{paying.texts.onItsWay(money(step.amount, step.unit, language))}</h1>}
        {paying && <p>{paying.texts.onItsWayWhy}</p>}
        <Working text={texts.waiting} />
      </section>
      <footer>
        <a class="back" href={trip.back}>
          {texts.tripBack(hostOf(trip.site))}
        </a>
      </footer>
    </>
  )
}

type AskProps = StageProps & { readonly step: Extract<Step, { readonly status: 'asking' }> }

function Ask({ wallet, trip, texts, errors, language, guest = 'resident', step }: AskProps) {
  const { look, spendable, note } = step
  const armed = useArmed()
  const offer = 'offer' in look ? look.offer : undefined
  const unit = offer?.unit ?? ''
  const price = priceOf(look)
  const missing = Math.max(0, (price ?? 0) - spendable)
  const adding = useAdding({ wallet, unit, language, guest, missing })
  const show = (value: number) => money(value, unit, language)
  const host = hostOf(trip.site)
  const press = (event: Event) => {
    if (event.isTrusted && armed) void goOn(wallet, trip, look, undefined)
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
        <Note note={note} texts={adding.paying?.texts} errors={errors} balance={show(spendable)} />
        {missing > 0 && <AddingChoice adding={adding} texts={texts} />}
      </section>
      <footer>
        {missing > 0 ? (
          <AddingButtons
            adding={adding}
            purpose="unlock"
            testLabel={texts.addAndUnlock}
            errors={errors}
            ready={armed}
            choose={(choice) => armed && void goOn(wallet, trip, look, choice)}
          />
        ) : (
          <button type="button" class="main" disabled={!armed} onClick={press}>
            {price === undefined ? texts.tripOpen : texts.unlock(show(price))}
          </button>
        )}
        <a class="back" href={trip.back}>
          {texts.tripBack(host)}
        </a>
      </footer>
    </>
  )
}
