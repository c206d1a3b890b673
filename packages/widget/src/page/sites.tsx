// The wallet page's list of sites that hold change of the reader's, and the way to call it home.
import type { LoanPayment } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { sentence, type SectionProps } from './words.ts'

export function Sites({ wallet, words }: SectionProps) {
  const { texts } = words
  const loans = useStore(wallet.$payments).filter((payment): payment is LoanPayment => payment.kind === 'lend')
  const sites = Map.groupBy(loans, ({ site }) => site)
  return (
    <section class="sites">
      <h2>{texts.sites}</h2>
      <p class="muted">{sites.size > 0 ? texts.sitesWhy : texts.sitesEmpty}</p>
      <ul>
        {[...sites].map(([site, lent]) => (
          <Site key={site} site={site} loans={lent} wallet={wallet} words={words} />
        ))}
      </ul>
    </section>
  )
}

type SiteProps = SectionProps & { readonly site: string; readonly loans: readonly LoanPayment[] }

function Site({ site, loans, wallet, words }: SiteProps) {
  const { texts, language } = words
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string>()
  const unit = loans[0]!.unit
  const sum = loans.reduce((total, { amount }) => total + amount, 0)
  const call = async () => {
    setBusy(true)
    try {
      const home = await wallet.callHome(site)
      setSaid(texts.cameHome(money(home[unit] ?? 0, unit, language)))
    } catch (error) {
      setSaid(sentence(error, words))
    }
    setBusy(false)
  }
  return (
    <li>
      <div>
        <b>{hostOf(site)}</b>
        <p class="muted number">
          {money(sum, unit, language)} {texts.setAside}
        </p>
        {said !== undefined && <p role="status">{said}</p>}
      </div>
      <button type="button" disabled={busy} onClick={() => void call()}>
        {busy ? texts.callingHome : texts.callHome}
      </button>
    </li>
  )
}
