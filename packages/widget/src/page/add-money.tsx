// The wallet page's way to add money: how much, by which way, what is still under way, and why not less.
import type { TopUpOutcome, TopUpState, Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Guest } from '../guest.ts'
import { money } from '../money.ts'
import { addHere } from '../parts/add-here.ts'
import { AddingButtons, AddingChoice, useAdding, type Adding } from '../parts/adding.tsx'
import { departureFrom } from '../parts/departure.ts'
import { noteText } from '../parts/note.tsx'
import { Working } from '../parts/parts.tsx'
import type { Choice } from '../parts/pay-ways.tsx'
import { topUpAmounts } from '../policy.ts'
import { cardFee, feeOn, feePermille } from './fees.ts'
import type { Address } from './route.ts'
import { defaultUnit, sentence, type SectionProps, type Words } from './words.ts'

type Said = { readonly said: string; readonly bad?: true }
/** `on-its-way`: paid at the checkout, and not here yet. */
type Progress = { readonly stage: TopUpState | 'leaving' } | { readonly onItsWay: number } | Said

/** The steps that a reader sees, in order; `done` is what follows them. */
const steps = ['quoting', 'waiting', 'paid', 'minting', 'done'] as const satisfies readonly TopUpState[]

type Props = SectionProps & { readonly adding: Adding; readonly address?: Address }

/** How money may be added here, for the sections that depend on it. */
export function useAddMoney({ wallet, words }: SectionProps, guest: Guest = 'resident'): Adding {
  return useAdding({ wallet, unit: defaultUnit, language: words.language, guest, missing: 1 })
}

export function AddMoney({ wallet, words, adding, address }: Props) {
  const { texts } = words
  const [progress, add] = useProgress(wallet, words, adding)
  const code = useVoucher(address)
  const busy = progress !== undefined && !('said' in progress)
  return (
    <section class="panel" id="add">
      <h2>{texts.addMoney}</h2>
      <Unpaid wallet={wallet} words={words} adding={adding} />
      {/* What a guest may add is said at the top of the page. */}
      <AddingChoice adding={{ ...adding, guestMax: undefined }} texts={texts} />
      <AddingButtons
        key={code}
        adding={adding}
        purpose="add"
        testLabel={texts.addTest}
        errors={words.errors}
        ready={!busy}
        choose={(choice) => void add(choice)}
        code={code}
      />
      {progress && <Shown progress={progress} words={words} adding={adding} />}
      {adding.ways.card || adding.ways.test ? <WhyNotLess words={words} adding={adding} /> : null}
    </section>
  )
}

/** The code that a link brought, which is out of the address already. */
function useVoucher(address: Address | undefined): string | undefined {
  const [code, setCode] = useState<string>()
  useEffect(
    () =>
      address?.$arrival.subscribe((arrival) => {
        if (arrival?.kind !== 'voucher') return
        setCode(arrival.text)
        address.arrived()
      }),
    [address],
  )
  useEffect(() => {
    if (code !== undefined) document.getElementById('add')?.scrollIntoView()
  }, [code])
  return code
}

/** Adds money, and says how far it is; back from a checkout it goes on with that. */
function useProgress(wallet: Wallet, words: Words, adding: Adding) {
  const { texts, errors, language } = words
  const [progress, setProgress] = useState<Progress>()
  const [note, setNote] = useState<string>()
  const said = adding.paying?.texts
  const over = (outcome: TopUpOutcome) => {
    if (outcome.status !== 'topped-up')
      return setNote(
        outcome.status === 'refused' ? outcome.reason : outcome.status === 'expired' ? 'quote-expired' : 'quote-unpaid',
      )
    setProgress({ said: texts.added(money(outcome.amount, outcome.unit, language)) })
    // Now there is something to lose: the browser is asked not to clear it away by itself.
    void navigator.storage?.persist?.().catch(() => false)
  }
  const tried = async (go: () => Promise<void>) => {
    setNote(undefined)
    await go().catch((error: unknown) => setProgress({ said: sentence(error, words), bad: true }))
  }
  const add = (choice: Choice) =>
    tried(async () => {
      setProgress({ stage: choice.how === 'card' ? 'leaving' : 'quoting' })
      if (choice.how === 'card') {
        const { leave } = await import('../parts/checkout.ts')
        return leave(wallet, { place: 'page', amount: choice.amount, unit: defaultUnit })
      }
      const onState = (stage: TopUpState) => setProgress({ stage })
      over(await addHere(wallet, choice, { unit: defaultUnit, onState }))
    })
  useEffect(() => {
    const departure = departureFrom('page')
    if (!departure) return
    void tried(async () => {
      if (departure.returned === 'paid') setProgress({ onItsWay: departure.amount })
      const { comeBack } = await import('../parts/checkout.ts')
      const outcome = await comeBack(wallet, departure)
      if (outcome.status !== 'waiting') over(outcome)
      else if (departure.returned !== 'paid') setNote('stopped')
    })
  }, [wallet])
  const told: Progress | undefined =
    note === undefined
      ? progress
      : said && { said: noteText(note, said, errors, ''), ...(note !== 'stopped' && { bad: true }) }
  return [told, add] as const
}

type ShownProps = { readonly progress: Progress; readonly words: Words; readonly adding: Adding }

function Shown({ progress, words: { texts, language }, adding }: ShownProps) {
  const said = adding.paying?.texts
  if ('said' in progress) return <p role={progress.bad ? 'alert' : 'status'}>{progress.said}</p>
  if ('onItsWay' in progress)
    return (
      <div role="status" data-testid="on-its-way">
        <Working text={said?.onItsWay(money(progress.onItsWay, defaultUnit, language)) ?? texts.loading} />
        {said && <p class="muted">{said.onItsWayWhy}</p>}
      </div>
    )
  if (progress.stage === 'leaving') return <Working text={said?.leaving ?? texts.loading} />
  return (
    <div class="progress">
      <Working text={texts.adding[progress.stage]} />
      <progress aria-label={texts.addMoney} max={steps.length - 1} value={steps.indexOf(progress.stage)} />
    </div>
  )
}

/** Checkouts that were begun and can still be paid at, in this window or another. */
function Unpaid({ wallet, words, adding: { paying } }: Omit<ShownProps, 'progress'> & { readonly wallet: Wallet }) {
  const payments = useStore(wallet.$payments)
  if (!paying || departureFrom('page')) return null
  const open = payments.flatMap((payment) =>
    payment.kind === 'top-up' && payment.method === 'card' && payment.state === 'quoted' && isYoung(payment.quote)
      ? [payment]
      : [],
  )
  const goOn = (amount: number, unit: string) => async () => {
    const { leave } = await import('../parts/checkout.ts')
    await leave(wallet, { place: 'page', amount, unit }).catch(() => {})
  }
  return (
    <>
      {open.map(({ id, amount, unit }) => (
        <p key={id} class="unpaid">
          {paying.texts.unpaid(money(amount, unit, words.language))}{' '}
          <button type="button" class="small" onClick={() => void goOn(amount, unit)()}>
            {paying.texts.unpaidGo}
          </button>
        </p>
      ))}
    </>
  )
}

/** By this device's clock: what is shown, not what is true. */
function isYoung(quote: { readonly expirySeconds?: number | undefined } | undefined): boolean {
  return quote !== undefined && Date.now() / 1000 < (quote.expirySeconds ?? Infinity)
}

/** What a card's fee takes of a dollar, and of the amounts above. */
function WhyNotLess({ words: { texts, language }, adding }: Omit<ShownProps, 'progress'>) {
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
      {adding.ways.test && <p class="muted">{texts.smallTest}</p>}
    </details>
  )
}
