// The device that has the wallet: shows a code, compares six digits, hands the seed over. backup.tsx shows it.
import { offerPairing, type PairingMet } from '@tuppence/core/pairing'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Working } from '../parts/parts.tsx'
import { Handover } from './handover.tsx'
import { seedOf } from './own-seed.ts'
import { linkTo } from './route.ts'
import { sentence, type ScreenProps } from './words.ts'

type Step =
  | { readonly at: 'start' | 'making' | 'sending' | 'done' | 'refused' }
  | { readonly at: 'offered'; readonly link: string }
  | { readonly at: 'met'; readonly met: PairingMet }
  | { readonly at: 'failed'; readonly said: string }

export function ConnectDevice({ screens, words, db, mints }: ScreenProps) {
  const texts = screens.backup
  const [step, setStep] = useState<Step>({ at: 'start' })
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const failed = (error: unknown) => {
    if (!stop.current.signal.aborted) setStep({ at: 'failed', said: sentence(error, words) })
  }
  const start = async () => {
    setStep({ at: 'making' })
    try {
      const offer = await offerPairing({ mint: mints[0] ?? '' })
      setStep({ at: 'offered', link: linkTo(location.origin, { kind: 'pair', text: offer.text }) })
      setStep({ at: 'met', met: await offer.met(stop.current.signal) })
    } catch (error) {
      failed(error)
    }
  }
  const answer = async (met: PairingMet, same: 'same' | 'other') => {
    setStep({ at: 'sending' })
    try {
      if (same === 'same') await met.confirm(await seedOf(db))
      else await met.refuse()
      setStep({ at: same === 'same' ? 'done' : 'refused' })
    } catch (error) {
      failed(error)
    }
  }
  const again = step.at === 'start' || step.at === 'refused' || step.at === 'failed'
  return (
    <section class="panel" data-way="device" data-step={step.at}>
      <h2>{texts.device}</h2>
      <p>{texts.deviceWhy}</p>
      {again && (
        <button type="button" onClick={() => void start()}>
          {texts.deviceStart}
        </button>
      )}
      {step.at === 'offered' && (
        <>
          <p>{texts.deviceScan}</p>
          <Handover texts={screens.move} link={step.link} code={step.link} />
          <Working text={texts.deviceWaiting} />
        </>
      )}
      {step.at === 'met' && (
        <div class="ask">
          <p id="compare">{texts.deviceCompare}</p>
          <p class="digits number" dir="ltr" data-testid="pair-code">
            {step.met.code}
          </p>
          <div class="row">
            <button type="button" class="main" aria-describedby="compare" onClick={() => void answer(step.met, 'same')}>
              {texts.deviceSame}
            </button>
            <button type="button" onClick={() => void answer(step.met, 'other')}>
              {texts.deviceOther}
            </button>
          </div>
        </div>
      )}
      {(step.at === 'making' || step.at === 'sending') && <Working text={texts.deviceSending} />}
      <p role="status">
        {step.at === 'done' && texts.deviceDone}
        {step.at === 'refused' && texts.deviceRefused}
        {step.at === 'failed' && step.said}
      </p>
    </section>
  )
}
