import { encodeWithdrawal, withdrawalClaim } from '@tuppence/protocol'
import { signQuote } from '@tuppence/protocol/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountsOf,
  cardQuote,
  mintCard,
  newCard,
  quoteState,
  startCardMint,
  until,
  type CardMint,
  type CardQuote,
} from '../../testing/card.ts'
import { activeKeyset, draft, split } from '../../testing/mint.ts'

let both: CardMint
beforeAll(async () => {
  both = await startCardMint()
})
afterAll(() => both.close())

/** A quote that was paid by a card, and of which so much was minted. */
async function paidQuote(amount: number, { minted = 0, card = newCard() }: { minted?: number; card?: string } = {}) {
  const quote = await cardQuote(both, amount)
  both.stripe.double.pay(quote.session, { card })
  await until(
    () => quoteState(both, quote),
    ({ state }) => state === 'PAID',
  )
  const coins = minted === 0 ? [] : (await mintCard(both, quote, minted)).coins
  await both.stripe.settled()
  return { quote, coins }
}

/** What accounts moved by while something was done. */
async function moved(work: () => Promise<void>): Promise<Record<string, number>> {
  const before = await accountsOf(both)
  await work()
  await both.stripe.settled()
  const after = await accountsOf(both)
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changes = [...names].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const)
  expect(changes.reduce((sum, [, change]) => sum + change, 0)).toBe(0)
  return Object.fromEntries(changes.filter(([, change]) => change !== 0))
}

/** The reader asks for money back to the card. */
async function withdraw(quote: CardQuote, coins: readonly unknown[], amount: number, key = quote.key) {
  const claim = { quote: quote.id, amount, unit: 'usd' }
  const request = encodeWithdrawal({ ...claim, signature: signQuote(withdrawalClaim(claim), key) })
  const opened = await both.mint.post('/v1/melt/quote/card', { request, unit: 'usd' })
  if (opened.status !== 200) return opened
  const { quote: melt } = JSON.parse(opened.text) as { quote: string }
  const answer = await both.mint.post('/v1/melt/card', { quote: melt, inputs: coins })
  return { ...answer, melt }
}
const codeOf = ({ text }: { text: string }) =>
  JSON.parse(text) as { tuppence?: string; detail?: string; code?: unknown }

describe('after a card was charged', () => {
  test('what Stripe keeps is a cost of the operator’s', async () => {
    expect(await moved(async () => void (await paidQuote(1000)))).toEqual({
      'paid-in:card': -1000,
      unminted: 1000,
      'paid-out:card': 59,
      'fees:processor': -59,
    })
  })

  test('a dispute before anything was minted takes the quote back, and costs its fee; one that is won gives it again', async () => {
    const { quote } = await paidQuote(2000)
    let dispute = ''
    const lost = await moved(async () => {
      dispute = both.stripe.double.dispute(quote.session)
    })
    expect(lost).toEqual({ 'paid-out:card': 3500, unminted: -2000, 'losses:disputes': -1500 })
    expect(await quoteState(both, quote)).toMatchObject({ state: 'UNPAID', amount_paid: 0, reason: 'funding-reversed' })
    expect((await mintCard(both, quote)).answer.text).toContain('taken back')
    const won = await moved(async () => both.stripe.double.closeDispute(dispute, 'won'))
    expect(won).toEqual({ 'paid-out:card': -2000, unminted: 2000 })
    expect(await quoteState(both, quote)).toMatchObject({ state: 'PAID', amount_paid: 2000 })
    expect((await mintCard(both, quote)).answer.status).toBe(200)
  })

  test('a dispute that is won does not give back what a refund by hand took from the quote', async () => {
    const { quote } = await paidQuote(1000, { minted: 600 })
    both.stripe.double.refundByHand(quote.session, 400)
    await both.stripe.settled()
    const dispute = both.stripe.double.dispute(quote.session)
    await both.stripe.settled()
    const won = await moved(async () => both.stripe.double.closeDispute(dispute, 'won'))
    expect(won).toEqual({ 'paid-out:card': -600, 'losses:disputes': 600 })
    expect((await mintCard(both, quote, 400)).answer.status).not.toBe(200)
  })

  test('a dispute of a part, and its fee, leave the rest of the quote to the reader', async () => {
    const { quote } = await paidQuote(1000)
    const lost = await moved(async () => void both.stripe.double.dispute(quote.session, 400))
    expect(lost).toEqual({ 'paid-out:card': 1900, unminted: -400, 'losses:disputes': -1500 })
    expect((await mintCard(both, quote, 600)).answer.status).toBe(200)
  })

  test('a refund by hand that the bank sends back is booked back, whatever the charge says of it', async () => {
    const { quote } = await paidQuote(1000)
    both.stripe.double.refundByHand(quote.session, 400)
    await both.stripe.settled()
    const { world } = both.stripe.double
    const refund = [...world.refunds.values()].at(-1)
    const charge = world.charges.get(String(refund?.charge))
    if (refund === undefined || charge === undefined) throw new Error('no refund')
    const back = await moved(async () => {
      refund.status = 'failed'
      charge.amount_refunded = 0
      both.stripe.double.tell('refund.failed', refund)
    })
    expect(back).toEqual({ 'paid-out:card': -400, unminted: 400 })
    expect((await mintCard(both, quote)).answer.status).toBe(200)
  })

  test('a dispute after minting is the operator’s loss, and no coin is touched', async () => {
    const { quote, coins } = await paidQuote(1000, { minted: 600 })
    const lost = await moved(async () => void both.stripe.double.dispute(quote.session))
    expect(lost).toEqual({ 'paid-out:card': 2500, unminted: -400, 'losses:disputes': -2100 })
    expect((await withdraw(quote, coins, 600)).text).toContain('taken back')
    const made = draft(await activeKeyset(both.mint), split(600))
    expect((await both.mint.post('/v1/swap', { inputs: coins, outputs: made.outputs })).status).toBe(200)
  })

  test('a refund by hand is a loss, and however often it is told of, it is booked once', async () => {
    const { quote } = await paidQuote(1000, { minted: 1000 })
    const returned = await moved(async () => both.stripe.double.refundByHand(quote.session, 300))
    expect(returned).toEqual({ 'paid-out:card': 300, 'losses:refunds': -300 })
    // The same again, by every event there was.
    const again = await moved(async () => {
      for (const event of both.stripe.double.world.events) {
        const { payload, headers } = both.stripe.double.signed(event, 'whsec_for_tests')
        expect((await both.mint.post('/v1/funding/card/webhook', payload, headers)).status).toBe(200)
      }
    })
    expect(again).toEqual({})
  })
})

