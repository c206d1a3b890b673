/** Turns a payment that ends into the line that the history keeps; every action that ends one calls it. */
import type { EndState, Payment } from '../payment.ts'
import type { HistoryEntry } from '../tables.ts'

/** How it ended, and what else is worth keeping. `amount` replaces the payment's where less came of it. */
export type Ending = { readonly end: EndState } & Partial<
  Pick<HistoryEntry, 'receipt' | 'reason' | 'amount' | 'outputs'>
>

/** The history's entry of a payment. Never a coin, token or credential. */
export function ended(payment: Payment, ending: Ending): HistoryEntry {
  const { id, kind, amount, unit, atMs, mint } = payment
  return { id, kind, amount, unit, atMs, mint, ...about(payment), ...ending }
}

function about(payment: Payment): Partial<HistoryEntry> {
  switch (payment.kind) {
    case 'pay':
    case 'tip': {
      const { url, site, title } = payment.offer
      return {
        url,
        site,
        ...(title !== undefined && { title }),
        ...(payment.gesture !== undefined && { gesture: payment.gesture }),
      }
    }
    case 'lend':
      return { site: payment.site, outputs: payment.refund }
    case 'refund': {
      const { url, site, title } = payment.offer
      return {
        url,
        site,
        of: payment.of,
        ...(title !== undefined && { title }),
        ...(payment.loan && { loan: payment.loan }),
        // A frame's are its loan's.
        ...(payment.outputs.planned.length > 0 && { outputs: payment.outputs }),
      }
    }
    default:
      return {}
  }
}
