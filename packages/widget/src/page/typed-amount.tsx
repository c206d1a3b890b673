// A field for an amount of money, and what was typed into it as minor units. Sending and taking out use it.
import { decimalAmount, parseAmount } from '@tuppence/protocol'
import { useId } from 'preact/hooks'

/**
 * Typed text as minor units; a comma is a dot, and Arabic digits are digits.
 *
 * @returns undefined for what is no amount.
 */
export function readAmount(typed: string, unit: string): number | undefined {
  const plain = typed
    .trim()
    .replace(/^\$|\$$/g, '')
    .trim()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[,٫]/, '.')
  try {
    return parseAmount(plain, unit)
  } catch {
    return undefined
  }
}

type Props = {
  readonly label: string
  readonly unit: string
  readonly typed: string
  readonly type: (typed: string) => void
  readonly wrong: string | undefined
  /** The most there is, and what a press that takes it all is called. */
  readonly all?: { readonly amount: number; readonly label: string }
}

export function AmountField({ label, unit, typed, type, wrong, all }: Props) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          dir="ltr"
          maxLength={12}
          value={typed}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong === undefined ? undefined : `${id}-wrong`}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
        {all && all.amount > 0 && (
          <button type="button" class="small" onClick={() => type(decimalAmount(all.amount, unit))}>
            {all.label}
          </button>
        )}
      </div>
      {wrong !== undefined && (
        <p id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}
