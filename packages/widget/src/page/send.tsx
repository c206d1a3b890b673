// Money out to any Cashu wallet, as a token: text, link and code; what nobody has taken yet can be taken back. move.tsx shows it.
import { useStore } from '@nanostores/preact'
import type { SentPayment } from '@tuppence/core'
import { useState } from 'preact/hooks'
import { money } from '../money.ts'
import { Working } from '../parts/parts.tsx'
import { cameraText } from './camera-text.ts'
import { Handover } from './handover.tsx'
import { linkTo } from './route.ts'
import { AmountField, readAmount } from './typed-amount.tsx'
import { defaultUnit, sentence, type ScreenProps } from './words.ts'

const memoMax = 120

export function Send({ screens, wallet, words }: ScreenProps) {
  const texts = screens.move
  const { spendable = 0 } = useStore(wallet.$balance)[defaultUnit] ?? {}
  const [typed, setTyped] = useState('')
  const [memo, setMemo] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [busy, setBusy] = useState<'busy' | undefined>()
  const [made, setMade] = useState<string>()
  const show = (amount: number) => money(amount, defaultUnit, words.language)

  const make = async (event: SubmitEvent) => {
    event.preventDefault()
    const amount = readAmount(typed, defaultUnit)
    if (amount === undefined) return setWrong(texts.badAmount('2.50'))
    setWrong(undefined)
    setBusy('busy')
    try {
      const line = memo.trim().slice(0, memoMax)
      const outcome = await wallet.send({ amount, unit: defaultUnit, ...(line && { memo: line }) })
      if (outcome.status === 'insufficient') setWrong(texts.sendShort(show(outcome.missing)))
      else {
        setMade(outcome.paymentId)
        setTyped('')
        setMemo('')
      }
    } catch (error) {
      setWrong(sentence(error, words))
    }
    setBusy(undefined)
  }
  return (
    <section class="panel" data-part="send">
      <h2>{texts.send}</h2>
      <p>{texts.sendWhy}</p>
      <form onSubmit={(event) => void make(event)}>
        <AmountField
          label={texts.sendAmount}
          unit={defaultUnit}
          typed={typed}
          type={setTyped}
          wrong={wrong}
          all={{ amount: spendable, label: texts.withdrawAll }}
        />
        <label class="field">
          <span>{texts.sendMemo}</span>
          <input value={memo} maxLength={memoMax} onInput={({ currentTarget }) => setMemo(currentTarget.value)} />
        </label>
        {busy ? <Working text={texts.sendWorking} /> : <button type="submit">{texts.sendGo}</button>}
      </form>
      <SentList made={made} {...{ texts, show, wallet, words }} />
    </section>
  )
}

type ListProps = Pick<ScreenProps, 'wallet' | 'words'> & {
  readonly texts: ScreenProps['screens']['move']
  readonly show: (amount: number) => string
}

/** What was handed over and may not have been taken yet; the newest one stands open. */
function SentList({ made, ...props }: ListProps & { readonly made: string | undefined }) {
  const { texts, wallet } = props
  const sent = useStore(wallet.$payments).filter((payment): payment is SentPayment => payment.kind === 'send')
  const [said, setSaid] = useState<string>()
  return (
    <>
      {sent.length > 0 && <h3>{texts.open}</h3>}
      <ul class="plain" data-testid="sent">
        {sent.map((payment) => (
          <Sent
            key={payment.id}
            payment={payment}
            open={payment.id === made ? 'open' : undefined}
            say={setSaid}
            {...props}
          />
        ))}
      </ul>
      <p role="status">{said}</p>
    </>
  )
}

type SentProps = ListProps & {
  readonly payment: SentPayment
  readonly open: 'open' | undefined
  /** What became of it is said where it stays: the token itself goes from the list. */
  readonly say: (text: string) => void
}

function Sent({ payment, open, texts, show, wallet, words, say }: SentProps) {
  const [busy, setBusy] = useState<'busy' | undefined>()
  const takeBack = async () => {
    setBusy('busy')
    try {
      const end = await wallet.cancel(payment.id)
      say(end === 'undone' ? texts.takenBack : texts.takenAlready)
    } catch (error) {
      say(sentence(error, words))
    }
    setBusy(undefined)
  }
  return (
    <li>
      <details open={open !== undefined}>
        <summary>{texts.sendDone(show(payment.amount))}</summary>
        <Handover
          texts={texts}
          link={linkTo(location.origin, { kind: 'token', text: payment.token })}
          text={payment.token}
          code={cameraText(payment.token)}
        />
        <button type="button" disabled={busy !== undefined} onClick={() => void takeBack()}>
          {texts.takeBack}
        </button>
      </details>
    </li>
  )
}
