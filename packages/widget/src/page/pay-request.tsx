// Somebody's payment request (NUT-18, NUT-26): shown first, paid on a press. move.tsx shows it.
import { payRequest, readRequest, type RequestOutcome } from '@tuppence/core/cashu'
import type { PaymentRequest } from '@tuppence/protocol'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { useArmed } from '../parts/armed.ts'
import { Working } from '../parts/parts.tsx'
import { cameraText } from './camera-text.ts'
import { Handover } from './handover.tsx'
import { Scan } from './scan.tsx'
import { AmountField, readAmount } from './typed-amount.tsx'
import { defaultUnit, sentence, type ScreenProps } from './words.ts'

type Read = { readonly text: string; readonly request: PaymentRequest }

export function PayRequest(props: ScreenProps) {
  const { screens, words } = props
  const texts = screens.move
  const [read, setRead] = useState<Read>()
  const [wrong, setWrong] = useState<string>()
  const look = (text: string) => {
    setWrong(undefined)
    try {
      setRead({ text, request: readRequest(text) })
    } catch (error) {
      setWrong(sentence(error, words))
    }
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    look(String(new FormData(event.currentTarget as HTMLFormElement).get('request')))
  }
  return (
    <section class="panel" data-part="pay-request">
      <h2>{texts.pay}</h2>
      {read ? (
        <Paying key={read.text} read={read} again={() => setRead(undefined)} {...props} />
      ) : (
        <form onSubmit={submit}>
          <p>{texts.payWhy}</p>
          <label class="field">
            <span>{texts.payLabel}</span>
            <textarea
              name="request"
              rows={3}
              dir="ltr"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              required
            />
          </label>
          {wrong !== undefined && <p role="alert">{wrong}</p>}
          <div class="row">
            <button type="submit">{texts.payLook}</button>
            <Scan texts={screens.backup} found={look} />
          </div>
        </form>
      )}
    </section>
  )
}

function Paying({
  read: { text, request },
  again,
  screens,
  wallet,
  words,
}: ScreenProps & { readonly read: Read; readonly again: () => void }) {
  const texts = screens.move
  const unit = request.unit ?? defaultUnit
  const armed = useArmed()
  const [typed, setTyped] = useState('')
  const [state, setState] = useState<'asking' | 'busy' | RequestOutcome>('asking')
  const [wrong, setWrong] = useState<string>()
  const show = (sum: number) => money(sum, unit, words.language)
  const amount = request.amount ?? readAmount(typed, unit)
  const post = request.transports?.find(({ type }) => type === 'post')
  const pay = async (event: SubmitEvent) => {
    event.preventDefault()
    if (amount === undefined) return setWrong(texts.badAmount('2.50'))
    setWrong(undefined)
    setState('busy')
    try {
      const outcome = await payRequest(wallet, { request: text, amount })
      if (outcome.status === 'insufficient') setWrong(texts.sendShort(show(outcome.missing)))
      if (outcome.status === 'declined') setWrong(texts.payNo[outcome.reason])
      setState(outcome.status === 'insufficient' || outcome.status === 'declined' ? 'asking' : outcome)
    } catch (error) {
      setWrong(sentence(error, words))
      setState('asking')
    }
  }
  if (state === 'busy') return <Working text={texts.sendWorking} />
  if (state !== 'asking') return <Paid outcome={state} texts={texts} show={show} />
  return (
    <form onSubmit={(event) => void pay(event)}>
      <div class="offer" data-testid="request">
        <p class="big number">{request.amount === undefined ? texts.askOpen : texts.askDone(show(request.amount))}</p>
        {request.description !== undefined && (
          <p>
            <bdi>{texts.receiveMemo(request.description.slice(0, 200))}</bdi>
          </p>
        )}
        {post && <p class="muted">{texts.payTo(hostOf(new URL(post.target).origin))}</p>}
      </div>
      {request.amount === undefined && (
        <AmountField label={texts.sendAmount} unit={unit} typed={typed} type={setTyped} wrong={undefined} />
      )}
      {wrong !== undefined && <p role="alert">{wrong}</p>}
      <div class="row">
        <button type="submit" class="main" disabled={!armed}>
          {amount === undefined ? texts.pay : texts.payGo(show(amount))}
        </button>
        <button type="button" onClick={again}>
          {texts.payOther}
        </button>
      </div>
    </form>
  )
}

type PaidProps = {
  readonly outcome: RequestOutcome
  readonly texts: ScreenProps['screens']['move']
  readonly show: (amount: number) => string
}

function Paid({ outcome, texts, show }: PaidProps) {
  if (outcome.status === 'delivered') return <p role="status">{texts.paid(show(outcome.amount))}</p>
  if (outcome.status !== 'shown' && outcome.status !== 'undelivered') return null
  return (
    <>
      <p role="status">{outcome.status === 'shown' ? texts.payShown : texts.payUnknown}</p>
      <Handover texts={texts} text={outcome.token} code={cameraText(outcome.token)} />
    </>
  )
}
