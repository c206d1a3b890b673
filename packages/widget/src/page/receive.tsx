// Money in from any Cashu wallet: pasted, scanned, or brought by a link. It is shown before it is taken. move.tsx shows it.
import { useStore } from '@nanostores/preact'
import { addMint, lookAtMint, mintsOf, receiveToken, type MintSummary } from '@tuppence/core/cashu'
import { decodeToken, type Token } from '@tuppence/protocol'
import { useEffect, useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { Working } from '../parts/parts.tsx'
import { readFragment } from './route.ts'
import { Scan } from './scan.tsx'
import { sentence, type ScreenProps } from './words.ts'

type Offered = { readonly text: string; readonly token: Token }

/** Finds the token in what was pasted or scanned: the text itself, or our link. */
export function tokenIn(pasted: string): string {
  const text = pasted.trim()
  const fragment = text.indexOf('#token=')
  return fragment < 0 ? text : (readFragment(text.slice(fragment)).arrival?.text ?? text)
}

export function Receive({ screens, wallet, words, address }: ScreenProps) {
  const texts = screens.move
  const arrival = useStore(address.$arrival)
  const [offered, setOffered] = useState<Offered>()
  const [busy, setBusy] = useState<'busy' | undefined>()
  const [said, setSaid] = useState<{ readonly text: string; readonly bad?: true }>()

  const look = (pasted: string) => {
    setSaid(undefined)
    try {
      const text = tokenIn(pasted)
      setOffered({ text, token: decodeToken(text) })
    } catch (error) {
      setSaid({ text: sentence(error, words), bad: true })
    }
  }
  useEffect(() => {
    if (arrival?.kind !== 'token') return
    look(arrival.text)
    address.arrived()
  }, [arrival])
  const take = async ({ text, token }: Offered, newMint?: MintSummary) => {
    setBusy('busy')
    try {
      if (newMint) await addMint(wallet, token.mint)
      const outcome = await receiveToken(wallet, text)
      if (outcome.status === 'received')
        setSaid({ text: texts.received(money(outcome.amount, outcome.unit, words.language)) })
      else setSaid({ text: texts.receiveNo[outcome.reason], bad: true })
      setOffered(undefined)
    } catch (error) {
      setSaid({ text: sentence(error, words), bad: true })
    }
    setBusy(undefined)
  }
  return (
    <section class="panel" data-part="receive">
      <h2>{texts.receive}</h2>
      {offered ? (
        <Offer offered={offered} texts={texts} language={words.language} />
      ) : (
        <Paste texts={texts} look={look} scanTexts={screens.backup} />
      )}
      {offered && !busy && <Take key={offered.text} offered={offered} take={take} {...{ texts, wallet, words }} />}
      {busy && <Working text={texts.receiveWorking} />}
      {said && <p role={said.bad ? 'alert' : 'status'}>{said.text}</p>}
    </section>
  )
}

type OfferProps = {
  readonly offered: Offered
  readonly texts: ScreenProps['screens']['move']
  readonly language: string
}

/** What it says of itself; only the mint knows whether it is still good. */
function Offer({ offered: { token }, texts, language }: OfferProps) {
  const amount = token.proofs.reduce((sum, proof) => sum + proof.amount, 0)
  return (
    <div class="offer" data-testid="offered">
      <p class="big number">{texts.receiveOffered(money(amount, token.unit, language))}</p>
      {token.memo !== undefined && (
        <p>
          <bdi>{texts.receiveMemo(token.memo.slice(0, 200))}</bdi>
        </p>
      )}
      <p class="muted">{texts.receiveFrom(hostOf(token.mint))}</p>
    </div>
  )
}

type TakeProps = Pick<ScreenProps, 'wallet' | 'words'> & {
  readonly offered: Offered
  readonly texts: ScreenProps['screens']['move']
  readonly take: (offered: Offered, newMint?: MintSummary) => Promise<void>
}

/** The press that takes it. A mint that is new to this wallet is a decision of its own. */
function Take({ offered, texts, take, wallet, words }: TakeProps) {
  const { mint } = offered.token
  const known = mintsOf(wallet).includes(mint)
  const [summary, setSummary] = useState<MintSummary>()
  const [wrong, setWrong] = useState<string>()
  useEffect(() => {
    if (!known) lookAtMint(wallet, mint).then(setSummary, (error: unknown) => setWrong(sentence(error, words)))
  }, [mint])
  if (known) {
    return (
      <button type="button" class="main" onClick={() => void take(offered)}>
        {texts.receiveGo}
      </button>
    )
  }
  if (wrong !== undefined) return <p role="alert">{wrong}</p>
  if (!summary) return <Working text={words.texts.loading} />
  return (
    <div class="ask" data-testid="new-mint">
      <p class="warn">
        {texts.mintNew(hostOf(mint))} {summary.name !== undefined && texts.mintName(summary.name.slice(0, 80))}{' '}
        {summary.units.some(({ feePpk }) => feePpk > 0) && texts.mintFee} {texts.mintTrust}
      </p>
      <button type="button" class="main" onClick={() => void take(offered, summary)}>
        {texts.mintGo}
      </button>
    </div>
  )
}

type PasteProps = {
  readonly texts: ScreenProps['screens']['move']
  readonly scanTexts: ScreenProps['screens']['backup']
  readonly look: (text: string) => void
}

function Paste({ texts, scanTexts, look }: PasteProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    look(String(new FormData(event.currentTarget as HTMLFormElement).get('token')))
  }
  return (
    <form onSubmit={submit}>
      <p>{texts.receiveWhy}</p>
      <label class="field">
        <span>{texts.receiveLabel}</span>
        <textarea
          name="token"
          rows={3}
          dir="ltr"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
        />
      </label>
      <div class="row">
        <button type="submit">{texts.receive}</button>
        <Scan texts={scanTexts} found={look} />
      </div>
    </form>
  )
}
