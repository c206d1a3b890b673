// What happens to a payment after it was captured: Stripe's fee, disputes, refunds by hand. Each movement of Stripe's is booked
// once, by its own name, and the loss is the operator's: coins are never touched; follow.ts calls it.

import type { Stripe } from 'stripe'
import { isTuppenceError } from '@tuppence/protocol'
import { requestHash } from '../../canonical.ts'
import { perform } from '../../deps.ts'
import type { OperationKind, QuoteChange } from '../../ledger/port.ts'
import type { CardOrder } from '../../office/tables/funding.ts'
import type { Parts } from '../../parts.ts'
import { allRefunds, type Card } from './client.ts'
import { changeOrder } from './orders.ts'

/** How soon is looked again for a fee that Stripe has not worked out yet. */
const feeSoonMs = 60_000

/** Books what Stripe took for itself, and what it took back or gave again, as far as it is not booked. */
export async function bookAfter(
  deps: Parts,
  card: Card,
  order: CardOrder,
  intent: Stripe.PaymentIntent,
): Promise<void> {
  const charge = intent.latest_charge
  if (charge === null || typeof charge === 'string') return
  const hasFee = await bookFee(deps, order, charge.balance_transaction)
  if (charge.disputed) await bookDisputes(deps, card, order, intent.id)
  // A refund that failed is no longer in the charge's sum, and is to be booked back all the same.
  if (charge.amount_refunded > 0 || order.returned > 0 || (await hasWithdrawals(deps, order)))
    await bookRefunds(deps, card, order, intent.id)
  await changeOrder(deps, order, { due_at_ms: hasFee ? null : deps.clock.nowMs() + feeSoonMs, address: null })
}

async function hasWithdrawals({ office }: Parts, { id }: CardOrder): Promise<boolean> {
  const rows = office.db.selectFrom('card_withdrawals').select('id').where('order_id', '=', id)
  return (await rows.where('state', '=', 'paid').executeTakeFirst()) !== undefined
}

async function bookFee(
  deps: Parts,
  { unit }: CardOrder,
  transaction: Stripe.Charge['balance_transaction'],
): Promise<boolean> {
  if (transaction === null || typeof transaction === 'string') return false
  const { id, fee, currency } = transaction
  // Settled in another currency: what it cost is in Stripe's own papers.
  if (currency !== unit || fee <= 0) return true
  await perform(deps, {
    hash: requestHash('processor-fee', ['card', id]),
    kind: 'processor-fee',
    unit,
    answer: '',
    entries: [
      { account: 'paid-out:card', amount: fee },
      { account: 'fees:processor', amount: -fee },
    ],
  })
  return true
}

async function bookDisputes(deps: Parts, card: Card, order: CardOrder, intent: string): Promise<void> {
  const disputes = await card.stripe.disputes.list({ payment_intent: intent, limit: 100 })
  let takenBack = 0
  // In the order in which they happened: what is won is given back after it was taken.
  for (const dispute of disputes.data.toReversed()) {
    const group = new Set<string>()
    for (const { id, net, amount, currency } of dispute.balance_transactions.toSorted((a, b) => a.net - b.net)) {
      if (currency !== order.unit) {
        await changeOrder(deps, order, { note: `A dispute is settled in ${currency}: book it by hand.` })
        continue
      }
      takenBack -= net
      const kinds = ['dispute', 'dispute-won'] as const
      await bookMovement(deps, order, { name: id, group, kinds, account: 'losses:disputes', net, amount })
      group.add(id)
    }
  }
  // Whether some of it is still with the payer, apart from the fee for the dispute.
  const isOpen = disputes.data.some(({ status }) => status !== 'won' && status !== 'warning_closed')
  const reason = takenBack > 0 && isOpen ? 'funding-reversed' : null
  if (order.reason !== reason) await changeOrder(deps, order, { reason })
}

