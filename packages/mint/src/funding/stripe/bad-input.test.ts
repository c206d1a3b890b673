import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stripe } from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../config.ts'
import {
  accountsOf,
  cardQuote,
  newCard,
  quoteState,
  startCardMint,
  until,
  webhookSecret,
  type CardMint,
  type CardQuote,
} from '../../testing/card.ts'
import { fundingMethods } from '../methods.ts'
import { signatureHeader } from './double/double.ts'
import { releaseOrder } from './follow.ts'

let both: CardMint
beforeAll(async () => {
  // Nothing arrives but what a test sends.
  both = await startCardMint({}, { hooks: 'lost' })
})
afterAll(() => both.close())

const send = (payload: string, headers: Record<string, string>) =>
  both.mint.post('/v1/funding/card/webhook', payload, headers)
const sendEvent = (event: object, secret = webhookSecret) => {
  const { payload, headers } = both.stripe.double.signed(event as Stripe.Event, secret)
  return send(payload, headers)
}
const codeOf = ({ text }: { text: string }) => (JSON.parse(text) as { code: string }).code
const intentOf = ({ session }: CardQuote) => {
  const { sessions, intents } = both.stripe.double.world
  return intents.get(String(sessions.get(session)?.payment_intent)) as Stripe.PaymentIntent
}
const orderOf = async ({ id }: CardQuote) =>
  both.mint.served.deps.office.db
    .selectFrom('card_orders')
    .selectAll()
    .where('quote', '=', id)
    .executeTakeFirstOrThrow()

describe('a webhook', () => {
  test('that Stripe did not sign, or signed for somebody else or at another time, is refused and changes nothing', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    const event = both.stripe.double.world.events.at(-1) as Stripe.Event
    const before = await accountsOf(both)
    const payload = JSON.stringify(event)
    const nowS = Math.floor(Date.now() / 1000)
    const header = (atSeconds: number, text = payload) => ({
      'stripe-signature': signatureHeader(text, webhookSecret, atSeconds),
    })
    for (const [what, code, answer] of [
      ['unsigned', 'webhook-invalid', await send(payload, {})],
      ['garbage for a signature', 'webhook-invalid', await send(payload, { 'stripe-signature': 't=x,v1=' })],
      ['by another secret', 'webhook-invalid', await sendEvent(event, 'whsec_of_a_stranger')],
      ['changed after it was signed', 'webhook-invalid', await send(payload.replace('evt_', 'evt_x'), header(nowS))],
      ['replayed ten minutes later', 'webhook-stale', await send(payload, header(nowS - 600))],
      ['from the future', 'webhook-stale', await send(payload, header(nowS + 600))],
      ['of real money', 'webhook-foreign', await sendEvent({ ...event, livemode: true })],
      ['of a connected account', 'webhook-foreign', await sendEvent({ ...event, account: 'acct_other' })],
      ['no event', 'webhook-invalid', await sendEvent({ object: 'event', livemode: false })],
      ['no JSON', 'bad-request', await send('{', header(nowS, '{'))],
    ] as const) {
      expect([what, answer.status, codeOf(answer)]).toEqual([what, 400, code])
    }
    expect((await send('x'.repeat(300_000), header(nowS))).status).toBe(413)
    expect(await accountsOf(both)).toEqual(before)
    // The same one, as Stripe sends it.
    expect((await sendEvent(event)).status).toBe(200)
    expect(await accountsOf(both)).not.toEqual(before)
  })

  test('about somebody else’s payment at the same account is taken and means nothing', async () => {
    const before = await accountsOf(both)
    const stranger = { object: 'payment_intent', id: 'pi_shop', metadata: {}, status: 'succeeded', amount: 5000 }
    const event = both.stripe.double.tell('payment_intent.succeeded', stranger)
    expect((await sendEvent(event)).status).toBe(200)
    expect(await accountsOf(both)).toEqual(before)
  })

  test('goes to a method that has one only', async () => {
    expect((await both.mint.post('/v1/funding/voucher/webhook', '{}')).status).toBe(400)
  })
})

