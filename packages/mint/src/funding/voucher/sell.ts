// Makes batches of vouchers, and calls unsold or lost ones off; command.ts beside this prints what comes of it.

import { makeVoucher, TuppenceError, voucherSecretBytes } from '@tuppence/protocol'
import { requestHash } from '../../canonical.ts'
import type { Ledger, Operation } from '../../ledger/port.ts'
import type { Office } from '../../office/office.ts'
import type { Ports } from '../../ports.ts'
import { voucherMethod } from './method.ts'
import { voucherHash } from './voucher.ts'

/** What is worked with: also where no mint is running. */
export interface VoucherDeps extends Pick<Ports, 'clock' | 'random'> {
  readonly office: Office
  readonly ledger: Pick<Ledger, 'commit' | 'quote' | 'answer'>
}

/** Most vouchers of one batch. */
export const batchMost = 10_000

/** A batch to be made. `amount`: minor units, of each voucher. */
export interface NewBatch {
  readonly unit: string
  readonly amount: number
  readonly count: number
  readonly label: string
  readonly expiresAtMs: number | undefined
}

/**
 * Makes a batch. Its money counts as paid in from here on, and is owed to whoever redeems the codes.
 *
 * @returns The codes, which are nowhere else.
 * @throws {TuppenceError} `amount-out-of-range`.
 */
export async function sellVouchers(
  deps: VoucherDeps,
  { unit, amount, count, label, expiresAtMs }: NewBatch,
): Promise<{ readonly batch: string; readonly codes: readonly string[] }> {
  if (!(count >= 1 && count <= batchMost)) throw new TuppenceError('amount-out-of-range', { details: { count } })
  const batch = `vb${Buffer.from(deps.random.bytes(8)).toString('hex')}`
  const codes = Array.from({ length: count }, () => makeVoucher(deps.random.bytes(voucherSecretBytes)))
  const nowMs = deps.clock.nowMs()
  await deps.office.db.transaction().execute(async (db) => {
    const row = { id: batch, unit, amount, count, label, state: 'making', created_at_ms: nowMs } as const
    await db
      .insertInto('voucher_batches')
      .values({ ...row, expires_at_ms: expiresAtMs ?? null })
      .execute()
    for (const code of codes) {
      const id = voucherHash(code.replaceAll('-', ''))
      await db.insertInto('vouchers').values({ id, batch, voided_at_ms: null }).execute()
    }
  })
  const total = amount * count
  await commit(deps, {
    hash: soldHash(batch),
    kind: 'voucher-sold',
    unit,
    entries: [
      { account: `paid-in:${voucherMethod}`, amount: -total },
      { account: 'vouchers', amount: total },
    ],
  })
  // Until here no code of it is good: what was cut off before this is called off by voidVouchers, if it was booked.
  await deps.office.db.updateTable('voucher_batches').set({ state: 'sold' }).where('id', '=', batch).execute()
  return { batch, codes }
}

/**
 * Calls off what of a batch is not redeemed yet.
 *
 * @returns How many that were; undefined where there is no such batch.
 */
export async function voidVouchers(deps: VoucherDeps, batch: string): Promise<number | undefined> {
  const { db } = deps.office
  const row = await db.selectFrom('voucher_batches').selectAll().where('id', '=', batch).executeTakeFirst()
  if (row === undefined || (row.state !== 'sold' && (await deps.ledger.answer(soldHash(batch))) === undefined))
    return undefined
  const open = await db.selectFrom('vouchers').select('id').where('batch', '=', batch).execute()
  let voided = 0
  for (const { id } of open) {
    const nowMs = deps.clock.nowMs()
    await db.updateTable('vouchers').set({ voided_at_ms: nowMs }).where('id', '=', id).execute()
    // Under the same event as a redemption: one of the two is first, whatever the office says by then.
    const quote = `void-${id.slice(0, 48)}`
    const done = await commit(deps, {
      hash: requestHash('voucher-void', [id]),
      kind: 'voucher-void',
      unit: row.unit,
      quotes: [
        {
          type: 'open',
          row: {
            id: quote,
            method: voucherMethod,
            unit: row.unit,
            amount: row.amount,
            request: 'void',
            createdAtMs: nowMs,
            expiresAtMs: nowMs,
            updatedAtMs: nowMs,
            amountPaid: 0,
            amountIssued: 0,
            amountRevoked: 0,
          },
        },
        { type: 'pay', id: quote, amount: row.amount, method: voucherMethod, event: id },
        { type: 'revoke', id: quote, amount: row.amount },
      ],
      entries: [
        { account: `paid-in:${voucherMethod}`, amount: row.amount },
        { account: 'vouchers', amount: -row.amount },
      ],
    })
    if (done) voided++
  }
  return voided
}

const soldHash = (batch: string) => requestHash('voucher-sold', [batch])

async function commit(
  { ledger, clock }: VoucherDeps,
  operation: Pick<Operation, 'hash' | 'kind' | 'unit' | 'entries'> & Pick<Partial<Operation>, 'quotes'>,
): Promise<boolean> {
  const [outcome] = await ledger.commit([
    { atMs: clock.nowMs(), answer: '', spends: [], promises: [], ...operation } satisfies Operation,
  ])
  return outcome?.status === 'committed'
}
