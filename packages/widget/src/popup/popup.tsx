// The popup's screen: why it is there, how much to add if the balance is short, one button. main renders it.
import type { Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { hostOf } from '../asking.ts'
import type { Errand, TakenErrand } from '../errand.ts'
import type { Guest } from '../guest.ts'
import type { ErrorTexts, PopupTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { AddingButtons, AddingChoice, useAdding } from '../parts/adding.tsx'
import { useArmed } from '../parts/armed.ts'
import { Note } from '../parts/note.tsx'
import { Mark, Working } from '../parts/parts.tsx'
import { usePaying } from '../parts/paying.ts'
import { allowanceFor } from '../policy.ts'
import { $step, confirm, type Step } from './state.ts'

type Asking = Extract<Step, { status: 'asking' }>

type Props = {
  readonly wallet: Wallet
  readonly texts: PopupTexts
  readonly errors: ErrorTexts
  readonly language: string
  readonly guest?: Guest
}

export function Popup({ wallet, texts, errors, language, guest = 'resident' }: Props) {
  const step = useStore($step)
  return (
    <main data-step={step.status}>
      <header class="brand">
        <Mark />
        {texts.title}
      </header>
      {step.status === 'asking' ? (
        <Ask {...{ wallet, texts, errors, language, guest, step }} />
      ) : (
        <Status {...{ step, texts, errors, language }} />
      )}
    </main>
  )
}

type StatusProps = Pick<Props, 'texts' | 'errors' | 'language'> & { readonly step: Exclude<Step, Asking> }

function Status({ step, texts, errors, language }: StatusProps) {
  if (step.status === 'on-its-way' || step.status === 'arrived')
    return <Underway step={step} {...{ texts, language }} />
  if (step.status === 'working') return <Working text={step.stage === 'leaving' ? texts.loading : texts[step.stage]} />
  if (step.status === 'loading') return <Working text={texts.loading} />
  if (step.status === 'done') return <p role="status">{texts.done}</p>
  const failures = { ...errors, 'no-coins': texts.noCoins, 'frame-gone': texts.frameGone }
  return (
    <section role="alert">
      <h1>{step.status === 'failed' ? texts.failedTitle : texts.strangerTitle}</h1>
      <p>{step.status === 'failed' ? failures[step.code] : texts.strangerWhy}</p>
      <a href="/">{texts.toWallet}</a>
    </section>
  )
}

type UnderwayProps = Pick<Props, 'texts' | 'language'> & {
  readonly step: Extract<Step, { readonly status: 'on-its-way' | 'arrived' }>
}

/** Back from a checkout: the money is not here yet, or nobody asks for it any more. */
function Underway({ step, texts, language }: UnderwayProps) {
  const paying = usePaying(language)
  if (!paying) return <Working text={texts.loading} />
  const said = paying.texts
  const amount = money(step.amount, step.unit, language)
  const here = step.status === 'arrived'
  return (
    <>
      <section role="status">
        <h1>{here ? said.arrived(amount) : said.onItsWay(amount)}</h1>
        <p>{here ? said.arrivedWhy : said.onItsWayWhy}</p>
        {!here && <Working text={texts.waiting} />}
      </section>
      <footer>
        <button type="button" class={here ? 'main' : ''} onClick={() => window.close()}>
          {said.close}
        </button>
      </footer>
    </>
  )
}

type AskProps = Required<Props> & { readonly step: Asking }

function Ask({ wallet, texts, errors, language, guest, step }: AskProps) {
  const { taken, spendable, note } = step
  const { errand } = taken
  const { unit } = errand
  const armed = useArmed()
  // To confirm is all there is to do when the frame holds the money already.
  const missing = errand.kind === 'confirm' ? 0 : errand.amount - spendable
  const short = missing > 0
  const adding = useAdding({ wallet, unit, language, guest, missing })
  const show = (value: number) => money(value, unit, language)
  const aside = allowanceFor(errand.amount, spendable + (short ? adding.amount : 0))
  return (
    <>
      <Subject errand={errand} price={show(errand.amount)} />
      <section>
        <Why errand={errand} short={short} texts={texts} price={show(errand.amount)} />
        <Note note={note} texts={adding.paying?.texts} errors={errors} balance={show(spendable)} />
        {short && <AddingChoice adding={adding} texts={texts} />}
        {errand.kind === 'lend' && (
          <p class="aside">
            <b>{texts.lendAmount(show(aside))}</b>
            <span>{texts.lendSafe}</span>
          </p>
        )}
        {errand.kind === 'lend' && !short && <p class="muted number">{texts.balance(show(spendable))}</p>}
      </section>
      <footer>
        {short ? (
          <AddingButtons
            adding={adding}
            purpose={errand.purpose}
            testLabel={errand.purpose === 'tip' ? texts.addAndTip : texts.addAndUnlock}
            errors={errors}
            ready={armed}
            choose={(choice) => armed && void confirm(wallet, taken, choice)}
          />
        ) : (
          <Confirm armed={armed} taken={taken} wallet={wallet} texts={texts} price={show(errand.amount)} />
        )}
        <button type="button" onClick={() => window.close()}>
          {texts.cancel}
        </button>
      </footer>
    </>
  )
}

function Subject({ errand, price }: { errand: Errand; price: string }) {
  return (
    <div class="subject">
      <div>
        <p class="host">{hostOf(errand.site)}</p>
        {errand.title !== undefined && <p class="title">{errand.title}</p>}
      </div>
      <p class="price number">{price}</p>
    </div>
  )
}

function Why({ errand, short, texts, price }: { errand: Errand; short: boolean; texts: PopupTexts; price: string }) {
  const host = hostOf(errand.site)
  const [title, why] = short
    ? [texts.fundTitle, texts.fundWhy(price)]
    : errand.kind === 'lend'
      ? [errand.report ? texts.refillTitle(host) : texts.lendTitle(host), '']
      : [texts.confirmTitle(price), errand.because === 'day' ? texts.confirmDay : texts.confirmWhy]
  return (
    <>
      <h1>{title}</h1>
      {why && <p>{why}</p>}
      {errand.kind === 'lend' && <p class="muted">{errand.report ? texts.refillWhy : texts.lendWhy}</p>}
    </>
  )
}

type ConfirmProps = Pick<AskProps, 'wallet' | 'texts'> & {
  readonly armed: boolean
  readonly taken: TakenErrand
  readonly price: string
}

/** All that is to be pressed where the money is there. */
function Confirm({ armed, taken, wallet, texts, price }: ConfirmProps) {
  const press = (event: Event) => {
    if (event.isTrusted && armed) void confirm(wallet, taken, undefined)
  }
  return (
    <button type="button" class="main" disabled={!armed} onClick={press}>
      {(taken.errand.purpose === 'tip' ? texts.tip : texts.unlock)(price)}
    </button>
  )
}
