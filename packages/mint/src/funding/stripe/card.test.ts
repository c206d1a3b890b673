import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountsOf,
  cardQuote,
  cards,
  mintCard,
  quoteState,
  startCardMint,
  until,
  type CardMint,
} from '../../testing/card.ts'

/** Pays on the checkout page, as a reader's browser does. */
async function payOnPage(url: string, number: string): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams({ number, action: 'pay' }), redirect: 'manual' })
}

describe('a card top-up', () => {
  let both: CardMint
  beforeAll(async () => {
    both = await startCardMint()
  })
  afterAll(() => both.close())

  test('goes from the quote over the checkout page and the webhook to coins', async () => {
    const quote = await cardQuote(both)
    expect(quote.request).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/c\/pay\/cs_test_\w+$/)
    // Neither the page's address nor what Stripe keeps says which quote it is.
    expect(JSON.stringify([quote.request, ...both.stripe.double.world.sessions.values()])).not.toContain(quote.id)
    expect(await quoteState(both, quote)).toMatchObject({ state: 'UNPAID', amount_paid: 0 })
    const paid = await payOnPage(quote.request, cards.good)
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://wallet.test/topped-up.html'])
    await both.stripe.settled()
    expect(await quoteState(both, quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
    const { coins } = await mintCard(both, quote)
    expect(coins.reduce((sum, { amount }) => sum + amount, 0)).toBe(1000)
    expect((await mintCard(both, quote)).answer.status).toBe(400)
    expect(await accountsOf(both)).toMatchObject({ 'paid-in:card': -1000, outstanding: 1000 })
  })
})

test('a webhook that never comes is made good by asking', async () => {
  const both = await startCardMint({}, { hooks: 'lost' })
  const quote = await cardQuote(both)
  await payOnPage(quote.request, cards.declined)
  await payOnPage(quote.request, cards.good)
  await until(
    () => quoteState(both, quote),
    ({ state }) => state === 'PAID',
  )
  await both.close()
})
