// The popup's screen: why it is there, how much to add if the balance is short, one button. main renders it.
import type { Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import type { Errand, TakenErrand } from '../errand.ts'
import { guestTopUpMax, type Guest } from '../guest.ts'
import type { ErrorTexts, PopupTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { useArmed } from '../parts/armed.ts'
import { mayAdd, useFunding } from '../parts/funding.ts'
import { Amounts, FundingNote } from '../parts/money-in.tsx'
import { Mark, Working } from '../parts/parts.tsx'
import { allowanceFor, topUpFor } from '../policy.ts'
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
        <Ask wallet={wallet} texts={texts} language={language} guest={guest} step={step} />
      ) : (
        <Status step={step} texts={texts} errors={errors} />
      )}
    </main>
  )
}

function Status({ step, texts, errors }: { step: Exclude<Step, Asking>; texts: PopupTexts; errors: ErrorTexts }) {
  if (step.status === 'working') return <Working text={texts[step.stage]} />
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

type AskProps = Required<Omit<Props, 'errors'>> & { readonly step: Asking }

function Ask({ wallet, texts, language, guest, step: { taken, spendable } }: AskProps) {
  const { errand } = taken
  const armed = useArmed()
  const missing = errand.amount - spendable
  // A guest adds little, but enough for what is being bought.
  const most = guest === 'guest' ? Math.max(guestTopUpMax, missing) : Infinity
  const [amount, choose] = useState(Math.min(topUpFor(missing), most))
  const show = (value: number) => money(value, errand.unit, language)
  // To confirm is all there is to do when the frame holds the money already.
  const short = errand.kind !== 'confirm' && missing > 0
  const funding = useFunding(wallet, errand.unit, short ? 'wanted' : 'unwanted')
  const ready = armed && (!short || mayAdd(funding))
  const verbs = errand.purpose === 'tip' ? [texts.addAndTip, texts.tip] : [texts.addAndUnlock, texts.unlock]
  return (
    <>
      <Subject errand={errand} price={show(errand.amount)} />
      <section>
        <Why errand={errand} short={short} texts={texts} price={show(errand.amount)} />
        {short && (
          <>
            <Amounts legend={texts.amounts} unit={errand.unit} {...{ language, amount, choose, most }} />
            {guest === 'guest' && <p class="muted">{texts.guest(show(most))}</p>}
            <FundingNote funding={funding} name={texts.testMoney} why={texts.testMoneyWhy} none={texts.noFunding} />
          </>
        )}
        {errand.kind === 'lend' && (
          <p class="aside">
            <b>{texts.lendAmount(show(allowanceFor(errand.amount, spendable + (short ? amount : 0))))}</b>
            <span>{texts.lendSafe}</span>
          </p>
        )}
        {errand.kind === 'lend' && !short && <p class="muted number">{texts.balance(show(spendable))}</p>}
      </section>
      <Buttons texts={texts} armed={ready} taken={taken} wallet={wallet} topUp={short ? amount : undefined}>
        {short ? verbs[0]!(show(amount)) : verbs[1]!(show(errand.amount))}
      </Buttons>
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

type ButtonsProps = {
  readonly texts: PopupTexts
  readonly armed: boolean
  readonly taken: TakenErrand
  readonly wallet: Wallet
  readonly topUp: number | undefined
  readonly children: ComponentChildren
}

function Buttons({ texts, armed, taken, wallet, topUp, children }: ButtonsProps) {
  const press = (event: Event) => {
    if (!event.isTrusted || !armed) return
    void confirm(wallet, taken, topUp === undefined ? undefined : { amount: topUp, method: 'test' })
  }
  return (
    <footer>
      <button type="button" class="main" disabled={!armed} onClick={press}>
        {children}
      </button>
      <button type="button" onClick={() => window.close()}>
        {texts.cancel}
      </button>
    </footer>
  )
}
