// Prepaid vouchers: codes that were sold, and are redeemed into a quote that is paid at once; handlers.ts redeems, command.ts
// beside this sells. Whoever has a code has the money, so the mint keeps its hash alone.

import { createHash } from 'node:crypto'
import { isTuppenceError, readVoucher, TuppenceError, type RedeemVoucher } from '@tuppence/protocol'
import { requestHash } from '../../canonical.ts'
import { perform, type Deps } from '../../deps.ts'
import { fundingOf, quoteAnswer, uuidV7, type QuoteAnswer } from '../../issue.ts'
import type { QuoteRow } from '../../ledger/port.ts'
import { voucherMethod } from './method.ts'

/** What the office knows a code by. @param code - As readVoucher gives it. */
export function voucherHash(code: string): string {
  return createHash('sha256').update(`tuppence voucher ${code}`).digest('hex')
}

/**
 * Takes a voucher's money for a key: one operation of the ledger, so that a code is good once, whoever asks at once.
 *
 * @throws {TuppenceError} `funding-unsupported`, `voucher-invalid`, `voucher-unknown`, `voucher-used` (for another key),
 *   `voucher-expired`, `quote-key-required`, `unit-unsupported`.
 */
export async function redeemVoucher(deps: Deps, { unit, pubkey, voucher }: RedeemVoucher): Promise<QuoteAnswer> {
  const funding = fundingOf(deps, voucherMethod)
  if (!funding.units.includes(unit)) throw new TuppenceError('unit-unsupported', { details: { unit } })
  if (!deps.curve.isPoint(pubkey)) throw new TuppenceError('quote-key-required')
  const event = voucherHash(readVoucher(voucher))
  const hash = requestHash('voucher', [event, pubkey])
  const known = await deps.ledger.answer(hash)
  if (known !== undefined) return answerOf(deps, known)
  const found = await deps.office.db
    .selectFrom('vouchers')
    .innerJoin('voucher_batches', 'voucher_batches.id', 'vouchers.batch')
    .select(['amount', 'unit', 'state', 'expires_at_ms', 'voided_at_ms'])
    .where('vouchers.id', '=', event)
    .executeTakeFirst()
  if (found === undefined || found.state !== 'sold' || found.unit !== unit) throw new TuppenceError('voucher-unknown')
  const nowMs = deps.clock.nowMs()
  if (found.voided_at_ms !== null || (found.expires_at_ms ?? Infinity) <= nowMs)
    throw new TuppenceError('voucher-expired')
  const row: QuoteRow = {
    id: uuidV7(nowMs, deps.random.bytes(10)),
    method: voucherMethod,
    unit,
    amount: found.amount,
    request: 'voucher',
    pubkey,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + deps.config.quoteLifetimeSeconds * 1000,
    updatedAtMs: nowMs,
    amountPaid: 0,
    amountIssued: 0,
    amountRevoked: 0,
  }
  try {
    const id = await perform(deps, {
      hash,
      kind: 'voucher',
      unit,
      answer: row.id,
      quotes: [
        { type: 'open', row },
        { type: 'pay', id: row.id, amount: row.amount, method: voucherMethod, event },
      ],
      entries: [
        { account: 'vouchers', amount: -row.amount },
        { account: 'unminted', amount: row.amount },
      ],
    })
    return await answerOf(deps, id)
  } catch (error) {
    throw isTuppenceError(error, 'quote-settled') ? new TuppenceError('voucher-used') : error
  }
}

async function answerOf(deps: Deps, id: string): Promise<QuoteAnswer> {
  const quote = await deps.ledger.quote(id)
  if (quote === undefined) throw new Error('funding: the quote of a voucher is gone')
  return quoteAnswer(quote)
}