describe('a payment', () => {
  test.each([
    ['of less than was asked', { amount: 999 }],
    ['of more than was asked', { amount: 1001 }],
    ['in another currency', { currency: 'eur' }],
    ['for another order', { metadata: { order: 'top0' } }],
  ])('%s is given back, and says why', async (_, wrong) => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    Object.assign(intentOf(quote), wrong)
    const before = await accountsOf(both)
    const state = await until(
      () => quoteState(both, quote),
      ({ reason }) => reason !== undefined,
    )
    expect(state).toMatchObject({ state: 'UNPAID', reason: 'funding-mismatch' })
    expect(intentOf(quote).status).toBe('canceled')
    expect(await accountsOf(both)).toEqual(before)
  })

  test('captured in another currency is held for a person, and goes on once they have put it right', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    const intent = intentOf(quote)
    Object.assign(intent, { status: 'succeeded', amount_received: 1000, currency: 'eur' })
    const before = await accountsOf(both)
    await until(
      () => quoteState(both, quote),
      ({ reason }) => reason === 'funding-mismatch',
    )
    const order = await orderOf(quote)
    expect(order).toMatchObject({ state: 'held', note: 'The payment is in eur, asked was usd.' })
    expect(await accountsOf(both)).toEqual(before)
    intent.currency = 'usd'
    const { deps } = both.mint.served
    expect(await releaseOrder(deps, order.id, 'Stripe has put it right.')).toBe(true)
    await until(
      () => quoteState(both, quote),
      ({ state }) => state === 'PAID',
    )
    expect(await releaseOrder(deps, order.id, 'again')).toBe(false)
  })

  test('that Stripe tells of as made, and says has failed when asked, is held: neither yes nor no', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    const intent = intentOf(quote)
    const yes = both.stripe.double.tell('payment_intent.succeeded', {
      ...intent,
      status: 'succeeded',
      amount_received: 1000,
    })
    intent.status = 'canceled'
    const before = await accountsOf(both)
    expect((await sendEvent(yes)).status).toBe(200)
    expect(await quoteState(both, quote)).toMatchObject({ state: 'UNPAID', reason: 'funding-held' })
    expect(await orderOf(quote)).toMatchObject({
      state: 'held',
      note: expect.stringContaining('says failed when asked'),
    })
    expect(await accountsOf(both)).toEqual(before)
  })

  test('that fails later, as a delayed one may, is never credited', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard(), delayed: true })
    expect(await quoteState(both, quote)).toMatchObject({ state: 'UNPAID', amount_paid: 0 })
    both.stripe.double.settleDelayed(quote.session, 'failed')
    const state = await until(
      () => quoteState(both, quote),
      ({ reason }) => reason !== undefined,
    )
    expect(state).toMatchObject({ state: 'UNPAID', reason: 'card-declined' })
  })

  test('while Stripe is down is neither paid nor failed; what was asked for then is refused with nothing written', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    const event = both.stripe.double.world.events.at(-1) as Stripe.Event
    both.stripe.double.behave({ down: true })
    const before = await both.mint.served.ledger.totals()
    const told = await sendEvent(event)
    expect([told.status, codeOf(told)]).toEqual([503, 'funding-unavailable'])
    await expect(cardQuote(both)).rejects.toThrow('does not answer')
    const state = await quoteState(both, quote)
    expect([state.state, state.reason]).toEqual(['UNPAID', undefined])
    expect(await both.mint.served.ledger.totals()).toEqual(before)
    both.stripe.double.behave({ down: false })
    // Stripe sends it again.
    expect((await sendEvent(event)).status).toBe(200)
    expect(await quoteState(both, quote)).toMatchObject({ state: 'PAID' })
  })

  test('whose capture was made and not answered is captured once', async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    both.stripe.double.behave({ answersThenFails: 1 })
    await until(
      () => quoteState(both, quote),
      ({ state }) => state === 'PAID',
    )
    expect(intentOf(quote).amount_received).toBe(1000)
  })

  test('of a sum that is none, too small, too large, or without a key is not asked for', async () => {
    for (const [amount, code] of [
      [-1000, 'bad-amount'],
      [1.5, 'bad-amount'],
      [2 ** 53, 'bad-amount'],
      [499, '11006'],
      [10_001, '11006'],
    ] as const) {
      const answer = await both.mint.post('/v1/mint/quote/card', {
        amount,
        unit: 'usd',
        pubkey: `02${'ab'.repeat(32)}`,
      })
      expect([amount, answer.status, answer.text]).toEqual([amount, 400, expect.any(String)])
      expect(answer.text).toContain(code === 'bad-amount' ? 'amount' : code)
    }
    const keyless = await both.mint.post('/v1/mint/quote/card', { amount: 1000, unit: 'usd' })
    expect([keyless.status, codeOf(keyless)]).toEqual([400, 20009])
  })
})

