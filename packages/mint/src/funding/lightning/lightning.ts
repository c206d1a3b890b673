// Lightning as a funding method (NUT-23): top-ups are invoices of our node, payouts pay invoices of others; mint.ts makes it.

import { TuppenceError } from '@tuppence/protocol'
import type { MeltRow } from '../../ledger/port.ts'
import type { Funding } from '../port.ts'
import { readInvoice } from './bolt11.ts'
import type { Lightning, LightningPayment, LightningResult } from './port.ts'

/** Name of the method, in paths and in the journal. */
export const lightningMethod = 'bolt11'

/**
 * Makes the method.
 *
 * @param msatPer - What one minor unit of each unit is worth, in millisatoshi: 1000 for `sat`.
 */
export function lightningFunding(
  lightning: Lightning,
  {
    msatPer,
    minAmount,
    maxAmount,
  }: { msatPer: Readonly<Record<string, number>>; minAmount: number; maxAmount: number },
): Funding {
  const rateOf = (unit: string): number => {
    const rate = msatPer[unit]
    if (rate === undefined) throw new TuppenceError('unit-unsupported', { details: { unit } })
    return rate
  }
  const paymentOf = ({ id, attempt, request, unit, amount, feeReserve }: MeltRow): LightningPayment => {
    const { msat } = readInvoice(request)
    return {
      label: `${id}/${attempt}`,
      invoice: request,
      msat: msat ?? amount * rateOf(unit),
      feeMaxMsat: feeReserve * rateOf(unit),
    }
  }
  const booked = (result: LightningResult, unit: string) =>
    result.status === 'paid'
      ? { status: 'paid' as const, feePaid: Math.ceil(result.feeMsat / rateOf(unit)), proof: result.preimage }
      : result
  return {
    method: lightningMethod,
    name: 'Lightning',
    units: Object.keys(msatPer),
    minAmount,
    maxAmount,
    mintOptions: { description: true },
    meltOptions: { amountless: true },
    request: ({ amount, unit, description = '', createdAtMs, expiresAtMs }) =>
      lightning.invoice({
        msat: amount * rateOf(unit),
        description,
        expirySeconds: Math.max(1, Math.floor((expiresAtMs - createdAtMs) / 1000)),
      }),
    received: async ({ request, unit }) => {
      const found = await lightning.received(request)
      if (found === undefined) return []
      // Overpaid or underpaid, it is what came in that is credited, rounded down.
      const worth = Math.floor(found.msat / rateOf(unit))
      return worth < 1 ? [] : [{ event: readInvoice(request).paymentHash, amount: worth }]
    },
    payout: {
      quote: async ({ request, unit, amount, amountMsat }) => {
        const invoice = readInvoice(request)
        const rate = rateOf(unit)
        const asked = amountMsat ?? (amount === undefined ? undefined : amount * rate)
        const msat = invoice.msat ?? asked
        if (msat === undefined) throw new TuppenceError('invoice-amountless')
        if (asked !== undefined && asked !== msat) throw new TuppenceError('invoice-amount-mismatch')
        const reserve = await lightning.feeReserve({ invoice: request, msat })
        return {
          amount: Math.ceil(msat / rate),
          feeReserve: Math.ceil(reserve.msat / rate),
          payee: invoice.paymentHash,
        }
      },
      pay: async (melt) => booked(await lightning.pay(paymentOf(melt)), melt.unit),
      outcome: async (melt) => booked(await lightning.outcome(paymentOf(melt)), melt.unit),
    },
  }
}
