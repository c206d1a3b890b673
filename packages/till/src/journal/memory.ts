/** The journal in memory, for tests and trials: keeps the port's promises except surviving the process. */
import assert from 'node:assert/strict'
import { journalLimits } from './port.ts'
import type { Entitlement, Journal, JournaledPayment, JournalLimits } from './port.ts'

/** Makes an empty journal that is lost with the process. */
export function memoryJournal({ openMax }: JournalLimits = journalLimits): Journal {
  const payments = new Map<string, JournaledPayment>()
  const entitlements = new Map<string, Entitlement>()
  const entitlementKey = (thumbprint: string, offerId: string): string => `${thumbprint} ${offerId}`

  return {
    async receive(payment) {
      const known = payments.get(payment.reference)
      if (known) return { status: 'known', payment: known }
      const rival = [...payments.values()].find(
        (other) =>
          payment.reader !== undefined &&
          payment.idempotencyKey !== undefined &&
          other.offerId === payment.offerId &&
          other.idempotencyKey === payment.idempotencyKey &&
          other.reader?.thumbprint === payment.reader.thumbprint,
      )
      if (rival) return { status: 'conflict', payment: rival }
      const open = [...payments.values()].filter(({ stage }) => stage === 'received')
      if (open.length >= openMax) return { status: 'full' }
      const received: JournaledPayment = { ...payment, stage: 'received' }
      payments.set(payment.reference, received)
      return { status: 'new', payment: received }
    },
    async deposited(reference, { receipt, atMs }) {
      const payment = payments.get(reference)
      assert(payment, 'a payment is received before it is deposited')
      const { deposit: _spent, ...rest } = payment
      const kept: JournaledPayment = payment.stage === 'received' ? { ...rest, stage: 'deposited', receipt } : payment
      payments.set(reference, kept)
      if (kept.reader && kept.kind === 'article') {
        const key = entitlementKey(kept.reader.thumbprint, kept.offerId)
        if (!entitlements.has(key))
          entitlements.set(key, {
            reader: kept.reader,
            offerId: kept.offerId,
            reference,
            receipt: kept.receipt ?? receipt,
            amount: kept.amount,
            atMs,
          })
      }
      return kept
    },
    async delivered(reference) {
      const payment = payments.get(reference)
      if (payment?.stage === 'deposited') payments.set(reference, { ...payment, stage: 'delivered' })
    },
    async refused(reference) {
      if (payments.get(reference)?.stage === 'received') payments.delete(reference)
    },
    async find(reference) {
      return payments.get(reference)
    },
    async unsettled(limit) {
      return [...payments.values()]
        .filter((payment) => payment.stage === 'received')
        .sort((a, b) => a.receivedAtMs - b.receivedAtMs)
        .slice(0, limit)
    },
    async entitlement(thumbprint, offerId) {
      return entitlements.get(entitlementKey(thumbprint, offerId))
    },
    async close() {},
  }
}
