// Money back the way it came, by what the mint offers for it (NUT-05). move.tsx shows it.
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import type { FundingMethod } from '@tuppence/protocol'
import { money } from '../money.ts'
import { useArmed } from '../parts/armed.ts'
import { Working } from '../parts/parts.tsx'
import { AmountField, readAmount } from './typed-amount.tsx'
import { defaultUnit, sentence, type ScreenProps } from './words.ts'

type Ways = 'asking' | 'unreachable' | readonly FundingMethod[]

export function Withdraw({ screens, wallet, words }: ScreenProps) {
  const texts = screens.move
  const [ways, setWays] = useState<Ways>('asking')
  useEffect(() => {
    wallet.withdrawMethods().then(
      (methods) => setWays(methods.filter(({ unit }) => unit === defaultUnit)),
      () => setWays('unreachable'),
    )
  }, [wallet])
  const way = typeof ways === 'string' ? undefined : (ways.find(({ method }) => method === 'test') ?? ways[0])
  return (
    <section class="panel" data-part="withdraw">
      <h2>{texts.withdraw}</h2>
      {ways === 'asking' && <Working text={words.texts.loading} />}
      {ways === 'unreachable' && <p role="alert">{texts.offline}</p>}
      {typeof ways !== 'string' && !way && <p>{texts.withdrawNone}</p>}
      {way && <WithdrawBy way={way} screens={screens} wallet={wallet} words={words} />}
    </section>
  )
}

type ByProps = Pick<ScreenProps, 'screens' | 'wallet' | 'words'> & { readonly way: FundingMethod }

/** Takes money out when asked to, and says what came of it. */
function useWithdrawing({ way, screens, wallet, words }: ByProps) {
  const texts = screens.move
  const [wrong, setWrong] = useState<string>()
  const [said, setSaid] = useState<string>()
  const [busy, setBusy] = useState<'busy' | undefined>()
  const show = (amount: number) => money(amount, defaultUnit, words.language)
  /** Resolves to whether it went out. */
  const take = async (amount: number | undefined, to: string): Promise<boolean> => {
    setSaid(undefined)
    setWrong(amount === undefined ? texts.badAmount('2.50') : undefined)
    if (amount === undefined) return false
    setBusy('busy')
    try {
      const input = { amount, unit: defaultUnit, method: way.method, ...(to && { request: to }) }
      const outcome = await wallet.withdraw(input)
      if (outcome.status === 'insufficient') setWrong(texts.sendShort(show(outcome.missing)))
      else if (outcome.status === 'declined' || outcome.status === 'dearer') setWrong(texts.withdrawNo)
      else if (outcome.status === 'pending') setSaid(texts.withdrawPending)
      else setSaid(texts.withdrawn(show(outcome.amount), show(outcome.fee)))
      return outcome.status === 'withdrawn'
    } catch (error) {
      setWrong(sentence(error, words))
      return false
    } finally {
      setBusy(undefined)
    }
  }
  return { take, wrong, said, busy, show }
}

function WithdrawBy(props: ByProps) {
  const { way, screens, wallet } = props
  const texts = screens.move
  const { spendable = 0 } = useStore(wallet.$balance)[defaultUnit] ?? {}
  const armed = useArmed()
  const [typed, setTyped] = useState('')
  const [to, setTo] = useState('')
  const { take, wrong, said, busy, show } = useWithdrawing(props)
  const amount = readAmount(typed, defaultUnit)
  const isTest = way.method === 'test'
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (await take(amount, to.trim())) setTyped('')
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>{isTest ? texts.withdrawTest : texts.withdrawWhy}</p>
      <AmountField
        label={texts.sendAmount}
        unit={defaultUnit}
        typed={typed}
        type={setTyped}
        wrong={wrong}
        all={{ amount: spendable, label: texts.withdrawAll }}
      />
      {!isTest && (
        <label class="field">
          <span>{texts.withdrawTo}</span>
          <textarea
            rows={2}
            dir="ltr"
            value={to}
            onInput={({ currentTarget }) => setTo(currentTarget.value)}
            required
          />
        </label>
      )}
      {busy ? (
        <Working text={texts.withdrawWorking} />
      ) : (
        <button type="submit" disabled={!armed}>
          {amount === undefined ? texts.withdraw : texts.withdrawGo(show(amount))}
        </button>
      )}
      <p role="status">{said}</p>
    </form>
  )
}
