// New objects in the shape that the `stripe` library's types give them; money.ts and api.ts make them.

import { createHash } from 'node:crypto'
import type { Stripe } from 'stripe'
import { nowSeconds, type World } from './world.ts'

/** What a checkout is opened with. Amounts: minor units. */
export interface NewSession {
  readonly amount: number
  readonly currency: string
  readonly successUrl: string
  readonly cancelUrl: string | null
  readonly clientReferenceId: string | null
  readonly expiresAt: number
  readonly metadata: Record<string, string>
  readonly intentMetadata: Record<string, string>
  readonly captureMethod: 'automatic' | 'manual'
  readonly statementDescriptorSuffix: string | null
}

/** An open checkout; its payment intent is made when somebody pays. */
export function newSession(world: World, asked: NewSession): Stripe.Checkout.Session {
  const id = world.id(world.livemode ? 'cs_live' : 'cs_test')
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: asked.amount,
    amount_total: asked.amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: asked.cancelUrl,
    client_reference_id: asked.clientReferenceId,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: nowSeconds(world),
    currency: asked.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: null,
    discounts: [],
    expires_at: asked.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: world.livemode,
    locale: null,
    managed_payments: null,
    metadata: asked.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: asked.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${world.url}/c/pay/${id}`,
    wallet_options: null,
  }
}

/** The intent behind a checkout, nothing paid yet. */
export function newIntent(
  world: World,
  asked: Pick<NewSession, 'amount' | 'currency' | 'intentMetadata' | 'captureMethod' | 'statementDescriptorSuffix'>,
): Stripe.PaymentIntent {
  const id = world.id('pi')
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: asked.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: asked.captureMethod,
    client_secret: null,
    confirmation_method: 'automatic',
    created: nowSeconds(world),
    currency: asked.currency,
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: world.livemode,
    managed_payments: null,
    metadata: asked.intentMetadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: asked.statementDescriptorSuffix,
    status: 'requires_payment_method',
    transfer_group: null,
  }
}

/** A charge of a card for an intent, captured or not; `failure` is the code of a decline. */
export function newCharge(
  world: World,
  intent: Stripe.PaymentIntent,
  { card, failure, email }: { card: string; failure: string | null; email: string | null },
): Stripe.Charge {
  return {
    id: world.id('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: false,
    created: nowSeconds(world),
    currency: intent.currency,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure === null ? null : 'card_declined',
    failure_message: failure === null ? null : 'Your card was declined.',
    fraud_details: {},
    livemode: world.livemode,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: failure === null ? null : 'try_again_later',
      network_advice_code: null,
      network_decline_code: failure === null ? null : '05',
      network_status: failure === null ? 'approved_by_network' : 'declined_by_network',
      reason: failure,
      risk_level: 'normal',
      seller_message: failure === null ? 'Payment complete.' : 'The bank did not return any further details.',
      type: failure === null ? 'authorized' : 'issuer_declined',
    },
    paid: failure === null,
    payment_intent: intent.id,
    payment_method: world.id('pm'),
    payment_method_details: { type: 'card', card: cardDetails(world, intent, card) },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: failure === null ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  }
}

/** The same card always has the same fingerprint at one account of Stripe's, and it says nothing of the number. */
export function fingerprintOf(world: Pick<World, 'secretKey'>, card: string): string {
  const digest = createHash('sha256').update(`${world.secretKey} ${card}`).digest('base64url')
  return digest.replace(/[-_]/g, '0').slice(0, 16)
}

function cardDetails(
  world: World,
  intent: Stripe.PaymentIntent,
  card: string,
): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    amount_authorized: intent.amount,
    authorization_code: null,
    brand: 'visa',
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: fingerprintOf(world, card),
    funding: 'credit',
    installments: null,
    last4: card.slice(-4),
    mandate: null,
    network: 'visa',
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  }
}

/** A movement of the account's balance; `net` is what it moved by. */
export function newTransaction(
  world: World,
  moved: {
    readonly amount: number
    readonly fee: number
    readonly currency: string
    readonly source: string
    readonly type: Stripe.BalanceTransaction.Type
  },
): Stripe.BalanceTransaction {
  const { amount, fee, currency, source, type } = moved
  const transaction: Stripe.BalanceTransaction = {
    id: world.id('txn'),
    object: 'balance_transaction',
    amount,
    available_on: nowSeconds(world) + 2 * 86_400,
    balance_type: 'payments',
    created: nowSeconds(world),
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: type === 'adjustment' ? 'dispute' : type,
    source,
    status: 'pending',
    type,
  }
  world.transactions.set(transaction.id, transaction)
  return transaction
}
