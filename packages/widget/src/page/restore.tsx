// The device that is to get a wallet: by passkey, by twelve words, or from another device. backup.tsx shows it.
import { useStore } from '@nanostores/preact'
import { joinPairing, type KeptSeed } from '@tuppence/core/pairing'
import { useEffect, useRef, useState } from 'preact/hooks'
import { money } from '../money.ts'
import { Working } from '../parts/parts.tsx'
import { seedByPasskey } from './passkey.ts'
import { bringSeed } from './resume.ts'
import { Scan } from './scan.tsx'
import { knowsPasskeys } from './webauthn.ts'
import { defaultUnit, sentence, type ScreenProps } from './words.ts'

type Step = { readonly at: 'start' | 'working' | 'words' | 'link' } | { readonly at: 'joined'; readonly code: string }

type Found = readonly [KeptSeed, ('words' | 'passkey')?]

/** The ways to bring a wallet here, and how far one is. */
function useBringing({ screens, words, db, mints, address }: ScreenProps) {
  const texts = screens.backup
  const [step, setStep] = useState<Step>({ at: address.$arrival.get()?.kind === 'pair' ? 'link' : 'start' })
  const [said, setSaid] = useState<string>()
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const { signal } = stop.current
  const mint = mints[0] ?? ''

  /** Brings what `find` finds; says why it did not, and goes back to where the reader can try again. */
  const bring = async (back: 'start' | 'words' | 'link', find: () => Promise<Found | string>) => {
    setStep({ at: 'working' })
    setSaid(undefined)
    try {
      const found = await find()
      if (typeof found !== 'string') return await bringSeed(db, ...found)
      setSaid(found)
    } catch (error) {
      if (signal.aborted) return
      setSaid(sentence(error, words))
    }
    setStep({ at: back })
  }
  const byPasskey = () =>
    bring('start', async () => {
      const seed = await seedByPasskey(mint)
      if (typeof seed !== 'string') return [seed, 'passkey']
      return { none: texts.restoreNone, stopped: texts.restoreNone, unable: texts.passkeyCannot }[seed]
    })
  const byWords = (text: string) =>
    bring('words', async () => {
      const { seedFromWords } = await import('@tuppence/core/words')
      return [await seedFromWords(text), 'words']
    })
  const byLink = (text: string) =>
    bring('link', async () => {
      address.arrived()
      const joined = await joinPairing({ mint }, text, signal)
      setStep({ at: 'joined', code: joined.code })
      return [await joined.seed(signal)]
    })
  return { step, setStep, said, byPasskey, byWords, byLink }
}

export function Restore(props: ScreenProps) {
  const { screens, wallet, words, reading } = props
  const texts = screens.backup
  const balance = useStore(wallet.$balance)[defaultUnit]
  const held = (balance?.spendable ?? 0) + (balance?.lent ?? 0) + (balance?.reserved ?? 0)
  const bringing = useBringing(props)
  return (
    <section class="panel" data-way="restore" data-step={bringing.step.at}>
      <h2>{texts.restore}</h2>
      <p>{texts.restoreWhy}</p>
      {reading === 'under-way' ? (
        <Working text={words.texts.loading} />
      ) : held > 0 ? (
        <p class="warn">{texts.restoreFull(money(held, defaultUnit, words.language))}</p>
      ) : (
        <Ways {...props} bringing={bringing} />
      )}
      <p role="alert">{bringing.said}</p>
    </section>
  )
}

function Ways({
  bringing,
  screens,
  words,
  address,
  wallet,
}: ScreenProps & { readonly bringing: ReturnType<typeof useBringing> }) {
  const texts = screens.backup
  const arrival = useStore(address.$arrival)
  const bought = Object.keys(useStore(wallet.$purchases)).length
  const { step, setStep, byPasskey, byWords, byLink } = bringing
  switch (step.at) {
    case 'start':
      return (
        <>
          {bought > 0 && <p class="warn">{texts.restoreLoses(bought)}</p>}
          <div class="row">
            {knowsPasskeys() && (
              <button type="button" onClick={() => void byPasskey()}>
                {texts.restorePasskey}
              </button>
            )}
            <button type="button" onClick={() => setStep({ at: 'words' })}>
              {texts.restoreWords}
            </button>
            <button type="button" onClick={() => setStep({ at: 'link' })}>
              {texts.restoreLink}
            </button>
          </div>
        </>
      )
    case 'words':
      return <Field label={texts.restoreWordsLabel} go={texts.restoreGo} take={byWords} />
    case 'link':
      return (
        <>
          <p class="muted">{texts.restoreLinkWhy}</p>
          <Scan texts={texts} found={(text) => void byLink(text)} />
          <Field
            label={texts.restoreLinkLabel}
            go={texts.restoreGo}
            take={byLink}
            {...(arrival?.kind === 'pair' && { text: arrival.text })}
          />
        </>
      )
    case 'working':
      return <Working text={words.texts.loading} />
    case 'joined':
      return (
        <div class="ask">
          <p>{texts.restoreCompare}</p>
          <p class="digits number" dir="ltr" data-testid="pair-code">
            {step.code}
          </p>
          <Working text={texts.deviceWaiting} />
        </div>
      )
  }
}

type FieldProps = {
  readonly label: string
  readonly go: string
  readonly take: (text: string) => Promise<void>
  readonly text?: string
}

function Field({ label, go, take, text = '' }: FieldProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void take(String(new FormData(event.currentTarget as HTMLFormElement).get('text')))
  }
  return (
    <form onSubmit={submit}>
      <label class="field">
        <span>{label}</span>
        <textarea name="text" rows={3} dir="ltr" autocomplete="off" autocapitalize="none" spellcheck={false} required>
          {text}
        </textarea>
      </label>
      <button type="submit" class="main">
        {go}
      </button>
    </form>
  )
}
