// Payouts on the operator's desk: those that are held, and all about one; desks.ts lists it.

import { html } from 'hono/html'
import type { Transaction } from 'kysely'
import type { Deps } from '../deps.ts'
import type { OfficeTables } from '../office/office.ts'
import type { PayoutRow, PayoutState } from '../office/tables/payout.ts'
import { askedBy, rejectPayout, releasePayout, type PayoutFinding } from '../payout/decide.ts'
import { confirmPayout } from '../payout/confirm.ts'
import { digestOf, logAction, type Subject } from './decide.ts'
import type { Desk, Held, Reason, Tag, View } from './desk.ts'
import { day, money, operatorPath, moment, table, type Html } from './layout.ts'

/** So many of an account's other payouts are shown. */
const othersMax = 12
const heldMax = 1000
/** As confirmPayout takes it. */
const noteCharsMax = 500

const states: Readonly<Record<PayoutState, string>> = {
  planned: 'goes with the next batch',
  held: 'held',
  approved: 'approved',
  sending: 'on its way',
  unknown: 'sent, outcome unknown',
  paid: 'paid',
  failed: 'not paid',
}

const actions: Readonly<Record<PayoutFinding['action'], Tag>> = {
  review: { text: 'look at it', tone: 'warn' },
  hold: { text: 'explain it', tone: 'warn' },
  'two-people': { text: 'two people', tone: 'warn' },
  block: { text: 'blocked', tone: 'bad' },
}

/** Payouts that wait for people. */
export const payoutDesk: Desk = {
  path: 'payouts',
  heading: 'Payouts',
  one: 'payout',
  none: 'No payout is held.',
  approveLabel: 'Approve',
  source: {
    kind: 'payout',
    lock: async (within, id) => {
      // Writing the row keeps whoever else decides on it waiting, on either database.
      await within
        .updateTable('payouts')
        .set({ state: 'held' })
        .where('id', '=', id)
        .where('state', '=', 'held')
        .execute()
      const row = await readRow(within, id)
      return row === undefined ? undefined : subjectOf(row)
    },
    approve: async (within, id, { nowMs }) => {
      if (!(await releasePayout(within, id, nowMs)))
        throw new Error('operator: a payout that was held cannot be released')
    },
    reject: async (within, id, given) => {
      if (!(await rejectPayout(within, id, given)))
        throw new Error('operator: a payout that was held cannot be rejected')
    },
  },
  held: async ({ office: { db } }) => {
    const rows = await db
      .selectFrom('payouts')
      .selectAll()
      .where((where) => where.or([where('state', '=', 'held'), where('needs_person', '=', 1)]))
      .orderBy('created_at_ms')
      .limit(heldMax)
      .execute()
    return rows.map(heldOf)
  },
  view: viewOf,
  actions: [
    { value: 'paid', label: 'It was paid', run: (deps, id, given) => confirmed(deps, id, 'paid', given) },
    {
      value: 'failed',
      label: 'It was not paid, and will not be',
      run: (deps, id, given) => confirmed(deps, id, 'failed', given),
    },
  ],
}

/** Ends a payout that was sent by what a person knows; publishers' money comes back to them if it was not paid. */
async function confirmed(
  deps: Deps,
  payout: string,
  outcome: 'paid' | 'failed',
  { person, note }: { person: string; note: string },
): Promise<string | undefined> {
  if (note === '') return 'Nothing was changed: say how you know.'
  if (note.length > noteCharsMax) return 'Nothing was changed: the note is too long.'
  const { status } = await confirmPayout(deps, { payout, outcome, person, note })
  if (status !== 'done' && status !== 'known')
    return 'Nothing was changed: the books have it otherwise, or it was not sent.'
  const said = `says that it was ${outcome === 'paid' ? 'paid' : 'not paid'}: ${note}`
  await logAction(deps.office, { kind: 'payout', id: payout, person, note: said }, deps.clock.nowMs())
  return undefined
}

function readRow(db: Transaction<OfficeTables> | Deps['office']['db'], id: string): Promise<PayoutRow | undefined> {
  return db.selectFrom('payouts').selectAll().where('id', '=', id).executeTakeFirst()
}

function findingsOf({ findings }: PayoutRow): readonly PayoutFinding[] {
  return JSON.parse(findings) as PayoutFinding[]
}

