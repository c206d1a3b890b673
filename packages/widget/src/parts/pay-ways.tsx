// The ways of adding money: what is to be said about each, and a button for each. Loaded when money is to be added.
import { readVoucher, showVoucher } from '@tuppence/protocol'
import { useId, useState } from 'preact/hooks'
import type { FundingTexts } from '../locale/index.ts'
import { money } from '../money.ts'
import { takes, type Ways } from './funding.ts'

/** What the reader chose. Amounts in minor units; `code` as it is sent. */
export type Choice =
  | { readonly how: 'card'; readonly amount: number }
  | { readonly how: 'test'; readonly amount: number }
  | { readonly how: 'voucher'; readonly code: string }

/** What happens with the money afterwards: nothing, or what the press names. */
export type Purpose = 'add' | 'unlock' | 'tip'

type Common = {
  readonly ways: Ways
  readonly amount: number
  readonly unit: string
  readonly language: string
  readonly texts: FundingTexts
}

type NotesProps = Common & { readonly test: { readonly name: string; readonly why: string; readonly none: string } }

/** Where the card is charged, and what is not real. */
export function PayNotes({ ways, amount, unit, language, texts, test }: NotesProps) {
  const { card } = ways
  const show = (value: number) => money(value, unit, language)
  if (Object.keys(ways).length === 0) return <p role="alert">{test.none}</p>
  return (
    <>
      {card && !takes(card, amount) && (
        <p class="muted">{texts.cardBounds(show(card.min_amount ?? 1), show(card.max_amount ?? amount))}</p>
      )}
      {card && takes(card, amount) && !ways.test && <p class="muted">{texts.cardWhy}</p>}
      {ways.test && (
        <p class="test">
          <b>{test.name}</b>
          <span>{card ? texts.cardTest : test.why}</span>
        </p>
      )}
    </>
  )
}

type ButtonsProps = Common & {
  readonly purpose: Purpose
  /** What the button for test money says. */
  readonly testLabel: string
  readonly wrongCode: string
  readonly ready: boolean
  readonly choose: (choice: Choice) => void
  /** A code that a link brought. */
  readonly code?: string | undefined
}

const cardLabels = { add: 'card', unlock: 'cardAndUnlock', tip: 'cardAndTip' } as const
const voucherLabels = { add: 'voucherGo', unlock: 'voucherAndUnlock', tip: 'voucherAndTip' } as const

/** A button for each way that takes the amount, the card's first. A press that nobody made does nothing. */
export function PayButtons(props: ButtonsProps) {
  const { ways, amount, unit, language, texts, purpose, testLabel, ready, choose, code } = props
  const byCard = takes(ways.card, amount)
  const [typing, setTyping] = useState(code !== undefined)
  const press = (how: 'card' | 'test') => (event: Event) => event.isTrusted && choose({ how, amount })
  return (
    <>
      {byCard && (
        <button type="button" class="main" disabled={!ready} onClick={press('card')}>
          {texts[cardLabels[purpose]](money(amount, unit, language))}
        </button>
      )}
      {takes(ways.test, amount) && (
        <button type="button" class={byCard ? '' : 'main'} disabled={!ready} onClick={press('test')}>
          {testLabel}
        </button>
      )}
      {ways.voucher &&
        (typing ? (
          <VoucherForm {...props} />
        ) : (
          <button type="button" class="other" onClick={() => setTyping(true)}>
            {texts.voucher}
          </button>
        ))}
    </>
  )
}

function VoucherForm({ texts, purpose, wrongCode, ready, choose, code = '' }: ButtonsProps) {
  const id = useId()
  const [wrong, setWrong] = useState<string>()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!event.isTrusted) return
    try {
      choose({
        how: 'voucher',
        code: readVoucher(String(new FormData(event.currentTarget as HTMLFormElement).get('code'))),
      })
    } catch {
      // Not one that was ever printed: nobody need be asked.
      setWrong(wrongCode)
    }
  }
  return (
    <form class="voucher" onSubmit={submit}>
      <label for={id}>{texts.voucherLabel}</label>
      <input
        id={id}
        name="code"
        dir="ltr"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        maxLength={200}
        required
        autofocus={code === ''}
        defaultValue={shown(code)}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={() => setWrong(undefined)}
      />
      <p id={`${id}-hint`} class={wrong ? undefined : 'muted'} role={wrong ? 'alert' : undefined}>
        {wrong ?? texts.voucherHint}
      </p>
      <button type="submit" class="main" disabled={!ready}>
        {texts[voucherLabels[purpose]]}
      </button>
    </form>
  )
}

function shown(code: string): string {
  try {
    return showVoucher(readVoucher(code))
  } catch {
    return code
  }
}