async function bookRefunds(deps: Parts, card: Card, order: CardOrder, intent: string): Promise<void> {
  const refunds = await allRefunds(card, intent)
  let returned = 0
  for (const { id, amount, status, metadata } of refunds.toReversed()) {
    const isOver = status === 'failed' || status === 'canceled'
    // A withdrawal is booked by its melt; one that failed after it was told to be done is owed to somebody unknown.
    if (metadata?.['withdrawal'] !== undefined) {
      if (isOver) await bookLost(deps, order, { id, amount, withdrawal: metadata['withdrawal'] })
      continue
    }
    const kinds = ['returned', 'return-failed'] as const
    const about = { group: new Set([id]), kinds, account: 'losses:refunds' }
    const book = (net: number, name: string) => bookMovement(deps, order, { ...about, name, net, amount: net })
    await book(-amount, id)
    if (isOver) await book(amount, `${id} failed`)
    else returned += amount
  }
  if (returned !== order.returned) await changeOrder(deps, order, { returned })
}

/** A withdrawal that the bank sent back after it was settled: the money is here again, and the coins are gone. */
async function bookLost(
  deps: Parts,
  { unit }: CardOrder,
  { id, amount, withdrawal }: { id: string; amount: number; withdrawal: string },
): Promise<void> {
  const row = await deps.office.db
    .selectFrom('card_withdrawals')
    .select('state')
    .where('id', '=', withdrawal)
    .executeTakeFirst()
  if (row?.state !== 'paid') return
  deps.log('error', 'withdrawal-came-back', { unit, amount: String(amount) })
  await perform(deps, {
    hash: requestHash('withdrawal-failed', ['card', id]),
    kind: 'return-failed',
    unit,
    answer: '',
    entries: [
      { account: 'paid-out:card', amount: -amount },
      { account: 'unclaimed', amount },
    ],
  })
}

const triesMax = 10

/**
 * Books that Stripe took something back (`net` below zero) or gave it again. What was not minted yet is taken from the quote,
 * as far as it is the payer's (`amount`, which is `net` without Stripe's fee); the rest is the operator's loss. What comes again
 * goes to the quote first, as far as its own dispute or refund (`group`: names of its other movements) took it from there.
 */
async function bookMovement(
  deps: Parts,
  order: CardOrder,
  moved: {
    readonly name: string
    readonly group: ReadonlySet<string>
    readonly kinds: readonly [out: OperationKind, back: OperationKind]
    readonly account: string
    readonly net: number
    readonly amount: number
  },
): Promise<void> {
  const { name, group, kinds, account, net, amount } = moved
  if (net === 0) return
  const hashOf = (movement: string) => requestHash(kinds[0], ['card', movement])
  const hash = hashOf(name)
  // The answer of each movement is what it took from the quote.
  const answers = net < 0 ? [] : await Promise.all([...group].map((other) => deps.ledger.answer(hashOf(other))))
  const taken = answers.reduce((sum, answer) => sum + Number(answer ?? 0), 0)
  for (let tries = 1; (await deps.ledger.answer(hash)) === undefined; tries++) {
    const quote = await deps.ledger.quote(order.quote)
    if (quote === undefined) throw new Error('funding: a credited quote is gone')
    const { amountPaid, amountIssued, amountRevoked } = quote
    const left = amountPaid - amountIssued - amountRevoked
    const fromQuote = Math.max(0, net < 0 ? Math.min(-net, -amount, left) : Math.min(net, taken, amountRevoked))
    const toQuote = net < 0 ? -fromQuote : fromQuote
    const change: QuoteChange = { type: net < 0 ? 'revoke' : 'restore', id: quote.id, amount: fromQuote }
    try {
      await perform(deps, {
        hash,
        kind: net < 0 ? kinds[0] : kinds[1],
        unit: order.unit,
        answer: String(-toQuote),
        ...(fromQuote === 0 ? {} : { quotes: [change] }),
        entries: [
          { account: 'paid-out:card', amount: -net },
          { account, amount: net - toQuote },
          ...(toQuote === 0 ? [] : [{ account: 'unminted', amount: toQuote }]),
        ].filter((entry) => entry.amount !== 0),
      })
      return
    } catch (error) {
      // The reader was minting meanwhile: what is left of the quote is less now.
      if (!isTuppenceError(error, 'quote-amount-mismatch') || tries === triesMax) throw error
    }
  }
}
