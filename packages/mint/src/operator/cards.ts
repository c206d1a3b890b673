// Top-ups by card that wait for a person, and what cardholders dispute; desks.ts and desk-page.ts show them.

import { html } from 'hono/html'
import type { Deps } from '../deps.ts'
import { releaseOrder } from '../funding/stripe/follow.ts'
import type { CardOrder } from '../office/tables/funding.ts'
import { digestOf, logAction } from './decide.ts'
import type { Desk, Held } from './desk.ts'
import { money, moment, table, type Html } from './layout.ts'

const heldMax = 1000
const disputesMax = 20
const disputesMs = 90 * 86_400_000
const noteCharsMax = 500
const noNote = 'Nothing was changed: say what you found.'

/** Top-ups that are held, and settled ones that somebody has to book by hand. */
export const cardDesk: Desk = {
  path: 'cards',
  heading: 'Top-ups by card',
  one: 'top-up',
  none: 'No top-up is held.',
  approveLabel: 'Approve',
  // Only the processor decides on a card; a person looks, and has it asked again.
  source: {
    kind: 'top-up',
    lock: async (within, id) => {
      const row = await within.selectFrom('card_orders').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : subjectOf(row)
    },
    approve: () => Promise.reject(new Error('operator: a top-up is not approved')),
  },
  actions: [
    {
      value: 'again',
      label: 'Ask the processor again',
      run: async (deps, id, { person, note }) => {
        if (note === '' || note.length > noteCharsMax) return noNote
        if (!(await releaseOrder(deps, id, note))) return 'Nothing was changed: it is not held any more.'
        await logAction(
          deps.office,
          { kind: 'top-up', id, person, note: `had it asked again: ${note}` },
          deps.clock.nowMs(),
        )
        return undefined
      },
    },
    {
      value: 'done',
      label: 'It is dealt with',
      run: async (deps, id, { person, note }) => {
        if (note === '' || note.length > noteCharsMax) return noNote
        const { db } = deps.office
        const { numUpdatedRows } = await db
          .updateTable('card_orders')
          .set({ note: null })
          .where('id', '=', id)
          .where('state', '<>', 'held')
          .where('note', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows !== 1n) return 'Nothing was changed: it is held, or was dealt with before.'
        await logAction(deps.office, { kind: 'top-up', id, person, note: `dealt with it: ${note}` }, deps.clock.nowMs())
        return undefined
      },
    },
  ],
  held: async ({ office: { db } }) => {
    const rows = await db
      .selectFrom('card_orders')
      .selectAll()
      .where((where) => where.or([where('state', '=', 'held'), where('note', 'is not', null)]))
      .orderBy('created_at_ms')
      .limit(heldMax)
      .execute()
    return rows.map(heldOf)
  },
  view: async ({ office: { db } }, id) => {
    const row = await db.selectFrom('card_orders').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) return undefined
    const withdrawals = await db.selectFrom('card_withdrawals').selectAll().where('order_id', '=', id).execute()
    return {
      ...heldOf(row),
      subject: subjectOf(row),
      state: row.state,
      actions: row.state === 'held' ? ['again'] : row.note === null ? [] : ['done'],
      facts: [
        ['Asked for', money(row.amount, row.unit)],
        ['Captured', money(row.captured, row.unit)],
        ['In the ledger', row.credited === 1 ? 'yes' : 'no'],
        ['Returned by hand', money(row.returned, row.unit)],
        ['Checkout', html`<code>${row.session ?? 'none'}</code>`],
        ['Payment', html`<code>${row.intent ?? 'none'}</code>`],
        ['Reader is told', row.reason ?? 'nothing'],
        ['Last change', moment(row.updated_at_ms)],
      ],
      events: [
        { atMs: row.created_at_ms, text: 'Asked for.' },
        ...withdrawals.map(({ amount, state, created_at_ms: atMs }) => ({
          atMs,
          text: `${money(amount, row.unit)} on its way back to the card: ${state}.`,
        })),
      ],
    }
  },
}

function subjectOf({ id, state, note, amount }: CardOrder) {
  return { seen: digestOf([id, state, note, amount]), isHeld: false, peopleNeeded: 1, isBlocked: false, hands: {} }
}

function heldOf({ id, amount, unit, state, note, created_at_ms: sinceMs }: CardOrder): Held {
  const tag = { text: state === 'held' ? 'held' : 'by hand', tone: 'warn' } as const
  const reasons = note === null ? [] : [{ tag, text: note, rule: 'card', figures: {} }]
  return { id, title: `Top-up ${id.slice(0, 8)}`, amount, unit, sinceMs, tags: [], reasons }
}

/** What the processor told of disputes lately; each is booked as the operator's loss by itself, and answered at the processor. */
export async function disputesSection({ office: { db }, clock }: Deps): Promise<Html> {
  const rows = await db
    .selectFrom('card_events')
    .selectAll()
    .where('type', 'like', 'charge.dispute.%')
    .where('received_at_ms', '>', clock.nowMs() - disputesMs)
    .orderBy('received_at_ms', 'desc')
    .limit(disputesMax)
    .execute()
  if (rows.length === 0)
    return html`<section>
      <h2>Disputes</h2>
      <p class="none">None in 90 days.</p>
    </section>`
  return html`<section>
    <h2>Disputes</h2>
    ${table({
      caption: 'Of 90 days, the newest first; answer them at the processor, their losses are booked',
      heads: ['When', 'What', 'Became'],
      rows: rows.map(({ received_at_ms: atMs, type, outcome }) => [
        moment(atMs),
        type.replace('charge.dispute.', ''),
        outcome ?? 'not dealt with yet',
      ]),
    })}
  </section>`
}
