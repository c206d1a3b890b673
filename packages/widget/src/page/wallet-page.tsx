// The wallet page: balance, adding money, history, sites, and what is kept where. main renders it, and so can an app that is its own wallet.
import type { Db } from '@tuppence/core'
import { formatAmount } from '@tuppence/protocol'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { Mark } from '../parts/parts.tsx'
import { AddMoney } from './add-money.tsx'
import { History } from './history.tsx'
import { Sites } from './sites.tsx'
import { defaultUnit, sentence, type SectionProps } from './words.ts'

type Props = SectionProps & { readonly db: Db; readonly starting: Promise<void> }

export function WalletPage({ wallet, db, words, starting }: Props) {
  const { texts } = words
  const [failure, setFailure] = useState<string>()
  useEffect(() => {
    starting
      .catch((error: unknown) => setFailure(sentence(error, words)))
      // For tests, which should not read a balance too early.
      .finally(() => (document.body.dataset['state'] = 'ready'))
  }, [starting, words])
  return (
    <div class="wallet">
      <header class="brand">
        <Mark />
        Tuppence
      </header>
      <main>
        <div class="side">
          <BalanceCard wallet={wallet} words={words} />
          {failure !== undefined && <p role="alert">{failure}</p>}
          <AddMoney wallet={wallet} words={words} />
        </div>
        <div class="side">
          <History wallet={wallet} words={words} db={db} />
          <Sites wallet={wallet} words={words} db={db} />
          <section class="kept">
            <h2>{texts.kept}</h2>
            <ul>
              {texts.keptText.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        </div>
      </main>
    </div>
  )
}

function BalanceCard({ wallet, words: { texts, language } }: SectionProps) {
  const balances = useStore(wallet.$balance)
  const units = Object.keys(balances).length > 0 ? Object.keys(balances) : [defaultUnit]
  return (
    <section class="balance">
      <h1>{texts.balance}</h1>
      {units.map((unit) => {
        const { spendable = 0, lent = 0, reserved = 0 } = balances[unit] ?? {}
        const show = (amount: number) => formatAmount(amount, unit, language)
        return (
          <div key={unit}>
            <p class="sum number" data-testid="balance">
              {show(spendable)}
            </p>
            {lent > 0 && <p class="more number">{texts.lent(show(lent))}</p>}
            {reserved > 0 && <p class="more number">{texts.reserved(show(reserved))}</p>}
          </div>
        )
      })}
      <p class="more">{texts.testNote}</p>
    </section>
  )
}
