// Bank transfers as a funding method: a reference that a person types, and lines of the bank's statement that are matched by
// it; methods.ts makes it, command.ts beside this imports.

import { createHash } from 'node:crypto'
import { TuppenceError, unitExponent } from '@tuppence/protocol'
import { requestHash } from '../../canonical.ts'
import { noteTopUp } from '../../fraud/top-ups.ts'
import type { TransferLine } from '../../office/tables/funding.ts'
import type { Parts } from '../../parts.ts'
import { creditPayment } from '../credit.ts'
import type { Funding } from '../port.ts'
import type { TransferSettings } from './config.ts'
import { findReferences, makeReference, showReference } from './reference.ts'
import { readStatement, type BankLine } from './statement.ts'

/** Name of the method, in paths and in the journal. */
export const transferMethod = 'transfer'

/** Makes the method. */
export function transferFunding(settings: TransferSettings, units: readonly string[]): Funding {
  const { minAmount, maxAmount, iban, holder } = settings
  return {
    method: transferMethod,
    name: 'Bank transfer',
    // Banks write cents: of a unit without them, a sum would count for a hundred times as much.
    units: units.filter(hasCents),
    minAmount,
    maxAmount,
    needsKey: true,
    mintOptions: { reference: true },
    request: async (quote, { deps }) => {
      const reference = makeReference(deps.random.bytes(7))
      await deps.office.db
        .insertInto('transfer_orders')
        .values({ id: reference, quote: quote.id, unit: quote.unit, created_at_ms: quote.createdAtMs })
        .execute()
      // RFC 8905: banks' apps read it, and so do people.
      const major = `${Math.floor(quote.amount / 100)}.${String(quote.amount % 100).padStart(2, '0')}`
      const query = new URLSearchParams({
        amount: `${quote.unit.toUpperCase()}:${major}`,
        'receiver-name': holder,
        message: showReference(reference),
      })
      return `payto://iban/${iban}?${query.toString().replaceAll('+', '%20')}`
    },
  }
}

const hasCents = (unit: string) => unitExponent(unit) === 2

/** What an import came to. */
export interface Imported {
  readonly lines: number
  /** Lines that were imported before. */
  readonly known: number
  readonly credited: number
  /** Kept for the operator: no reference, several, or one that is of no quote. */
  readonly unknown: number
  /** Money that went out, and money of another currency. */
  readonly left: number
}

/**
 * Books a bank's statement. Every line counts once, in however many files it is; a quote is credited with what came, be it less
 * than was asked, more, or late.
 *
 * @throws {TuppenceError} `bad-request`: the file cannot be read, and nothing of it was booked.
 */
export async function importStatement(deps: Parts, text: string, settings: TransferSettings): Promise<Imported> {
  const lines = readStatement(text, settings)
  const counts = { lines: lines.length, known: 0, credited: 0, unknown: 0, left: 0 }
  for (const line of lines) counts[await importLine(deps, line)]++
  return counts
}

