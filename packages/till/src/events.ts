/** What a publisher's server is told: the events of a till, each with an id that its repeats share. */
import type { SignedReceipt } from '@tuppence/protocol'
import type { TillSettings } from './config.ts'
import type { JournaledPayment, NewEvent, Refund } from './journal/port.ts'
import { taxFields, type Tax } from './tax.ts'

/** Whether anybody is told of events; what nobody is told of is not written down. */
export function isTold({ terms }: TillSettings): boolean {
  return terms.webhooks.length > 0
}

/** A payment has become the publisher's money. The reader's key is left out: nobody behind the till needs it. */
export function depositedEvent(payment: JournaledPayment, receipt: SignedReceipt, tax?: Tax): NewEvent {
  const { reference, offerId, kind, amount, unit } = payment
  return event('payment.deposited', reference, {
    offer: offerId,
    kind,
    amount,
    unit,
    reference,
    receipt,
    ...taxFields(tax, payment),
  })
}

/** A payment has been given back. */
export function refundedEvent({ reference, offerId, amount, unit }: Refund): NewEvent {
  return event('payment.refunded', reference, { offer: offerId, amount, unit, reference })
}

/** An article has been given for nothing. @param id - Unique to the reader and the article. */
export function grantedEvent(id: string, offerId: string): NewEvent {
  return event('article.granted', id, { offer: offerId })
}

function event(type: NewEvent['type'], id: string, data: object): NewEvent {
  return { id: `msg_${type.replace('.', '_')}_${id}`, type, data: JSON.stringify(data) }
}
