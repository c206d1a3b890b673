// The screen for money that comes from or goes to elsewhere: in, out, and back the way it came.
import { useStore } from '@nanostores/preact'
import { formatAmount } from '@tuppence/protocol'
import { useState } from 'preact/hooks'
import { Ask } from './ask.tsx'
import { Known } from './known.tsx'
import { PayRequest } from './pay-request.tsx'
import { Receive } from './receive.tsx'
import { Send } from './send.tsx'
import { Withdraw } from './withdraw.tsx'
import { defaultUnit, type ScreenProps } from './words.ts'

const ways = ['receive', 'send', 'withdraw'] as const
type Way = (typeof ways)[number]

export function Move(props: ScreenProps) {
  const { screens, wallet, words, reading } = props
  const texts = screens.move
  const balances = useStore(wallet.$balance)
  const [way, setWay] = useState<Way>('receive')
  const units = Object.keys(balances).length > 0 ? Object.keys(balances) : [defaultUnit]
  const sum = (unit: string) => formatAmount(balances[unit]?.spendable ?? 0, unit, words.language)
  return (
    <section class="move">
      <h1 tabIndex={-1}>{texts.title}</h1>
      <p class="lead">{texts.why}</p>
      <p class="number">
        {words.texts.balance}:{' '}
        <b data-testid="move-balance" aria-busy={reading === 'under-way'}>
          <Known reading={reading} words={words} text={units.map(sum).join(' · ')} />
        </b>
      </p>
      <fieldset class="choice">
        <legend class="unseen">{texts.title}</legend>
        <div>
          {ways.map((name) => (
            <label key={name}>
              <input type="radio" name="way" checked={name === way} onChange={() => setWay(name)} />
              <span>{texts[name]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {way === 'receive' && (
        <>
          <Receive {...props} />
          <Ask {...props} />
        </>
      )}
      {way === 'send' && (
        <>
          <Send {...props} />
          <PayRequest {...props} />
        </>
      )}
      {way === 'withdraw' && <Withdraw {...props} />}
    </section>
  )
}
