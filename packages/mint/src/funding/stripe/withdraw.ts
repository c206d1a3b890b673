// Unspent money goes back to the card that it came from, as a refund of Stripe's: capped at what was paid less what has gone
// back, and claimed by the key of the top-up's quote (NUT-20); card.ts makes it the method's way out.

import type { Stripe } from 'stripe'
import { readWithdrawal, TuppenceError, withdrawalClaim } from '@tuppence/protocol'
import { verifyQuote } from '@tuppence/protocol/crypto'
import { noteTopUp } from '../../fraud/top-ups.ts'
import type { MeltRow } from '../../ledger/port.ts'
import type { CardOrder, CardWithdrawal } from '../../office/tables/funding.ts'
import type { Parts } from '../../parts.ts'
import type { Payout, PayoutResult } from '../port.ts'
import { allRefunds, refusalOf, type Card } from './client.ts'
import { orderBy } from './orders.ts'

/** How long a refund whose answer was lost is only asked after, before its request is sent again under the same key. */
const againMs = 60_000
/** Stripe remembers a key for a day at least: later, the same request would be another refund. */
const keyMs = 23 * 3_600_000

/** Makes the way out. */
export function cardPayout(card: Card): Payout {
  return {
    minAmount: 1,
    quote: async ({ request, unit, amount, deps }) => {
      const order = await claimedOrder(deps, request)
      const claimed = readWithdrawal(request)
      if (claimed.unit !== unit) throw new TuppenceError('units-differ')
      if (amount !== undefined && amount !== claimed.amount) throw new TuppenceError('invoice-amount-mismatch')
      if (claimed.amount > (await returnable(deps.office.db, order))) throw new TuppenceError('withdrawal-too-large')
      return { amount: claimed.amount, feeReserve: 0 }
    },
    pay: (melt, deps) => pay(deps, card, melt),
    outcome: (melt, deps) => outcome(deps, card, melt),
  }
}

/** The paid order that a claim is about. @throws {TuppenceError} `quote-unknown`, `withdrawal-refused`, `funding-reversed`. */
async function claimedOrder(deps: Parts, request: string): Promise<CardOrder> {
  const claim = readWithdrawal(request)
  const quote = await deps.ledger.quote(claim.quote)
  if (quote === undefined || quote.method !== 'card') throw new TuppenceError('quote-unknown')
  if (quote.pubkey === undefined || !verifyQuote(withdrawalClaim(claim), claim.signature, quote.pubkey)) {
    throw new TuppenceError('withdrawal-refused')
  }
  const order = await orderBy(deps, 'quote', quote.id)
  if (order === undefined || order.state !== 'captured' || order.intent === null) {
    throw new TuppenceError('withdrawal-too-large')
  }
  if (order.reason !== null) throw new TuppenceError('funding-reversed')
  return order
}

/** What was paid less what has gone back, or is on its way. */
async function returnable(db: Parts['office']['db'], order: CardOrder): Promise<number> {
  const out = await db
    .selectFrom('card_withdrawals')
    .select((row) => row.fn.sum('amount').as('amount'))
    .where('order_id', '=', order.id)
    .where('state', '!=', 'failed')
    .executeTakeFirst()
  return order.captured - order.returned - Number(out?.amount ?? 0)
}

const idOf = ({ id, attempt }: Pick<MeltRow, 'id' | 'attempt'>) => `${id}/${attempt}`

/** Name of a withdrawal at Stripe: says nothing of the melt quote. */
async function nameOf(melt: Pick<MeltRow, 'id' | 'attempt'>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`withdrawal ${idOf(melt)}`))
  return `wd${Buffer.from(digest).toString('hex').slice(0, 40)}`
}

async function pay(deps: Parts, card: Card, melt: MeltRow): Promise<PayoutResult> {
  const order = await claimedOrder(deps, melt.request).catch((error: unknown) => {
    if (error instanceof TuppenceError && error.code !== 'storage-unavailable') return undefined
    throw error
  })
  const id = await nameOf(melt)
  if (order === undefined) return (await reserve(deps, { id, melt, order: undefined }), { status: 'failed' })
  const row = await reserve(deps, { id, melt, order })
  return row.state === 'sending' ? send(deps, card, row) : resultOf(row)
}

