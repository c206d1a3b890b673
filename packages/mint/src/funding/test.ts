// Test money: a quote is paid by saying so. Exists only when the configuration enables it; mint.ts makes it.

import { TuppenceError } from '@tuppence/protocol'
import type { Deps } from '../deps.ts'
import type { QuoteRow } from '../ledger/port.ts'
import { creditPayment } from './credit.ts'
import type { Funding } from './port.ts'

/** Name of the method, in paths and in the journal. */
export const testMethod = 'test'

/** Makes the method. @param bounds - Least and most of one top-up, in minor units. */
export function testFunding(bounds: { minAmount: number; maxAmount: number; units: readonly string[] }): Funding {
  return {
    method: testMethod,
    name: 'Test money',
    ...bounds,
    request: async (quote) => `test-money:${quote.id}`,
    payout: {
      quote: async (asked) => ({ amount: payoutAmount(asked), feeReserve: 0 }),
      // Test money goes nowhere, so it always arrives.
      pay: async () => ({ status: 'paid', feePaid: 0 }),
      outcome: async () => ({ status: 'paid', feePaid: 0 }),
    },
  }
}

/** Reads `test-money:out`, with the amount beside it, or `test-money:out:<amount>`. */
function payoutAmount({ request, amount }: { request: string; amount: number | undefined }): number {
  const match = /^test-money:out(?::([1-9]\d{0,8}))?$/.exec(request)
  if (match === null) throw new TuppenceError('bad-payment-request')
  const named = match[1] === undefined ? amount : Number(match[1])
  if (named === undefined) throw new TuppenceError('invoice-amountless')
  if (amount !== undefined && amount !== named) throw new TuppenceError('invoice-amount-mismatch')
  return named
}

/**
 * Pays a quote with test money; paying it again changes nothing.
 *
 * @throws {TuppenceError} `quote-unknown`, `quote-expired` (nothing was paid then: test money comes from nowhere).
 */
export async function payTestQuote(deps: Deps, id: string): Promise<QuoteRow> {
  const quote = await deps.ledger.quote(id)
  if (quote === undefined || quote.method !== testMethod) throw new TuppenceError('quote-unknown')
  if (quote.amountPaid > 0) return quote
  if (quote.expiresAtMs <= deps.clock.nowMs()) throw new TuppenceError('quote-expired')
  return creditPayment(deps, quote, { event: id, amount: quote.amount })
}
