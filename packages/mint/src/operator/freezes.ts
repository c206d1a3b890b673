// What stops payouts until people have looked at the books: on the operator's desk; desks.ts lists it.

import type { FreezeRow } from '../office/tables/payout.ts'
import { everybody, liftFreeze } from '../payout/freeze.ts'
import { digestOf, type Subject } from './decide.ts'
import type { Desk, Held } from './desk.ts'

/** Payouts of an account, or of all, that are stopped. */
export const freezeDesk: Desk = {
  path: 'stops',
  heading: 'Stopped payouts',
  one: 'stop',
  none: 'Nothing is stopped.',
  approveLabel: 'Let payouts go again',
  source: {
    kind: 'stop',
    lock: async (within, id) => {
      // Writing the row keeps whoever else decides on it waiting, on either database.
      await within
        .updateTable('payout_freezes')
        .set({ lifted_at_ms: null })
        .where('id', '=', id)
        .where('lifted_at_ms', 'is', null)
        .execute()
      const row = await within.selectFrom('payout_freezes').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : subjectOf(row)
    },
    approve: async (within, id, given) => {
      if (!(await liftFreeze(within, id, given))) throw new Error('operator: a stop that was there cannot be lifted')
    },
  },
  held: async ({ office: { db } }) => {
    const rows = await db
      .selectFrom('payout_freezes')
      .selectAll()
      .where('lifted_at_ms', 'is', null)
      .orderBy('at_ms')
      .execute()
    return rows.map(heldOf)
  },
  view: async ({ office: { db } }, id) => {
    const row = await db.selectFrom('payout_freezes').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) return undefined
    return {
      ...heldOf(row),
      subject: subjectOf(row),
      state: row.lifted_at_ms === null ? 'stopped' : 'lifted',
      facts: [['Whose', row.account === everybody ? 'everybody’s' : row.account]],
      events: [{ atMs: row.at_ms, text: row.reason }],
    }
  },
}

/** Money of all publishers needs two people, that of one needs one. */
function subjectOf({ id, account, reason, lifted_at_ms: liftedMs }: FreezeRow): Subject {
  const peopleNeeded = account === everybody ? 2 : 1
  return { seen: digestOf([id, account, reason]), isHeld: liftedMs === null, peopleNeeded, isBlocked: false, hands: {} }
}

function heldOf({ id, account, reason, at_ms: sinceMs }: FreezeRow): Held {
  const isAll = account === everybody
  const tag = { text: isAll ? 'two people' : 'explain it', tone: 'bad' } as const
  return {
    id,
    title: isAll ? 'All payouts are stopped' : `Payouts of ${account} are stopped`,
    sinceMs,
    tags: [],
    reasons: [{ tag, text: reason, rule: 'books', figures: {} }],
  }
}
