// A payout's row as tests put it on the operator's desk; only tests import it.

import { randomUUID } from 'node:crypto'
import type { PayoutRow } from '../office/tables/payout.ts'

/** A payout of $120 that is held because it is the first; whatever is given instead. */
export function heldPayout(change: Partial<PayoutRow> = {}): PayoutRow {
  const amount = change.amount ?? 12_000
  const commission = change.commission ?? 120
  const id = change.id ?? randomUUID()
  return {
    id,
    account: 'daily-news',
    unit: 'usd',
    period: '2026-11',
    number: 1,
    amount,
    commission,
    net: amount - commission,
    method: 'bank-file',
    state: 'held',
    reason: 'The first payout of this publisher.',
    findings: JSON.stringify([
      {
        rule: 'first-payout',
        action: 'review',
        mode: 'enforce',
        reason: 'The first payout of this publisher.',
        figures: { ageDays: 34 },
      },
    ]),
    people_needed: 1,
    planned_by: 'chore',
    destination: 'destination',
    destination_fingerprint: 'iban:00',
    destination_label: 'DE89 … 3000',
    destination_changed_by: 'account',
    destination_changed_at_ms: 1_790_000_000_000,
    not_before_at_ms: 1_795_000_000_000,
    booked_at_ms: null,
    first_sent_at_ms: null,
    attempts: 0,
    needs_person: 0,
    busy_until_at_ms: 0,
    again: 0,
    batch: null,
    external: null,
    created_at_ms: 1_794_900_000_000,
    updated_at_ms: 1_794_900_000_000,
    ...change,
  }
}
