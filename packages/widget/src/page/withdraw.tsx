// Money back the way it came, by what the mint offers for it (NUT-05): what it costs is said before the press that takes it. move.tsx shows it.
import type { WithdrawOutcome } from '@tuppence/core'
import {
  instrumentsOf,
  quoteWithdrawal,
  withdrawTo,
  type Instrument,
  type Withdrawal,
  type WithdrawalQuote,
} from '@tuppence/core/funding'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import type { FundingMethod } from '@tuppence/protocol'
import { chooseLanguage, type FundingTexts } from '../locale/index.ts'
import { loadTexts } from '../locale/parts.ts'
import { money } from '../money.ts'
import { useArmed } from '../parts/armed.ts'
import { Working } from '../parts/parts.tsx'
import { InstrumentChoice } from './instrument-choice.tsx'
import { AmountField, readAmount } from './typed-amount.tsx'
import { defaultUnit, sentence, type ScreenProps } from './words.ts'

type Ways = 'asking' | 'unreachable' | readonly FundingMethod[]

export function Withdraw({ screens, wallet, words }: ScreenProps) {
  const texts = screens.move
  const [ways, setWays] = useState<Ways>('asking')
  const [instruments, setInstruments] = useState<readonly Instrument[]>([])
  const [more, setMore] = useState<FundingTexts>()
  const look = () => instrumentsOf(wallet).then(setInstruments, () => {})
  useEffect(() => {
    wallet.withdrawMethods().then(
      (methods) => setWays(methods.filter(({ unit }) => unit === defaultUnit)),
      () => setWays('unreachable'),
    )
    void look()
  }, [wallet])
  useEffect(() => void loadTexts('funding', chooseLanguage([words.language])).then(setMore, () => {}), [words.language])
  const way = typeof ways === 'string' ? undefined : bestWay(ways, instruments)
  // What was paid in at this mint by the way that leads back.
  const here = instruments.filter(({ method }) => method === way?.method)
  return (
    <section class="panel" data-part="withdraw">
      <h2>{texts.withdraw}</h2>
      {(ways === 'asking' || !more) && <Working text={words.texts.loading} />}
      {ways === 'unreachable' && <p role="alert">{texts.offline}</p>}
      {typeof ways !== 'string' && !way && <p>{texts.withdrawNone}</p>}
      {way && more && (
        <WithdrawBy {...{ way, screens, wallet, words, more, look }} instruments={here} key={way.method} />
      )}
    </section>
  )
}

/** Back to a card where there is one; else test money, which goes nowhere; else what the mint has. */
function bestWay(ways: readonly FundingMethod[], instruments: readonly Instrument[]): FundingMethod | undefined {
  const paidBy = ways.find(({ method }) => instruments.some((one) => one.method === method))
  return paidBy ?? ways.find(({ method }) => method === 'test') ?? ways[0]
}

type ByProps = Pick<ScreenProps, 'screens' | 'wallet' | 'words'> & {
  readonly way: FundingMethod
  readonly more: FundingTexts
  readonly instruments: readonly Instrument[]
  readonly look: () => Promise<void>
}

type Asked = { readonly input: Withdrawal; readonly quoted: WithdrawalQuote }

