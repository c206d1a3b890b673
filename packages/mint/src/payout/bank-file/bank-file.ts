// Pays publishers by files for the operator's bank: what waits is put into one, and somebody says what the bank did; pay.ts sends
// through it, confirm.ts hears.

import { createHash, randomBytes } from 'node:crypto'
import { decimalAmount, TuppenceError } from '@tuppence/protocol'
import type { Office } from '../../office/office.ts'
import type { DestinationRow, PayoutRow } from '../../office/tables/payout.ts'
import type { PayoutConfig } from '../config.ts'
import { writeCsv } from '../csv.ts'
import { everybody } from '../freeze.ts'
import type { Described, PayoutAdapter } from '../port.ts'
import { maskIban, readBic, readIban } from './iban.ts'
import { writePain001, type Party, type Transfer } from './pain001.ts'

type BankConfig = NonNullable<PayoutConfig['bankFile']>

/** What a payout that a person has ended by hand has in the place of a file, so that none ever takes it. */
export const noFile = '(none)'

/** Makes the adapter. @param name - Of the mint, for the receiver to read. */
export function bankFile(config: BankConfig, { office, name }: { office: Office; name: string }): PayoutAdapter {
  return {
    method: 'bank-file',
    units: config.units,
    describe: async (details) => describe(details),
    send: async ({ batch }) => ({
      status: 'waiting',
      reason: batch === null ? 'Waits for the next file.' : `In the file ${batch}: waits for what the bank says.`,
    }),
    gather: async (nowMs) => {
      for (const unit of config.units) while (await makeFile(office, config, { unit, nowMs, name })) continue
    },
  }
}

/** Reads an account: `name`, `iban`, and `bic` where somebody wants it. */
function describe(given: Readonly<Record<string, string>>): Described {
  const { name = '', iban = '', bic, ...rest } = given
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 70 || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed))
    throw new TuppenceError('bad-request', { details: { field: 'name' } })
  if (Object.keys(rest).length > 0) throw new TuppenceError('bad-request', { details: { field: 'details' } })
  const read = readIban(iban)
  const hash = createHash('sha256').update(read).digest('hex')
  return {
    details: { name: trimmed, iban: read, ...(bic === undefined ? {} : { bic: readBic(bic) }) },
    fingerprint: `iban:${hash}`,
    label: maskIban(read),
  }
}

/**
 * Puts what waits in a unit into a file, in one transaction: a payout is in one file, for ever, and a file is never written again.
 *
 * @returns Whether there was something.
 */
async function makeFile(
  { db }: Office,
  { debtor, paymentsMax }: BankConfig,
  { unit, nowMs, name }: { unit: string; nowMs: number; name: string },
): Promise<boolean> {
  return db.transaction().execute(async (within) => {
    const waiting = await within
      .selectFrom('payouts')
      .select('id')
      .where('method', '=', 'bank-file')
      .where('unit', '=', unit)
      .where('state', '=', 'sending')
      .where('booked_at_ms', 'is not', null)
      .where('batch', 'is', null)
      // Books that were set back may not know of the file that it is in: no other is made before somebody has compared.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('payout_freezes as stop')
              .select('stop.id')
              .where('stop.lifted_at_ms', 'is', null)
              .where(({ eb, or, ref }) =>
                or([eb('stop.account', '=', everybody), eb('stop.account', '=', ref('payouts.account'))]),
              ),
          ),
        ),
      )
      .orderBy('created_at_ms')
      .limit(paymentsMax)
      .execute()
    if (waiting.length === 0) return false
    const id = `tup-${randomBytes(12).toString('hex')}`
    // Of two mints that gather at once each gets what the other has not.
    const rows = await within
      .updateTable('payouts')
      .set({ batch: id })
      .where(
        'id',
        'in',
        waiting.map((row) => row.id),
      )
      .where('batch', 'is', null)
      .returningAll()
      .execute()
    if (rows.length === 0) return true
    const places = await within
      .selectFrom('payout_destinations')
      .selectAll()
      .where(
        'id',
        'in',
        rows.map(({ destination }) => destination),
      )
      .execute()
    const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const transfers = sorted.map((row) => transferOf(row, places, name))
    const on = nextDay(nowMs)
    await within
      .insertInto('payout_batches')
      .values({
        id,
        unit,
        payments: rows.length,
        total: rows.reduce((sum, { net }) => sum + net, 0),
        document: writePain001({ id, unit, createdAtMs: nowMs, on, from: debtor, transfers }),
        csv: csvOf(id, unit, transfers),
        created_at_ms: nowMs,
      })
      .execute()
    return true
  })
}

function transferOf(row: PayoutRow, places: readonly DestinationRow[], name: string): Transfer {
  const place = places.find(({ id }) => id === row.destination)
  if (place === undefined) throw new Error(`payout: ${row.id} has no destination`)
  return {
    id: row.id,
    amount: row.net,
    to: JSON.parse(place.details) as Party,
    text: `${name} ${row.period} ${row.account}`,
  }
}

/** The same file for who has no bank that reads XML, or wants to see it. */
function csvOf(batch: string, unit: string, transfers: readonly Transfer[]): string {
  return writeCsv(
    ['file', 'payout', 'name', 'iban', 'bic', 'amount', 'currency', 'text'],
    transfers.map(({ id, amount, to, text }) => [
      batch,
      id,
      to.name,
      to.iban,
      to.bic ?? '',
      decimalAmount(amount, unit),
      unit.toUpperCase(),
      text,
    ]),
  )
}

function nextDay(nowMs: number): string {
  return new Date(nowMs + 86_400_000).toISOString().slice(0, 10)
}
