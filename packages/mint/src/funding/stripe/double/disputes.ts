// Disputes at the pretended Stripe: a card's holder objects, the bank decides; money.ts and tests call it.

import type { Stripe } from 'stripe'
import { stateError } from './api-error.ts'
import { newTransaction } from './objects.ts'
import { emit, nowSeconds, type World } from './world.ts'

/** What a dispute costs, won or lost. */
export const disputeFee = 1500

/** The card's holder disputes a charge, or a part of it: that amount and a fee are withdrawn at once. */
export function openDispute(world: World, chargeId: string, part?: number): Stripe.Dispute {
  const charge = world.charges.get(chargeId)
  if (charge === undefined || !charge.captured || charge.disputed) throw stateError('This charge cannot be disputed.')
  const id = world.id('du')
  const amount = part ?? charge.amount_captured - charge.amount_refunded
  const withdrawn = newTransaction(world, {
    amount: -amount,
    fee: disputeFee,
    currency: charge.currency,
    source: id,
    type: 'adjustment',
  })
  const dispute = {
    id,
    object: 'dispute',
    amount,
    balance_transactions: [withdrawn],
    charge: charge.id,
    created: nowSeconds(world),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: nowSeconds(world) + 7 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: world.livemode,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: 'fraudulent',
    status: 'needs_response',
  } as unknown as Stripe.Dispute
  world.disputes.set(id, dispute)
  charge.disputed = true
  emit(world, 'charge.dispute.created', dispute)
  emit(world, 'charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** The bank decides. Who wins has the amount back, the fee is gone either way. */
export function closeDispute(world: World, id: string, outcome: 'won' | 'lost'): void {
  const dispute = world.disputes.get(id)
  if (dispute === undefined || dispute.status === 'won' || dispute.status === 'lost') {
    throw stateError('This dispute is closed.')
  }
  dispute.status = outcome
  if (outcome === 'won') {
    const { amount, currency } = dispute
    dispute.balance_transactions.push(
      newTransaction(world, { amount, fee: 0, currency, source: id, type: 'adjustment' }),
    )
    emit(world, 'charge.dispute.funds_reinstated', dispute)
  }
  emit(world, 'charge.dispute.closed', dispute)
}