test('a card that pays many checkouts at one moment gets no further than one after the other', async () => {
  const card = newCard()
  const quotes = []
  for (let each = 0; each < 4; each++) quotes.push(await cardQuote(both, 1000))
  for (const quote of quotes) both.stripe.double.pay(quote.session, { card })
  await Promise.all(quotes.map((quote) => quoteState(both, quote)))
  const states = await Promise.all(quotes.map((quote) => quoteState(both, quote)))
  // The rule is $20 a day.
  expect(states.filter(({ state }) => state === 'PAID').length).toBeLessThanOrEqual(2)
  expect(quotes.filter((quote) => intentOf(quote).status === 'succeeded').length).toBeLessThanOrEqual(2)
  // What was refused takes nothing of another day's room.
  const rows = both.mint.served.deps.office.db.selectFrom('fraud_top_ups').selectAll().where('outcome', '=', 'paid')
  const orders = await Promise.all(quotes.map(orderOf))
  const noted = (await rows.execute()).filter(({ id }) => orders.some((order) => id === `${order.id}/paid`))
  expect(noted.length).toBe(orders.filter(({ state }) => state === 'captured').length)
})

describe('what was never told', () => {
  const resume = () => both.mint.served.deps.funding.get('card')?.resume?.(both.mint.served.deps)
  const paid = async () => {
    const quote = await cardQuote(both)
    both.stripe.double.pay(quote.session, { card: newCard() })
    await until(
      () => quoteState(both, quote),
      ({ state }) => state === 'PAID',
    )
    return quote
  }
  test('is found below any number of later events', async () => {
    const quote = await paid()
    both.stripe.double.dispute(quote.session)
    for (let each = 0; each < 205; each++) both.stripe.double.tell('charge.dispute.updated', { id: `du_${each}` })
    for (let round = 0; round < 2; round++) await resume()
    expect(await quoteState(both, quote)).toMatchObject({ reason: 'funding-reversed' })
  })

  test('is found behind an event that cannot be dealt with', async () => {
    const [lost, quote] = [await paid(), await paid()]
    const { intents } = both.stripe.double.world
    const intent = intentOf(lost)
    intents.delete(intent.id)
    both.stripe.double.tell('charge.dispute.updated', { id: 'du_lost', payment_intent: intent.id })
    both.stripe.double.dispute(quote.session)
    for (let round = 0; round < 2; round++) await resume()
    intents.set(intent.id, intent)
    expect(await quoteState(both, quote)).toMatchObject({ reason: 'funding-reversed' })
  })
})

describe('the settings', () => {
  const card = { enabled: true, returnUrl: 'https://wallet.test/topped-up.html' }
  const given = { master: new Uint8Array(32), clock: { nowMs: () => 0 } }
  test('have no secret in the file, and none of another kind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mint-card-'))
    const file = join(folder, 'mint.json')
    const write = (more: object) => writeFileSync(file, JSON.stringify({ funding: { card: { ...card, ...more } } }))
    const load = (env: Record<string, string> = {}) => loadConfig({ file, env, cwd: folder })
    write({ secretKey: 'sk_live_abc' })
    expect(load).toThrow('secretKeyFile')
    write({ secretKeyFile: 'key.txt', webhookSecretFile: 'hook.txt' })
    writeFileSync(join(folder, 'key.txt'), 'pk_live_public\n')
    writeFileSync(join(folder, 'hook.txt'), 'whsec_abc\n')
    expect(() => fundingMethods(load(), given)).toThrow('not a secret key of Stripe')
    writeFileSync(join(folder, 'key.txt'), 'rk_test_abc\n')
    expect([...fundingMethods(load(), given).keys()]).toEqual(['card'])
    write({})
    const env = { TUPPENCE_MINT_CARD_SECRET_KEY: 'sk_test_a', TUPPENCE_MINT_CARD_WEBHOOK_SECRET: 'whsec_b' }
    expect([...fundingMethods(load(env), given).keys()]).toEqual(['card'])
    expect(() => fundingMethods(load(), given)).toThrow('funding.card.secretKeyFile: missing')
    rmSync(folder, { recursive: true, force: true })
  })

  test('never have test money beside real cards, nor Stripe over plain HTTP elsewhere', () => {
    const secrets = { secretKey: 'sk_test_a', webhookSecret: 'whsec_b' }
    const real = parseConfig({ funding: { test: { enabled: true }, card: { ...card, ...secrets } } })
    expect(() => fundingMethods(real, given)).toThrow()
    expect(() => parseConfig({ funding: { card: { ...card, apiHost: 'http://stripe.example' } } })).toThrow('apiHost')
    expect(parseConfig({}).funding).toEqual({})
  })

  test('and secrets are in no log', () => {
    const said = both.mint.log.join('\n')
    for (const secret of [webhookSecret, 'sk_test_double', 'whsec']) expect(said).not.toContain(secret)
  })
})
