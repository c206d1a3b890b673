// The wallet page's way to add money: how much, how it goes, and why not less.
import type { TopUpState } from '@tuppence/core'
import { useState } from 'preact/hooks'
import { guestTopUpMax, type Guest } from '../guest.ts'
import { money } from '../money.ts'
import { mayAdd, useFunding } from '../parts/funding.ts'
import { Amounts, FundingNote } from '../parts/money-in.tsx'
import { Working } from '../parts/parts.tsx'
import { topUpAmounts, topUpDefault } from '../policy.ts'
import { cardFee, feeOn, feePermille } from './fees.ts'
import { defaultUnit, sentence, type SectionProps, type Words } from './words.ts'

type Progress = { readonly stage: TopUpState } | { readonly said: string; readonly bad?: true }

/** The steps that a reader sees, in order; `done` is what follows them. */
const steps = ['quoting', 'waiting', 'paid', 'minting', 'done'] as const satisfies readonly TopUpState[]

export function AddMoney({ wallet, words, guest = 'resident' }: SectionProps & { readonly guest?: Guest }) {
  const { texts, language } = words
  const most = guest === 'guest' ? guestTopUpMax : Infinity
  const [amount, choose] = useState(Math.min(topUpDefault, most))
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
      else if (outcome.status === 'refused') setProgress({ said: words.errors['funding-refused'], bad: true })
      else setProgress({ said: texts.added(money(outcome.amount, outcome.unit, language)) })
      // Now there is something to lose: the browser is asked not to clear it away by itself.
      void navigator.storage?.persist?.().catch(() => false)
    } catch (error) {
      setProgress({ said: sentence(error, words), bad: true })
    }
  }

  return (
    <section class="panel" id="add">
      <h2>{texts.addMoney}</h2>
      <Amounts legend={texts.amounts} unit={defaultUnit} amount={amount} {...{ language, choose, most }} />
      <FundingNote funding={funding} name={texts.testMoney} why={texts.testMoneyWhy} none={texts.noFunding} />
      <button type="button" class="main" disabled={busy || !mayAdd(funding)} onClick={() => void add()}>
        {texts.addTest(money(amount, defaultUnit, language))}
      </button>
      {progress && 'stage' in progress && (
        <div class="progress">
          <Working text={texts.adding[progress.stage]} />
          <progress aria-label={texts.addMoney} max={steps.length - 1} value={steps.indexOf(progress.stage)} />
        </div>
      )}
      {progress && 'said' in progress && <p role={progress.bad ? 'alert' : 'status'}>{progress.said}</p>}
      <WhyNotLess words={words} />
    </section>
  )
}

/** What a card's fee takes of a dollar, and of the amounts above. */
function WhyNotLess({ words: { texts, language } }: { readonly words: Words }) {
  const show = (amount: number) => money(amount, defaultUnit, language)
  const percent = (permille: number) =>
    new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(permille / 1000)
  return (
    <details class="why">
      <summary>{texts.smallTitle(show(100))}</summary>
      <p>{texts.smallWhy(show(cardFee.fixed), percent(cardFee.permille))}</p>
      <dl class="number">
        {[100, ...topUpAmounts].map((amount) => (
          <div key={amount}>
            <dt>{texts.smallOf(show(amount))}</dt>
            <dd>
              {texts.smallFee(show(feeOn(amount)), percent(feePermille(amount)))}
              <meter aria-hidden="true" max={400} value={feePermille(amount)} />
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted">{texts.smallTest}</p>
    </details>
  )
}
