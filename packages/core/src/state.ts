/** What screens watch: read-only stores that are told what the storage holds; `createWallet` tells them. */
import { atom, type ReadableAtom } from 'nanostores'
import type { Balance } from './api.ts'
import { heldSecrets } from './held-secrets.ts'
import type { Payment } from './payment.ts'
import type { HeldCoin } from './coins.ts'
import { noRules, type Rules } from './rules.ts'
import type { HistoryEntry, Purchase } from './tables.ts'

/** How much of the history the store shows. */
export const historyShown = 100

/** What the storage holds, as far as the stores show it. */
export type Snapshot = {
  readonly coins: readonly HeldCoin[]
  readonly payments: readonly Payment[]
  readonly history: readonly HistoryEntry[]
  readonly rules: Rules
}

/** The stores, and the two ways to tell them something. */
export type State = {
  readonly $balance: ReadableAtom<Readonly<Record<string, Balance>>>
  readonly $payments: ReadableAtom<readonly Payment[]>
  readonly $history: ReadableAtom<readonly HistoryEntry[]>
  readonly $purchases: ReadableAtom<Readonly<Record<string, Purchase>>>
  readonly $rules: ReadableAtom<Rules>
  readonly show: (snapshot: Snapshot) => void
  /** `before`: what is owned besides; what was shown so far, when absent. */
  readonly own: (purchases: readonly Purchase[], before?: Readonly<Record<string, Purchase>>) => void
}

/** Makes empty stores. */
export function makeState(): State {
  const $balance = atom<Readonly<Record<string, Balance>>>({})
  const $payments = atom<readonly Payment[]>([])
  const $history = atom<readonly HistoryEntry[]>([])
  const $purchases = atom<Readonly<Record<string, Purchase>>>({})
  const $rules = atom(noRules)
  return {
    $rules,
    $balance,
    $payments,
    $history,
    $purchases,
    show: ({ coins, payments, history, rules }) => {
      $balance.set(balances(coins, payments))
      $payments.set(payments)
      $history.set(history)
      $rules.set(rules)
    },
    own: (purchases, before = $purchases.get()) =>
      $purchases.set({ ...before, ...Object.fromEntries(purchases.map((one) => [one.url, one])) }),
  }
}

/** Sorts coins by what may be done with them: free, in an open payment, or away with a site. */
export function balances(coins: readonly HeldCoin[], payments: readonly Payment[]): Record<string, Balance> {
  const lent = heldSecrets(payments.filter(({ kind }) => kind === 'lend'))
  const reserved = heldSecrets(payments.filter(({ kind }) => kind !== 'lend'))
  const sums: Record<string, Balance> = {}
  for (const { secret, unit, amount } of coins) {
    const before = sums[unit] ?? { spendable: 0, reserved: 0, lent: 0 }
    // A coin that is being called home is still the site's, until it is here.
    const part = lent.has(secret) ? 'lent' : reserved.has(secret) ? 'reserved' : 'spendable'
    sums[unit] = { ...before, [part]: before[part] + amount }
  }
  return sums
}
