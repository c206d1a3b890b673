// The wallet page's way to add money: test money, and it says so.
import type { TopUpState } from '@tuppence/core'
import { useState } from 'preact/hooks'
import { money } from '../money.ts'
import { mayAdd, useFunding } from '../parts/funding.ts'
import { Amounts, FundingNote } from '../parts/money-in.tsx'
import { Working } from '../parts/parts.tsx'
import { topUpDefault } from '../policy.ts'
import { defaultUnit, sentence, type SectionProps } from './words.ts'

type Progress = { readonly stage: TopUpState } | { readonly said: string; readonly bad?: true }

export function AddMoney({ wallet, words }: SectionProps) {
  const { texts, language } = words
  const [amount, choose] = useState(topUpDefault)
  const [progress, setProgress] = useState<Progress>()
  const funding = useFunding(wallet, defaultUnit)
  const busy = progress !== undefined && 'stage' in progress

  const add = async () => {
    setProgress({ stage: 'quoting' })
    try {
      const onState = (stage: TopUpState) => setProgress({ stage })
      const outcome = await wallet.topUp({ amount, unit: defaultUnit, method: 'test', onState })
      if (outcome.status === 'expired') setProgress({ said: words.errors['quote-expired'], bad: true })
      else if (outcome.status === 'waiting') setProgress({ said: words.errors['quote-unpaid'], bad: true })
      else setProgress({ said: texts.added(money(outcome.amount, outcome.unit, language)) })
    } catch (error) {
      setProgress({ said: sentence(error, words), bad: true })
    }
  }

  return (
    <section class="panel" id="add">
      <h2>{texts.addMoney}</h2>
      <Amounts legend={texts.amounts} unit={defaultUnit} language={language} amount={amount} choose={choose} />
      <FundingNote funding={funding} name={texts.testMoney} why={texts.testMoneyWhy} none={texts.noFunding} />
      <button type="button" class="main" disabled={busy || !mayAdd(funding)} onClick={() => void add()}>
        {texts.addTest(money(amount, defaultUnit, language))}
      </button>
      {progress && 'stage' in progress && <Working text={texts.adding[progress.stage]} />}
      {progress && 'said' in progress && <p role={progress.bad ? 'alert' : 'status'}>{progress.said}</p>}
    </section>
  )
}