describe('withdrawal to the card', () => {
  test('gives back what was not spent, no more than was paid, to whoever has the key of the top-up', async () => {
    const { quote, coins } = await paidQuote(1000, { minted: 1000 })
    const stranger = Uint8Array.from(quote.key)
    stranger[31] = (stranger[31] ?? 0) ^ 1
    expect(codeOf(await withdraw(quote, coins, 1000, stranger))).toMatchObject({
      detail: expect.stringContaining('key'),
    })
    expect((await withdraw(quote, coins, 1001)).text).toContain('More than was paid')
    const back = await moved(async () => {
      const answer = await withdraw(quote, coins, 1000)
      expect(JSON.parse(answer.text)).toMatchObject({ state: 'PAID', amount: 1000 })
    })
    expect(back).toEqual({ outstanding: -1000, 'paid-out:card': 1000 })
    expect((await withdraw(quote, [], 1)).text).toContain('More than was paid')
    const [refund] = [...both.stripe.double.world.refunds.values()].slice(-1)
    expect(refund).toMatchObject({ amount: 1000, status: 'succeeded' })
    expect(JSON.stringify(refund)).not.toContain(quote.id)
  })

  test('is unknown, and never failed, while Stripe’s answer is lost; and is made once', async () => {
    const { quote, coins } = await paidQuote(1000, { minted: 1000 })
    both.stripe.double.behave({ answersThenFails: 1 })
    const pending = (await withdraw(quote, coins, 1000)) as { text: string; melt: string }
    expect(JSON.parse(pending.text)).toMatchObject({ state: 'PENDING' })
    const states = await both.mint.get(`/v1/melt/quote/card/${pending.melt}`)
    expect(JSON.parse(states.text)).toMatchObject({ state: 'PAID' })
    const { id } = quote
    expect([...both.stripe.double.world.refunds.values()].filter(({ amount }) => amount === 1000).length, id).toBe(2)
  })

  test('gives the coins back when Stripe says no for certain', async () => {
    const { quote, coins } = await paidQuote(700, { minted: 700 })
    // Stripe knows of a refund by hand that the mint has not been told of.
    both.stripe.double.world.onEvent = () => {}
    const refused = await moved(async () => {
      both.stripe.double.refundByHand(quote.session, 700)
      expect((await withdraw(quote, coins, 700)).text).toContain('failed')
    })
    expect(refused).toEqual({})
    both.stripe.tellTo({ url: `${both.mint.url}/v1/funding/card/webhook`, secret: 'whsec_for_tests' })
    // What nobody told is found by asking, and the coins are still good.
    const { deps } = both.mint.served
    const found = await moved(async () => void (await deps.funding.get('card')?.resume?.(deps)))
    expect(found).toEqual({ 'paid-out:card': 700, 'losses:refunds': -700 })
    const made = draft(await activeKeyset(both.mint), split(700))
    expect((await both.mint.post('/v1/swap', { inputs: coins, outputs: made.outputs })).status).toBe(200)
  })
})
