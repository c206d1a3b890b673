// Books money that came in for a quote, once for each event of whoever took it in; issue.ts and test.ts call it.

import { isTuppenceError } from '@tuppence/protocol'
import { requestHash } from '../canonical.ts'
import { perform, type Deps } from '../deps.ts'
import type { Parts } from '../parts.ts'
import type { QuoteRow } from '../ledger/port.ts'

/** Credits one payment. @returns The quote that it was credited to, as it is then: another one, where somebody was first. */
export async function creditPayment(
  deps: Parts,
  { id, method, unit }: Pick<QuoteRow, 'id' | 'method' | 'unit'>,
  { event, amount }: { readonly event: string; readonly amount: number },
): Promise<QuoteRow> {
  const credited = await perform(deps, {
    hash: requestHash('payment', [method, event]),
    kind: 'payment',
    unit,
    answer: id,
    quotes: [{ type: 'pay', id, amount, method, event }],
    entries: [
      { account: `paid-in:${method}`, amount: -amount },
      { account: 'unminted', amount },
    ],
  })
  // Older mints kept no answer.
  const paid = await deps.ledger.quote(credited || id)
  if (paid === undefined) throw new Error('funding: a paid quote is gone')
  return paid
}

/**
 * Asks the quote's method what has come in, where it is one that is asked, and credits it. While the method does not answer
 * the quote stays as it is: it can be asked again.
 */
export async function creditReceived(deps: Deps, quote: QuoteRow): Promise<QuoteRow> {
  const funding = deps.funding.get(quote.method)
  if (quote.amountPaid > 0) return quote
  if (funding?.follow !== undefined) {
    await funding.follow(deps, quote)
    return (await deps.ledger.quote(quote.id)) ?? quote
  }
  if (funding?.received === undefined) return quote
  let current = quote
  try {
    for (const payment of await funding.received(quote)) current = await creditPayment(deps, quote, payment)
  } catch (error) {
    // Another process may have credited the same event; what the ledger says counts.
    if (isTuppenceError(error) && !isTuppenceError(error, 'quote-settled')) throw error
    if (!isTuppenceError(error)) deps.log('warn', 'funding-unanswered', { method: quote.method })
    current = (await deps.ledger.quote(quote.id)) ?? quote
  }
  return current
}
