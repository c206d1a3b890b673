// Money that came by bank transfer and says of no top-up that it is for it: on the operator's desk; desks.ts lists it.

import { isTuppenceError } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import { assignTransfer, dismissTransfer } from '../funding/transfer/transfer.ts'
import type { TransferLine } from '../office/tables/funding.ts'
import { digestOf, logAction } from './decide.ts'
import type { Desk, Held } from './desk.ts'
import { moment } from './layout.ts'

const heldMax = 1000
const noteCharsMax = 500

const states: Readonly<Record<TransferLine['state'], string>> = {
  new: 'being credited',
  credited: 'credited',
  unknown: 'of nobody known',
  left: 'none of ours',
  dismissed: 'dealt with otherwise',
}

/** Bank transfers that wait for somebody who knows what they are for. */
export const transferDesk: Desk = {
  path: 'transfers',
  heading: 'Bank transfers',
  one: 'bank transfer',
  none: 'No bank transfer is of nobody known.',
  approveLabel: 'Approve',
  // There is nothing to approve: somebody says which top-up it is for, or that it went back.
  source: {
    kind: 'transfer',
    lock: async (within, id) => {
      const row = await within.selectFrom('transfer_lines').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : subjectOf(row)
    },
    approve: () => Promise.reject(new Error('operator: a bank transfer is not approved')),
  },
  actions: [
    {
      value: 'assign',
      label: 'It is for this top-up',
      asks: 'Reference of the top-up',
      run: (deps, id, given) =>
        given.value === ''
          ? Promise.resolve('Nothing was changed: say which reference.')
          : decided(deps, id, given, {
              says: `is for ${given.value}`,
              work: (told) => assignTransfer(deps, id, given.value, told),
            }),
    },
    {
      value: 'dismiss',
      label: 'It was sent back, or is none of ours',
      run: (deps, id, given) =>
        decided(deps, id, given, { says: 'is dealt with otherwise', work: (told) => dismissTransfer(deps, id, told) }),
    },
  ],
  held: async ({ office: { db } }) => {
    const rows = await db
      .selectFrom('transfer_lines')
      .selectAll()
      .where('state', '=', 'unknown')
      .orderBy('imported_at_ms')
      .limit(heldMax)
      .execute()
    return rows.map(heldOf)
  },
  view: async ({ office: { db } }, id) => {
    const row = await db.selectFrom('transfer_lines').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) return undefined
    return {
      ...heldOf(row),
      subject: subjectOf(row),
      state: states[row.state],
      actions: row.state === 'unknown' ? ['assign', 'dismiss'] : [],
      facts: [
        ['Booked on', row.booked_on],
        ['Text', row.text],
        ['Reference', row.reference ?? 'none'],
        ['Imported', moment(row.imported_at_ms)],
      ],
      events: [],
    }
  },
}

/** Does what somebody says, and writes it into the log. @returns Why it was not done. */
async function decided(
  deps: Deps,
  id: string,
  { person, note }: { person: string; note: string },
  { says, work }: { says: string; work: (told: { by: string; note: string }) => Promise<void> },
): Promise<string | undefined> {
  if (note === '' || note.length > noteCharsMax) return 'Nothing was changed: say how you know.'
  try {
    await work({ by: person, note })
  } catch (error) {
    if (isTuppenceError(error, 'not-found', 'bad-request', 'quote-unknown', 'quote-settled', 'units-differ'))
      return 'Nothing was credited: there is no top-up of that reference, or the transfer was dealt with before.'
    throw error
  }
  const logged = { kind: 'transfer', id, person, note: `says that it ${says}: ${note}` } as const
  await logAction(deps.office, logged, deps.clock.nowMs())
  return undefined
}

function subjectOf({ id, state, amount, currency }: TransferLine) {
  return { seen: digestOf([id, state, amount, currency]), isHeld: false, peopleNeeded: 1, isBlocked: false, hands: {} }
}

function heldOf({ id, booked_on: booked, amount, currency, text, note, imported_at_ms: sinceMs }: TransferLine): Held {
  const tag = { text: 'whose?', tone: 'warn' } as const
  const said = note === null ? text : `${text} (${note})`
  return {
    id,
    title: `Transfer of ${booked}`,
    amount,
    unit: currency,
    sinceMs,
    tags: [],
    reasons: [{ tag, text: said === '' ? 'Without a text.' : said, rule: 'transfer', figures: {} }],
  }
}
