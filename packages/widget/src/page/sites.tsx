// The wallet page's list of sites that hold change of the reader's, and the way to call it home.
import type { Db, LoanPayment } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { sentence, type SectionProps } from './words.ts'

type SitesProps = SectionProps & { readonly db: Db }

export function Sites({ wallet, words, db }: SitesProps) {
  const { texts } = words
  const loans = useStore(wallet.$payments).filter((payment): payment is LoanPayment => payment.kind === 'lend')
  const sites = Map.groupBy(loans, ({ site }) => site)
  return (
    <section class="sites">
      <h2>{texts.sites}</h2>
      <p class="muted">{sites.size > 0 ? texts.sitesWhy : texts.sitesEmpty}</p>
      <ul>
        {[...sites].map(([site, lent]) => (
          <Site key={site} site={site} loans={lent} wallet={wallet} words={words} db={db} />
        ))}
      </ul>
    </section>
  )
}

type SiteProps = SitesProps & { readonly site: string; readonly loans: readonly LoanPayment[] }

function Site({ site, loans, wallet, words, db }: SiteProps) {
  const { texts, language } = words
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string>()
  const unit = loans[0]!.unit
  const [sum, setSum] = useState<number>()
  useEffect(() => void worthOf(db, loans).then(setSum), [db, loans])
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
        <p class="muted number">{sum !== undefined && `${money(sum, unit, language)} ${texts.setAside}`}</p>
        {said !== undefined && <p role="status">{said}</p>}
      </div>
      <button type="button" disabled={busy} onClick={() => void call()}>
        {busy ? texts.callingHome : texts.callHome}
      </button>
    </li>
  )
}

/** What is left of some loans, as far as the vault has heard. */
async function worthOf(db: Db, loans: readonly LoanPayment[]): Promise<number> {
  const secrets = loans.flatMap(({ coins }) => coins)
  const coins = await db.transact(['coins'], 'read', (tx) =>
    Promise.all(secrets.map((secret) => tx.get('coins', secret))),
  )
  return coins.reduce((sum, coin) => sum + (coin?.amount ?? 0), 0)
}