function subjectOf(row: PayoutRow): Subject {
  const findings = findingsOf(row)
  return {
    seen: digestOf([
      row.id,
      row.account,
      row.unit,
      row.amount,
      row.net,
      row.method,
      row.destination_fingerprint,
      row.findings,
    ]),
    isHeld: row.state === 'held',
    peopleNeeded: Math.max(1, row.people_needed),
    isBlocked: askedBy(findings).isBlocked,
    // Who changed the destination weighs more: of both, that is what is said.
    hands: { [row.planned_by]: 'planned', [row.destination_changed_by]: 'changed-destination' },
  }
}

function heldOf(row: PayoutRow): Held {
  const { isBlocked } = askedBy(findingsOf(row))
  return {
    id: row.id,
    title: `${row.account}, ${row.period}`,
    amount: row.amount,
    unit: row.unit,
    sinceMs: row.created_at_ms,
    tags: [
      ...(row.needs_person === 1 ? [{ text: 'what became of it?', tone: 'bad' } as const] : []),
      ...(isBlocked ? [{ text: 'blocked', tone: 'bad' } as const] : []),
      ...(row.people_needed > 1 ? [{ text: 'two people', tone: 'warn' } as const] : []),
    ],
    reasons: reasonsOf(row),
  }
}

function reasonsOf(row: PayoutRow): readonly Reason[] {
  const own: Reason[] =
    row.needs_person === 1
      ? [{ tag: { text: 'ask', tone: 'bad' }, text: row.reason, rule: row.method, figures: {} }]
      : []
  return [
    ...own,
    ...findingsOf(row).map(({ action, mode, reason, rule, figures }) => ({
      tag: mode === 'review' ? ({ text: 'on trial', tone: 'dull' } as const) : actions[action],
      text: reason,
      rule,
      figures,
    })),
  ]
}

async function viewOf(deps: Deps, id: string): Promise<View | undefined> {
  const { db } = deps.office
  const row = await readRow(db, id)
  if (row === undefined) return undefined
  const events = await db.selectFrom('payout_events').selectAll().where('payout', '=', id).orderBy('at_ms').execute()
  const owed = await deps.ledger.balances(`publisher:${row.account}`)
  const account = await deps.ledger.account(row.account)
  return {
    ...heldOf(row),
    subject: subjectOf(row),
    state: states[row.state],
    facts: [
      [
        'Publisher',
        account === undefined
          ? row.account
          : account.name === account.id
            ? account.id
            : `${account.name} (${account.id})`,
      ],
      [
        'Period',
        html`${row.period}
          <a href="${operatorPath}/statements/${row.account}?month=${row.period}&amp;unit=${row.unit}&amp;format=csv"
            >statement</a
          >`,
      ],
      ['Leaves the account', money(row.amount, row.unit)],
      ['Commission', money(row.commission, row.unit)],
      ['Is sent', money(row.net, row.unit)],
      ['By', row.method],
      ['To', row.destination_label],
      ['Destination since', `${day(row.destination_changed_at_ms)}, changed by ${row.destination_changed_by}`],
      ['Planned by', row.planned_by],
      ['Not sent before', moment(row.not_before_at_ms)],
      ['Owed now', money(owed.find(({ unit }) => unit === row.unit)?.balance ?? 0, row.unit)],
      ['Publisher since', account === undefined ? '' : day(account.createdAtMs)],
    ],
    actions: row.needs_person === 1 ? ['paid', 'failed'] : [],
    events: events.map(({ at_ms: atMs, state, reason }) => ({ atMs, text: reason === '' ? states[state] : reason })),
    more: await othersOf(deps, row),
  }
}

async function othersOf({ office: { db } }: Deps, { id, account }: PayoutRow): Promise<Html> {
  const rows = await db
    .selectFrom('payouts')
    .selectAll()
    .where('account', '=', account)
    .where('id', '<>', id)
    .orderBy('created_at_ms', 'desc')
    .limit(othersMax)
    .execute()
  if (rows.length === 0)
    return html`<section>
      <h2>Other payouts</h2>
      <p class="none">This is the first one.</p>
    </section>`
  return html`<section>
    <h2>Other payouts</h2>
    ${table({
      caption: `Of ${account}, the newest first`,
      heads: ['Period', 'Sent', 'State', 'To'],
      rows: rows.map((row) => [row.period, money(row.net, row.unit), states[row.state], row.destination_label]),
      end: [1],
    })}
  </section>`
}