/**
 * Takes the money's place before anything is sent, within what may go back; or takes the place so that nothing ever will be
 * sent. Whoever is first decides.
 */
async function reserve(
  { office, clock }: Parts,
  { id, melt, order }: { id: string; melt: MeltRow; order: CardOrder | undefined },
): Promise<CardWithdrawal> {
  return office.db.transaction().execute(async (db) => {
    if (order !== undefined) {
      // Two withdrawals of one top-up go one after the other.
      await db.updateTable('card_orders').set({ updated_at_ms: clock.nowMs() }).where('id', '=', order.id).execute()
    }
    const fits = order !== undefined && melt.amount <= (await returnable(db, order))
    await db
      .insertInto('card_withdrawals')
      .values({
        id,
        order_id: order?.id ?? '',
        amount: melt.amount,
        state: fits ? 'sending' : 'failed',
        refund: null,
        created_at_ms: clock.nowMs(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    return db.selectFrom('card_withdrawals').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  })
}

function resultOf({ state }: CardWithdrawal): PayoutResult {
  if (state === 'paid') return { status: 'paid', feePaid: 0 }
  return { status: state === 'failed' ? 'failed' : 'unknown' }
}

/** Asks Stripe for the refund; again under the same key it is the same refund. */
async function send(deps: Parts, card: Card, row: CardWithdrawal): Promise<PayoutResult> {
  const order = await orderBy(deps, 'id', row.order_id)
  if (order?.intent === null || order === undefined) return { status: 'unknown' }
  let refund: Stripe.Refund
  try {
    refund = await card.stripe.refunds.create(
      {
        payment_intent: order.intent,
        amount: row.amount,
        reason: 'requested_by_customer',
        metadata: { order: order.id, withdrawal: row.id },
      },
      { idempotencyKey: `withdrawal-${row.id}` },
    )
  } catch (error) {
    if (refusalOf(error) === undefined) return { status: 'unknown' }
    return settle(deps, order, row, 'failed')
  }
  return concluded(deps, order, row, refund)
}

function concluded(deps: Parts, order: CardOrder, row: CardWithdrawal, refund: Stripe.Refund): Promise<PayoutResult> {
  const { id, status } = refund
  if (status === 'succeeded') return settle(deps, order, row, 'paid', id)
  if (status === 'failed' || status === 'canceled') return settle(deps, order, row, 'failed', id)
  return Promise.resolve({ status: 'unknown' })
}

async function settle(
  deps: Parts,
  order: CardOrder,
  row: CardWithdrawal,
  state: 'paid' | 'failed',
  refund: string | null = null,
): Promise<PayoutResult> {
  await deps.office.db
    .updateTable('card_withdrawals')
    .set({ state, refund })
    .where('id', '=', row.id)
    .where('state', '=', 'sending')
    .execute()
  const now = await deps.office.db
    .selectFrom('card_withdrawals')
    .selectAll()
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow()
  if (now.state === 'paid') {
    const { unit, instrument } = order
    const about = { id: row.id, unit, method: 'card', amount: row.amount, outcome: 'withdrawn' } as const
    await noteTopUp(deps, { ...about, ...(instrument === null ? {} : { instrument }) }, deps.clock.nowMs())
  }
  return resultOf(now)
}

async function outcome(deps: Parts, card: Card, melt: MeltRow): Promise<PayoutResult> {
  const id = await nameOf(melt)
  // Where nothing was begun, this takes its place: whoever was about to begin finds it, and does not.
  const row = await reserve(deps, { id, melt, order: undefined })
  if (row.state !== 'sending') return resultOf(row)
  const order = await orderBy(deps, 'id', row.order_id)
  if (order?.intent === null || order === undefined) return { status: 'unknown' }
  const refunds = await allRefunds(card, order.intent)
  const found = refunds.find(({ metadata }) => metadata?.['withdrawal'] === row.id)
  if (found !== undefined) return concluded(deps, order, row, found)
  const ageMs = deps.clock.nowMs() - row.created_at_ms
  // It was begun, and Stripe has not seen it, or not yet: the same key makes the second request the same as the first.
  return ageMs > againMs && ageMs < keyMs ? send(deps, card, row) : { status: 'unknown' }
}