async function importLine(deps: Parts, line: BankLine): Promise<'known' | 'credited' | 'unknown' | 'left'> {
  const { db } = deps.office
  const found = await db.selectFrom('transfer_lines').selectAll().where('id', '=', line.id).executeTakeFirst()
  if (found !== undefined && found.state !== 'new') return 'known'
  if (found !== undefined && (await creditedBefore(deps, line.id))) return 'credited'
  const references = findReferences(line.text)
  const isOurs = line.amount > 0 && deps.config.units.includes(line.currency) && hasCents(line.currency)
  if (found === undefined) {
    await db
      .insertInto('transfer_lines')
      .values({
        id: line.id,
        booked_on: line.date,
        amount: line.amount,
        currency: line.currency,
        text: line.text.slice(0, 500),
        instrument: line.account === undefined ? null : instrumentOf(line.account),
        state: isOurs ? 'new' : 'left',
        reference: null,
        note: line.amount > 0 && !isOurs ? `The mint has no unit ${line.currency}.` : null,
        decided_by: null,
        imported_at_ms: deps.clock.nowMs(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }
  if (!isOurs) return 'left'
  const [reference] = references
  if (reference !== undefined && references.length === 1 && (await creditLine(deps, line.id, reference)))
    return 'credited'
  await db
    .updateTable('transfer_lines')
    .set({ state: 'unknown', note: references.length > 1 ? 'It names several references.' : null })
    .where('id', '=', line.id)
    .where('state', '=', 'new')
    .execute()
  return 'unknown'
}

/** Credits a line to a reference's quote; the ledger knows the line, so that it counts once. */
async function creditLine(deps: Parts, id: string, reference: string): Promise<boolean> {
  const { db } = deps.office
  const order = await db.selectFrom('transfer_orders').selectAll().where('id', '=', reference).executeTakeFirst()
  const line = await db.selectFrom('transfer_lines').selectAll().where('id', '=', id).executeTakeFirst()
  const quote = order === undefined ? undefined : await deps.ledger.quote(order.quote)
  if (line === undefined || quote === undefined || quote.unit !== line.currency || line.amount <= 0) return false
  const credited = await creditPayment(deps, quote, { event: id, amount: line.amount })
  const { amount, currency: unit, instrument } = line
  const about = { id, unit, method: transferMethod, amount, outcome: 'paid' } as const
  await noteTopUp(deps, { ...about, ...(instrument === null ? {} : { instrument }) }, deps.clock.nowMs())
  await noteCredited(deps, id, credited.id)
  // Credited before, by another hand, to another quote: that one holds.
  return credited.id === quote.id
}

/** Whether the ledger has a line that the office does not know of: whoever credited it was cut off. */
async function creditedBefore(deps: Parts, id: string): Promise<boolean> {
  const quote = await deps.ledger.answer(requestHash('payment', [transferMethod, id]))
  if (quote === undefined) return false
  await noteCredited(deps, id, quote)
  return true
}

async function noteCredited({ office: { db } }: Parts, id: string, quote: string): Promise<void> {
  const order = await db.selectFrom('transfer_orders').select('id').where('quote', '=', quote).executeTakeFirst()
  const change = { state: 'credited', reference: order?.id ?? null } as const
  await db.updateTable('transfer_lines').set(change).where('id', '=', id).execute()
}

/**
 * Says by hand whose a line is that had no reference, or a wrong one.
 *
 * @throws {TuppenceError} `not-found` (no such line, or not one that waits), `quote-unknown` (no such reference, or of another unit).
 */
export async function assignTransfer(
  deps: Parts,
  id: string,
  reference: string,
  { by, note }: { by: string; note: string },
): Promise<void> {
  await decide(deps, id, { decided_by: by, note, state: 'new' })
  const [read = reference] = findReferences(reference)
  if (await creditLine(deps, id, read)) return
  await deps.office.db
    .updateTable('transfer_lines')
    .set({ state: 'unknown' })
    .where('id', '=', id)
    .where('state', '=', 'new')
    .execute()
  throw new TuppenceError('quote-unknown')
}

/** Says that a line was sent back by the bank, or is none of the mint's. The ledger never had it. @throws {TuppenceError} `not-found`. */
export async function dismissTransfer(
  deps: Parts,
  id: string,
  { by, note }: { by: string; note: string },
): Promise<void> {
  await decide(deps, id, { decided_by: by, note, state: 'dismissed' })
}

async function decide(
  { office }: Parts,
  id: string,
  change: Pick<TransferLine, 'decided_by' | 'note' | 'state'>,
): Promise<void> {
  const { numUpdatedRows } = await office.db
    .updateTable('transfer_lines')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'unknown')
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== 1) throw new TuppenceError('not-found')
}

/** What an account is known by: the same word as payouts have for theirs. */
function instrumentOf(account: string): string {
  return `iban:${createHash('sha256').update(account.replace(/\s/g, '').toUpperCase()).digest('hex')}`
}
