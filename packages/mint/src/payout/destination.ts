// Where a publisher is paid to: told by its own key or by a person at the operator's; every change is kept, and holds its payouts.

import { TuppenceError } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import type { DestinationRow, PayoutMethod } from '../office/tables/payout.ts'

/** A destination as somebody gives it. `by`: `account` for the publisher's own key, else a person. */
export interface NewDestination {
  readonly account: string
  readonly method: PayoutMethod
  readonly details: Readonly<Record<string, string>>
  readonly by: string
}

/** The destination of an account that counts. */
export function destinationOf({ office }: Pick<Deps, 'office'>, account: string): Promise<DestinationRow | undefined> {
  return office.db
    .selectFrom('payout_destinations')
    .selectAll()
    .where('account', '=', account)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** As many changes of one account at one moment as are waited for. */
const triesMax = 64

/**
 * Changes where an account is paid to. The same again changes nothing.
 *
 * @throws {TuppenceError} `account-unknown`, `bad-request`, `funding-unsupported` (no such way to be paid), `funding-failed`,
 *   `overloaded` (others changed it at every moment at which this was tried).
 */
export async function changeDestination(deps: Deps, asked: NewDestination): Promise<DestinationRow> {
  const { account, method, by } = asked
  if ((await deps.ledger.account(account)) === undefined) throw new TuppenceError('account-unknown')
  const adapter = deps.payouts.get(method)
  if (adapter === undefined) throw new TuppenceError('funding-unsupported', { details: { method } })
  const { details, fingerprint, label } = await adapter.describe(asked.details)
  const text = JSON.stringify(details)
  for (let tries = 0; tries < triesMax; tries++) {
    const before = await destinationOf(deps, account)
    if (before?.method === method && before.details === text) return before
    const number = (before?.number ?? 0) + 1
    const row: DestinationRow = {
      id: `${account} ${number}`,
      account,
      number,
      method,
      details: text,
      fingerprint,
      label,
      changed_by: by,
      changed_at_ms: deps.clock.nowMs(),
    }
    // Of two changes at one moment the second one comes after the first: it is read again, and may be the same.
    const insert = deps.office.db.insertInto('payout_destinations').values(row)
    const { numInsertedOrUpdatedRows } = await insert.onConflict((clash) => clash.doNothing()).executeTakeFirst()
    if (numInsertedOrUpdatedRows === 1n) return row
  }
  throw new TuppenceError('overloaded')
}

/** How many other accounts are paid to the same place now. */
export async function othersPaidThere({ office }: Pick<Deps, 'office'>, row: DestinationRow): Promise<number> {
  const rows = await office.db
    .selectFrom('payout_destinations as here')
    .select('here.account')
    .where('here.fingerprint', '=', row.fingerprint)
    .where('here.account', '<>', row.account)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('payout_destinations as later')
            .select('later.id')
            .whereRef('later.account', '=', 'here.account')
            .whereRef('later.number', '>', 'here.number'),
        ),
      ),
    )
    .execute()
  return rows.length
}

/** What is told of a destination, to its owner and to the operator. */
export function destinationAnswer({ method, label, changed_at_ms: atMs }: DestinationRow): {
  method: string
  label: string
  changed: string
} {
  return { method, label, changed: new Date(atMs).toISOString() }
}
