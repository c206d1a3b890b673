// The wallet page's first screen: what there is, adding to it, and what became of it.
import { useStore } from '@nanostores/preact'
import { formatAmount } from '@tuppence/protocol'
import { useEffect, useState } from 'preact/hooks'
import { AddMoney, useAddMoney } from './add-money.tsx'
import type { Adding } from '../parts/adding.tsx'
import { backupState, hasBackup, nudgeFrom } from './backup-state.ts'
import { History } from './history.tsx'
import { $restoring } from './resume.ts'
import { Known } from './known.tsx'
import { defaultUnit, type ScreenProps } from './words.ts'

type Props = Omit<ScreenProps, 'screens'>

export function Home(props: Props) {
  const { wallet, words, db, guest, address, reading } = props
  const adding = useAddMoney({ wallet, words }, guest)
  return (
    <div class="home">
      <div class="side">
        <BalanceCard wallet={wallet} words={words} adding={adding} reading={reading} />
        <Nudge {...props} />
        <AddMoney wallet={wallet} words={words} adding={adding} address={address} />
      </div>
      <div class="side">
        <History wallet={wallet} words={words} db={db} reading={reading} />
      </div>
    </div>
  )
}

type CardProps = Pick<Props, 'wallet' | 'words' | 'reading'> & { readonly adding: Adding }

function BalanceCard({ wallet, words, adding, reading }: CardProps) {
  const { texts, language } = words
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
            <p class="sum number" data-testid="balance" aria-busy={reading === 'under-way'}>
              <Known reading={reading} words={words} text={show(spendable)} />
            </p>
            {lent > 0 && <p class="more number">{texts.lent(show(lent))}</p>}
            {reserved > 0 && (
              <p class="more number" data-testid="reserved">
                {texts.reserved(show(reserved))}
              </p>
            )}
          </div>
        )
      })}
      {adding.ways.test && <p class="more">{texts.testNote}</p>}
      <p class="ways">
        <a href="#move">{texts.move}</a>
      </p>
    </section>
  )
}

/** Nothing below a dollar; from there on, that one browser is a thin thread. Somebody with nothing may have a wallet elsewhere. */
function Nudge({ wallet, words: { texts, language }, db, reading }: Props) {
  const balance = useStore(wallet.$balance)
  const history = useStore(wallet.$history)
  const restoring = useStore($restoring)
  const [safe, setSafe] = useState<boolean>()
  useEffect(() => void backupState(db).then((state) => setSafe(hasBackup(state))), [db])
  const { spendable = 0, lent = 0 } = balance[defaultUnit] ?? {}
  const all = spendable + lent
  if (safe === undefined || reading !== 'done') return null
  if (!safe && all >= nudgeFrom) {
    return (
      <section class="nudge">
        <p>{texts.keepSafe(formatAmount(all, defaultUnit, language))}</p>
        <a href="#backup">{texts.keepSafeGo}</a>
      </section>
    )
  }
  if (safe || all > 0 || history.length > 0 || restoring.status !== 'none') return null
  return (
    <section class="nudge quiet">
      <p>{texts.haveOne}</p>
      <a href="#backup">{texts.haveOneGo}</a>
    </section>
  )
}
