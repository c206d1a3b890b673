// What payouts do in the ledger: two operations each, named by the payout's id, so that each happens once; pay.ts calls it.

import { isTuppenceError, type TuppenceError } from '@tuppence/protocol'
import { requestHash } from '../canonical.ts'
import { perform, type Deps } from '../deps.ts'
import type { Entry } from '../ledger/port.ts'
import type { PayoutRow } from '../office/tables/payout.ts'

/** What the ledger says of a payout: the answer of its operation. Minor units. */
export interface Booked {
  readonly payout: string
  readonly account: string
  readonly unit: string
  readonly amount: number
  readonly commission: number
  readonly net: number
  readonly method: string
}

/** What the ledger says became of a payout. */
export type BookedOutcome = 'paid' | 'failed'

type PayoutMoney = Pick<PayoutRow, 'id' | 'account' | 'unit' | 'amount' | 'commission' | 'net' | 'method'>

/**
 * Takes a payout out of the publisher's account: what is sent is on its way, the commission is the platform's.
 *
 * @returns What the ledger has, which is what holds: a ledger that is ahead of its office booked it before.
 * @throws {TuppenceError} `account-short` Less is owed than that; nothing has changed then.
 */
export async function bookPayout(deps: Deps, row: PayoutMoney): Promise<Booked> {
  const { id, account, unit, amount, commission, net, method } = row
  const booked: Booked = { payout: id, account, unit, amount, commission, net, method }
  const answer = await perform(deps, {
    hash: requestHash('payout', [id]),
    kind: 'payout',
    unit,
    answer: JSON.stringify(booked),
    entries: [
      { account: `publisher:${account}`, amount: -amount },
      { account: `paying-out:${account}`, amount: net },
      ...commissionEntries(commission),
    ],
  })
  return JSON.parse(answer) as Booked
}

/**
 * Writes down what became of a payout. Paid and failed are the same operation to the ledger, so that only one of them ever happens.
 *
 * @returns What the ledger has: the other one, if that was heard before.
 */
export async function bookOutcome(deps: Deps, row: PayoutMoney, outcome: BookedOutcome): Promise<BookedOutcome> {
  const { id, account, unit, amount, commission, net, method } = row
  const answer = await perform(deps, {
    hash: outcomeHash(id),
    kind: outcome === 'paid' ? 'payout-paid' : 'payout-failed',
    unit,
    answer: JSON.stringify({ payout: id, account, unit, amount, commission, net, method, outcome }),
    entries: [
      { account: `paying-out:${account}`, amount: -net },
      ...(outcome === 'paid'
        ? [{ account: `paid-out:${method}`, amount: net }]
        : [{ account: `publisher:${account}`, amount }, ...commissionEntries(-commission)]),
    ],
  })
  return (JSON.parse(answer) as { outcome: BookedOutcome }).outcome
}

/** What the ledger says became of a payout; undefined while it is on its way, or was never booked. */
export async function outcomeOf({ ledger }: Pick<Deps, 'ledger'>, id: string): Promise<BookedOutcome | undefined> {
  const answer = await ledger.answer(outcomeHash(id))
  return answer === undefined ? undefined : (JSON.parse(answer) as { outcome: BookedOutcome }).outcome
}

/** Whether an error is the ledger's word that less is owed than was asked for. */
export function isShort(error: unknown): error is TuppenceError {
  return isTuppenceError(error, 'account-short')
}

function outcomeHash(id: string): string {
  return requestHash('payout-outcome', [id])
}

function commissionEntries(amount: number): Entry[] {
  return amount === 0 ? [] : [{ account: 'fees:platform', amount }]
}
