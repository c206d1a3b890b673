// Publishers' accounts by id, kept for a moment: every deposit asks for one, and they hardly change; deposit.ts asks.

import type { AccountRow, Ledger } from './ledger/port.ts'

/** How long an account is good for: who was given another key is known by it this much later. */
const goodForMs = 1000
/** Accounts that are kept; a mint has hundreds. */
const keptMax = 10_000

/** Finds an account; one that is not there is looked for each time. */
export type FindAccount = (id: string) => Promise<AccountRow | undefined>

/** Makes one. */
export function accountFinder(
  ledger: Pick<Ledger, 'account'>,
  nowMs: () => number = () => performance.now(),
): FindAccount {
  const kept = new Map<string, { readonly account: AccountRow; readonly untilMs: number }>()
  return async (id) => {
    const known = kept.get(id)
    if (known !== undefined && known.untilMs > nowMs()) return known.account
    const account = await ledger.account(id)
    if (kept.size >= keptMax) kept.clear()
    if (account !== undefined) kept.set(id, { account, untilMs: nowMs() + goodForMs })
    return account
  }
}
