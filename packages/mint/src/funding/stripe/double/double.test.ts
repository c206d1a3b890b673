import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { doubleSecretKey, serveStripeDouble, signatureHeader, type ServedStripeDouble } from './double.ts'

const secret = 'whsec_of_the_tests'

/** The real library, pointed at the double. */
function client({ url }: ServedStripeDouble, key = doubleSecretKey): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false })
}

const opening = (amount = 1000): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Top-up' } } }],
  payment_intent_data: { capture_method: 'manual', metadata: { order: 'a' } },
  metadata: { order: 'a' },
  success_url: 'http://wallet.test/topped-up.html',
  cancel_url: 'http://wallet.test/topped-up.html?cancelled',
})

/** Fills in the checkout page as a browser would. */
function fillIn(url: string, number: string, action = 'pay'): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams({ number, action }), redirect: 'manual' })
}

describe('the pretended Stripe', () => {
  let served: ServedStripeDouble
  let stripe: Stripe
  const received: Stripe.Event[] = []
  let refusals = 0
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const payload = Buffer.concat(parts)
      if (refusals-- > 0) return void response.writeHead(500).end()
      // The library checks what the double signed.
      received.push(Stripe.webhooks.constructEvent(payload, request.headers['stripe-signature'] ?? '', secret))
      response.end()
    })
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    served = await serveStripeDouble({ seed: 7, webhook: { url, secret }, delayMs: 1 })
    stripe = client(served)
  })
  beforeEach(() => {
    received.length = 0
    refusals = 0
    Object.assign(served.faults, { duplicate: 0, lose: 0, reorder: 0 })
    served.double.behave({ down: false, slowMs: 0, answersThenFails: 0 })
  })
  afterAll(async () => {
    await served.close()
    await new Promise((resolve) => receiver.close(resolve))
  })

  test('takes a payment through its page, captures it, and tells of each step by events the library verifies', async () => {
    const session = await stripe.checkout.sessions.create(opening())
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 1000,
      payment_intent: null,
    })
    expect(await (await fetch(session.url as string)).text()).toContain('Card number')
    const paid = await fillIn(session.url as string, '4242 4242 4242 4242')
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://wallet.test/topped-up.html'])
    expect((await fillIn(session.url ?? served.url, '4242424242424242')).status).toBe(410)

    const complete = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
    const intent = complete.payment_intent as Stripe.PaymentIntent
    expect(complete).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    expect(intent).toMatchObject({ status: 'requires_capture', amount_capturable: 1000, metadata: { order: 'a' } })
    const captured = await stripe.paymentIntents.capture(
      intent.id,
      { expand: ['latest_charge.balance_transaction'] },
      { idempotencyKey: 'capture-a' },
    )
    const charge = captured.latest_charge as Stripe.Charge
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 1000 })
    // 2.9% of 1000 and 30.
    expect(charge.balance_transaction).toMatchObject({ amount: 1000, fee: 59, net: 941 })
    expect(charge.payment_method_details?.card).toMatchObject({
      last4: '4242',
      fingerprint: expect.stringMatching(/^\w{16}$/),
    })
    await expect(stripe.paymentIntents.capture(intent.id)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    })

    await served.settled()
    expect(received.map(({ type }) => type)).toEqual([
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'checkout.session.completed',
      'charge.captured',
      'payment_intent.succeeded',
    ])
    // An event says how things were when it happened.
    expect(received[1]?.data.object).toMatchObject({ status: 'requires_capture' })
  })

  test('declines a card that it is said to decline, and lets another one be tried', async () => {
    const session = await stripe.checkout.sessions.create(opening())
    const url = session.url as string
    const declined = await fillIn(url, '4000000000000002')
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('was declined')])
    expect((await fillIn(url, '4242424242424241')).status).toBe(400)
    expect((await fillIn(url, '4242424242424242')).status).toBe(303)
    const { payment_intent: id } = await stripe.checkout.sessions.retrieve(session.id)
    expect((await stripe.paymentIntents.cancel(String(id))).status).toBe('canceled')
  })

  test('withdraws a disputed payment with its fee, and gives it back without when the dispute is won', async () => {
    const session = await stripe.checkout.sessions.create(opening(2000))
    await fillIn(session.url as string, '4000000000000259')
    const { payment_intent: id } = await stripe.checkout.sessions.retrieve(session.id)
    await stripe.paymentIntents.capture(String(id))
    const [dispute] = (await stripe.disputes.list({ payment_intent: String(id) })).data
    expect(dispute).toMatchObject({ amount: 2000, status: 'needs_response', balance_transactions: [{ net: -3500 }] })
    await expect(stripe.refunds.create({ payment_intent: String(id) })).rejects.toMatchObject({
      code: 'charge_disputed',
    })
    served.double.closeDispute(dispute?.id as string, 'won')
    const won = await stripe.disputes.retrieve(dispute?.id as string)
    expect(won.balance_transactions.map(({ net }) => net)).toEqual([-3500, 2000])
  })

  test('does a request with an idempotency key once, also when its answer was lost', async () => {
    const session = await stripe.checkout.sessions.create(opening())
    await fillIn(session.url as string, '4242424242424242')
    const { payment_intent: id } = await stripe.checkout.sessions.retrieve(session.id)
    await stripe.paymentIntents.capture(String(id))
    served.double.behave({ answersThenFails: 1 })
    const once = { idempotencyKey: 'refund-a' }
    await expect(stripe.refunds.create({ payment_intent: String(id), amount: 400 }, once)).rejects.toMatchObject({
      statusCode: 500,
    })
    const again = await stripe.refunds.create({ payment_intent: String(id), amount: 400 }, once)
    expect((await stripe.refunds.list({ payment_intent: String(id) })).data).toMatchObject([
      { id: again.id, amount: 400 },
    ])
    await expect(stripe.refunds.create({ payment_intent: String(id), amount: 500 }, once)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
    })
    await expect(stripe.refunds.create({ payment_intent: String(id), amount: 601 })).rejects.toMatchObject({
      code: 'amount_too_large',
    })
  })

  test('sends events again until they are taken, twice, late and out of order where told to', async () => {
    Object.assign(served.faults, { duplicate: 1, lose: 0.5, reorder: 0.5 })
    refusals = 1
    const session = await stripe.checkout.sessions.create(opening())
    await fillIn(session.url as string, '4242424242424242')
    await served.settled()
    const ids = received.map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    expect(ids.length).toBeGreaterThan(3)
    const { data } = await stripe.events.list({ types: ['checkout.session.completed'], limit: 1 })
    expect(ids).toContain(data[0]?.id)
  })

  test('transfers to connected accounts, once for each key', async () => {
    served.double.addAccount('acct_press')
    served.double.addAccount('acct_closed', { payable: false })
    const params = { amount: 700, currency: 'usd', destination: 'acct_press', transfer_group: 'g' }
    const first = await stripe.transfers.create(params, { idempotencyKey: 'payout-1' })
    const second = await stripe.transfers.create(params, { idempotencyKey: 'payout-1' })
    expect(second.id).toBe(first.id)
    expect((await stripe.transfers.list({ transfer_group: 'g' })).data).toHaveLength(1)
    await stripe.transfers.createReversal(first.id, { amount: 200 })
    expect(await stripe.transfers.retrieve(first.id)).toMatchObject({ amount_reversed: 200, reversed: false })
    const closed = { ...params, destination: 'acct_closed' }
    await expect(stripe.transfers.create(closed)).rejects.toMatchObject({
      code: 'insufficient_capabilities_for_transfer',
    })
    await expect(stripe.transfers.create({ ...params, destination: 'acct_none' })).rejects.toMatchObject({
      code: 'resource_missing',
    })
  })

  test('refuses other keys, is down when told to, and signs so that nobody else could', async () => {
    await expect(client(served, 'sk_test_other').balance.retrieve()).rejects.toMatchObject({ statusCode: 401 })
    served.double.behave({ down: true })
    await expect(stripe.balance.retrieve()).rejects.toMatchObject({ statusCode: 503 })
    served.double.behave({ down: false })
    const check = (payload: string, header: string) => Stripe.webhooks.constructEvent(payload, header, secret)
    const now = Math.floor(Date.now() / 1000)
    expect(check('{"object":"event"}', signatureHeader('{"object":"event"}', secret, now))).toEqual({ object: 'event' })
    expect(() => check('{"object":"other"}', signatureHeader('{"object":"event"}', secret, now))).toThrow(
      'No signatures found',
    )
    expect(() => check('{}', signatureHeader('{}', secret, now - 301))).toThrow('tolerance')
  })
})