/** Asks what it costs, takes money out when that is nothing or was agreed to, and says what came of it. */
function useWithdrawing({ screens, wallet, words, more, look }: ByProps) {
  const texts = screens.move
  const [wrong, setWrong] = useState<string>()
  const [said, setSaid] = useState<string>()
  const [busy, setBusy] = useState<'busy' | undefined>()
  const [asked, setAsked] = useState<Asked>()
  const show = (amount: number) => money(amount, defaultUnit, words.language)
  const tell = (outcome: WithdrawOutcome) => {
    if (outcome.status === 'insufficient') setWrong(texts.sendShort(show(outcome.missing)))
    else if (outcome.status === 'declined') setWrong(texts.withdrawNo)
    else if (outcome.status === 'dearer') setWrong(more.dearer(show(outcome.fee)))
    else if (outcome.status === 'pending') setSaid(texts.withdrawPending)
    else setSaid(texts.withdrawn(show(outcome.amount), show(outcome.fee)))
  }
  const tried = async (go: () => Promise<void>) => {
    setSaid(undefined)
    setWrong(undefined)
    setAsked(undefined)
    setBusy('busy')
    await go().catch((error: unknown) => setWrong(sentence(error, words)))
    setBusy(undefined)
  }
  const take = ({ input, quoted }: Asked) =>
    tried(async () => {
      tell(await withdrawTo(wallet, input, quoted))
      await look()
    })
  const ask = async (input: Withdrawal | undefined): Promise<void> => {
    if (!input) return setWrong(texts.badAmount('2.50'))
    let free: Asked | undefined
    await tried(async () => {
      const quoted = await quoteWithdrawal(wallet, input)
      if (quoted.fee === 0) free = { input, quoted }
      else setAsked({ input, quoted })
    })
    // It was said that it is nothing by saying nothing: the press stands.
    if (free) await take(free)
  }
  return { ask, take, leave: () => setAsked(undefined), asked, wrong, said, busy, show }
}

function WithdrawBy(props: ByProps) {
  const { way, screens, wallet, more, instruments, words } = props
  const texts = screens.move
  const { spendable = 0 } = useStore(wallet.$balance)[defaultUnit] ?? {}
  const armed = useArmed()
  const [typed, setTyped] = useState('')
  const [to, setTo] = useState('')
  const [chosen, choose] = useState<string>()
  const { ask, take, leave, asked, wrong, said, busy, show } = useWithdrawing(props)
  const amount = readAmount(typed, defaultUnit)
  const isTest = way.method === 'test'
  const isBack = way.method === 'card'
  const instrument = isBack ? (instruments.find(({ quote }) => quote === chosen) ?? instruments[0]) : undefined
  if (isBack && !instrument) return <p>{more.instrumentNone}</p>
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const request = to.trim()
    const input = { unit: defaultUnit, method: way.method, ...(request && { request }), instrument }
    void ask(amount === undefined ? undefined : { ...input, amount })
  }
  return (
    <form onSubmit={submit}>
      <p>{isTest ? texts.withdrawTest : isBack ? more.instrumentWhy : texts.withdrawWhy}</p>
      {instrument && <InstrumentChoice {...{ instruments, instrument, choose, texts: more, words }} />}
      <AmountField
        label={texts.sendAmount}
        unit={defaultUnit}
        typed={typed}
        type={(text) => (leave(), setTyped(text))}
        wrong={wrong}
        all={{ amount: Math.min(spendable, instrument?.left ?? Infinity), label: texts.withdrawAll }}
      />
      {!isTest && !isBack && (
        <label class="field">
          <span>{texts.withdrawTo}</span>
          <textarea
            rows={2}
            dir="ltr"
            value={to}
            onInput={({ currentTarget }) => (leave(), setTo(currentTarget.value))}
            required
          />
        </label>
      )}
      {busy && <Working text={texts.withdrawWorking} />}
      {asked && <Agree {...{ asked, more, show, leave }} take={() => void take(asked)} />}
      {!busy && !asked && (
        <button type="submit" disabled={!armed}>
          {amount === undefined ? texts.withdraw : texts.withdrawGo(show(amount))}
        </button>
      )}
      <p role="status">{said}</p>
    </form>
  )
}

type AgreeProps = {
  readonly asked: Asked
  readonly more: FundingTexts
  readonly show: (amount: number) => string
  readonly take: () => void
  readonly leave: () => void
}

/** What it costs at most, before it is taken. */
function Agree({ asked, more, show, take, leave }: AgreeProps) {
  const amount = show(asked.input.amount)
  return (
    <div class="ask" data-testid="withdraw-fee">
      <p role="status">{more.fee(amount, show(asked.quoted.fee))}</p>
      <div class="row">
        <button type="button" class="main" onClick={take}>
          {more.feeGo(amount)}
        </button>
        <button type="button" onClick={leave}>
          {more.feeNo}
        </button>
      </div>
    </div>
  )
}
