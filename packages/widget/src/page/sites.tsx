// The screen of sites: what each knows, what was spent there, and the ways to call money home or forget the site.
import type { Db, HistoryEntry, LoanPayment } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { wholeHistory } from './export.ts'
import { forgetSite } from './forget.ts'
import { factsOf, monthStart, type SiteFacts } from './site-facts.ts'
import { Working } from '../parts/parts.tsx'
import { sentence, type ScreenProps } from './words.ts'

export function Sites(props: ScreenProps) {
  const { wallet, db, screens, words, reading } = props
  const texts = screens.sites
  const shown = useStore(wallet.$history)
  // The wallet's list of purchases only grows, until the page is opened again.
  const [gone, setGone] = useState<readonly string[]>([])
  const purchases = Object.values(useStore(wallet.$purchases)).filter(({ tillOrigin }) => !gone.includes(tillOrigin))
  const loans = useStore(wallet.$payments).filter((payment): payment is LoanPayment => payment.kind === 'lend')
  const [history, setHistory] = useState<readonly HistoryEntry[]>(shown)
  const [said, setSaid] = useState<string>()
  useEffect(() => void wholeHistory(db).then(setHistory), [db, shown])
  const sites = factsOf({ purchases, history, loans }, monthStart(new Date()))
  return (
    <section class="sites">
      <h1 tabIndex={-1}>{texts.title}</h1>
      {sites.length > 0 || reading === 'done' ? (
        <p class="lead">{sites.length > 0 ? texts.why : texts.empty}</p>
      ) : (
        reading === 'under-way' && <Working text={words.texts.loading} />
      )}
      <p role="status">{said}</p>
      <ul class="cards">
        {sites.map((facts) => (
          <Site
            key={facts.tillOrigin}
            facts={facts}
            say={setSaid}
            forgotten={(origin) => setGone([...gone, origin])}
            {...props}
          />
        ))}
      </ul>
    </section>
  )
}

type SiteProps = ScreenProps & {
  readonly facts: SiteFacts
  readonly say: (text: string) => void
  readonly forgotten: (tillOrigin: string) => void
}

function Site({ facts, say, forgotten, ...props }: SiteProps) {
  const { screens, words, db } = props
  const { tillOrigin, sites, purchases, unit, month, loans } = facts
  const texts = screens.sites
  const show = (amount: number) => money(amount, unit, words.language)
  const [lent, setLent] = useState(0)
  useEffect(() => void worthOf(db, loans).then(setLent), [db, loans])
  return (
    <li class="panel" data-site={tillOrigin}>
      <h2>
        <bdi>{sites.map(hostOf).join(', ')}</bdi>
      </h2>
      <dl class="facts">
        <dt>{texts.knows}</dt>
        <dd>{[texts.knowsKey, ...(purchases.length > 0 ? [texts.knowsBought(purchases.length)] : [])].join(' · ')}</dd>
        <dt>{texts.month}</dt>
        <dd class="number">{show(month)}</dd>
        {loans.length > 0 && (
          <>
            <dt>{texts.aside}</dt>
            <dd class="number">{show(lent)}</dd>
          </>
        )}
      </dl>
      {loans.length > 0 && <CallHome {...props} facts={facts} say={say} />}
      {purchases.length > 0 && (
        <details>
          <summary>{texts.bought}</summary>
          <ul class="plain">
            {purchases.map((purchase) => (
              <li key={purchase.url}>
                <a href={purchase.url} rel="noreferrer">
                  {purchase.title ?? purchase.url}
                </a>{' '}
                <span class="muted number">{show(purchase.amount)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Forget {...props} facts={facts} say={say} forgotten={forgotten} />
    </li>
  )
}

function CallHome({ facts: { sites, unit }, wallet, words, screens, say }: Omit<SiteProps, 'forgotten'>) {
  const texts = screens.sites
  const [state, setState] = useState<'idle' | 'busy'>('idle')
  const call = async () => {
    setState('busy')
    try {
      let sum = 0
      for (const site of sites) sum += (await wallet.callHome(site))[unit] ?? 0
      // Said above the list: what is home is no loan any more, and this goes.
      say(texts.cameHome(money(sum, unit, words.language)))
    } catch (error) {
      say(sentence(error, words))
    }
    setState('idle')
  }
  return (
    <div class="row">
      <button type="button" disabled={state === 'busy'} onClick={() => void call()}>
        {state === 'busy' ? texts.callingHome : texts.callHome}
      </button>
      <p class="muted">{texts.asideWhy}</p>
    </div>
  )
}

function Forget({ facts, wallet, db, words, screens, say, forgotten }: SiteProps) {
  const texts = screens.sites
  const [asking, setAsking] = useState<'asking' | undefined>()
  const forget = async () => {
    try {
      await forgetSite(wallet, db, facts)
      forgotten(facts.tillOrigin)
      say(texts.forgotten(facts.sites.map(hostOf).join(', ')))
    } catch (error) {
      say(sentence(error, words))
    }
    setAsking(undefined)
  }
  if (!asking) {
    return (
      <button type="button" class="small quiet" onClick={() => setAsking('asking')}>
        {texts.forget}
      </button>
    )
  }
  return (
    <div class="ask">
      <p>{texts.forgetWhy}</p>
      <div class="row">
        <button type="button" onClick={() => void forget()}>
          {texts.forgetYes}
        </button>
        <button type="button" onClick={() => setAsking(undefined)}>
          {texts.forgetNo}
        </button>
      </div>
    </div>
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
