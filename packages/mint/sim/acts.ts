// What readers, Stripe, banks and strangers do in a run; run.ts chooses among it.

import { bytesToHex, encodeWithdrawal, splitAmount, withdrawalClaim } from '@tuppence/protocol'
import { publicKey, signQuote } from '@tuppence/protocol/crypto'
import type { Stripe } from 'stripe'
import { requestHash } from '../src/canonical.ts'
import { claimQuote } from '../src/claim.ts'
import { perform } from '../src/deps.ts'
import { openQuote, readQuote } from '../src/issue.ts'
import { melt, openMelt, resumeMelts } from '../src/melt.ts'
import { webhookSecret } from './place.ts'
import type { Reader, Run } from './scene.ts'

/** What may happen next, by how often it does. */
export const actions: readonly (readonly [weight: number, act: (run: Run) => Promise<void>])[] = [
  [3, ask],
  [6, pay],
  [14, deliver],
  [4, poll],
  [2, resume],
  [6, mint],
  [3, spend],
  [3, dispute],
  [2, closeDispute],
  [1, refundByHand],
  [4, withdraw],
  [2, wait],
  [2, misbehave],
  [1, forge],
  [1, lateNight],
]

const pick = <T>({ random }: Run, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]

/** A reader asks for a quote. */
export async function ask(run: Run): Promise<void> {
  if (run.readers.length >= 3) return
  const { deps } = run.process
  const key = Uint8Array.from({ length: 32 }, () => 1 + Math.floor(run.random() * 250))
  const amount = [500, 1000, 2000][Math.floor(run.random() * 3)] as number
  const pubkey = bytesToHex(publicKey(key))
  const { quote, request } = await openQuote(deps, 'card', { amount, unit: 'usd', pubkey })
  const card = run.random() < 0.12 ? '4000000000000259' : cardNumber(run)
  const session = request.split('/').at(-1) ?? ''
  run.readers.push({ quote, amount, key, session, card, coins: [], minted: 0, melts: [] })
}

function cardNumber(run: Run): string {
  const digits = `4242${Array.from({ length: 11 }, () => Math.floor(run.random() * 10)).join('')}`
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) * 2 : Number(digit)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

async function pay(run: Run): Promise<void> {
  const reader = pick(run, run.readers)
  if (reader === undefined) return
  if (run.random() < 0.2) {
    run.seen.declined++
    run.double.pay(reader.session, { card: '4000000000000002' })
    return
  }
  const delayed = run.random() < 0.1
  run.double.pay(reader.session, { card: reader.card, ...(delayed ? { delayed: true as const } : {}) })
  if (delayed) run.double.settleDelayed(reader.session, run.random() < 0.6 ? 'paid' : 'failed')
}

/** Stripe sends one of the events that wait, any of them. */
export async function deliver(run: Run): Promise<void> {
  const at = Math.floor(run.random() * run.queue.length)
  const next = run.queue[at]
  if (next === undefined) return
  if (at > 0) run.seen.reordered++
  if (next.tries === 0 && run.random() < 0.1) return lose(run, at)
  run.queue.splice(at, 1)
  const { payload, headers } = run.double.signed(next.event, webhookSecret)
  try {
    const notice = { body: Buffer.from(payload), headers: new Headers(headers) }
    await run.process.funding.notify?.(run.process.deps, notice)
  } catch (error) {
    // Stripe sends again what was not taken.
    if (next.tries < 5) run.queue.push({ ...next, tries: next.tries + 1 })
    run.seen.retried++
    throw error
  }
}

/** One of the events that wait is never delivered. */
export async function lose(run: Run, at = 0): Promise<void> {
  run.queue.splice(at, 1)
  run.seen.lost++
}

async function poll(run: Run): Promise<void> {
  const reader = pick(run, run.readers)
  if (reader !== undefined) await readQuote(run.process.deps, 'card', reader.quote)
}

async function resume(run: Run): Promise<void> {
  const { deps, funding } = run.process
  await funding.resume?.(deps)
  await resumeMelts(deps)
}

async function mint(run: Run): Promise<void> {
  const reader = pick(run, run.readers)
  if (reader === undefined) return
  const quote = await readQuote(run.process.deps, 'card', reader.quote)
  const left = quote.amountPaid - quote.amountIssued - quote.amountRevoked
  const amount = run.random() < 0.5 ? left : Math.floor(left / 2)
  if (amount > 0) await mintSome(run, reader, amount)
  // A reader who asks for more than there is.
  else if (run.random() < 0.3) await mintSome(run, reader, reader.amount)
}

/** A reader mints whatever is left of a quote. */
export async function mintAll(run: Run, reader: Reader): Promise<void> {
  const { amountPaid, amountIssued, amountRevoked } = await readQuote(run.process.deps, 'card', reader.quote)
  const left = amountPaid - amountIssued - amountRevoked
  if (left > 0) await mintSome(run, reader, left)
}

async function mintSome(run: Run, reader: Reader, amount: number): Promise<void> {
  const { deps } = run.process
  const keyset = (await deps.keyring.list()).find(({ row }) => row.active)
  if (keyset === undefined) throw new Error('sim: no keyset')
  // The curve is a toy: an output is its coin's own point, and the signature on it the coin's.
  const secrets = (splitAmount(amount, keyset.row.denominations) ?? []).map((part) => ({
    amount: part,
    secret: `s${run.seed}-${run.random()}`,
  }))
  const outputs = secrets.map((each) => ({
    amount: each.amount,
    id: keyset.row.id,
    B_: deps.curve.hashToCurve(each.secret),
  }))
  const signature = signQuote({ quote: reader.quote, outputs }, reader.key)
  const answer = await claimQuote(deps, 'card', { quote: reader.quote, outputs, signature })
  const { signatures } = JSON.parse(answer) as { signatures: { amount: number; id: string; C_: string }[] }
  for (const [index, { amount: worth, id, C_ }] of signatures.entries()) {
    reader.coins.push({ amount: worth, id, C: C_, secret: secrets[index]?.secret ?? '' })
  }
  reader.minted += amount
  run.seen.minted += amount
}

/** The reader pays a publisher: nothing that happens at Stripe's may ever stand in the way of that. */
async function spend(run: Run): Promise<void> {
  const reader = pick(run, run.readers)
  const coin = reader?.coins.at(-1)
  if (reader === undefined || coin === undefined) return
  const { deps } = run.process
  const y = deps.curve.hashToCurve(coin.secret)
  const reference = requestHash('sim', [y])
  reader.coins.pop()
  await perform(deps, {
    hash: reference,
    kind: 'deposit',
    unit: 'usd',
    answer: JSON.stringify({ account: 'press', amount: coin.amount, reference, offer: reference }),
    spends: [{ keyset: coin.id, y, amount: coin.amount }],
    deposit: { account: 'press', reference, amount: coin.amount, offer: reference },
    entries: [{ account: 'publisher:press', amount: coin.amount }],
  })
}

function capturedReader(run: Run): Reader | undefined {
  const { sessions, intents } = run.double.world
  return pick(
    run,
    run.readers.filter(({ session }) => {
      const intent = intents.get(String(sessions.get(session)?.payment_intent))
      return intent?.status === 'succeeded'
    }),
  )
}

async function dispute(run: Run): Promise<void> {
  const reader = capturedReader(run)
  if (reader === undefined || run.random() < 0.4) return
  run.double.dispute(reader.session)
  if (reader.minted === 0) run.seen.disputesBefore++
  else run.seen.disputesAfter++
}

async function closeDispute(run: Run): Promise<void> {
  const open = [...run.double.world.disputes.values()].filter(({ status }) => status === 'needs_response')
  const chosen = pick(run, open)
  if (chosen === undefined) return
  const outcome = run.random() < 0.5 ? 'won' : 'lost'
  run.double.closeDispute(chosen.id, outcome)
  if (outcome === 'won') run.seen.disputesWon++
}

async function refundByHand(run: Run): Promise<void> {
  const reader = capturedReader(run)
  if (reader === undefined) return
  run.double.refundByHand(reader.session, 1 + Math.floor(run.random() * 300))
  run.seen.byHand++
}

async function withdraw(run: Run): Promise<void> {
  const reader = pick(run, run.readers)
  if (reader === undefined || reader.coins.length === 0) return
  const { deps } = run.process
  const inputs = reader.coins.slice(0, 1 + Math.floor(run.random() * reader.coins.length))
  const amount = inputs.reduce((sum, coin) => sum + coin.amount, 0)
  const claim = { quote: reader.quote, amount, unit: 'usd' }
  const request = encodeWithdrawal({ ...claim, signature: signQuote(withdrawalClaim(claim), reader.key) })
  const opened = await openMelt(deps, 'card', { request, unit: 'usd' })
  reader.melts.push(opened.id)
  reader.coins = reader.coins.slice(inputs.length)
  run.seen.withdrawals++
  if (run.random() < 0.3) run.double.behave({ answersThenFails: 1 })
  try {
    const answer = JSON.parse(await melt(deps, 'card', { quote: opened.id, inputs })) as { state: string }
    if (answer.state === 'PENDING') run.seen.withdrawalsUnknown++
  } catch (error) {
    // Refused, or nobody answered: the coins are the reader's again if the mint says so.
    const now = run.process.gate.isDead() ? undefined : await deps.ledger.melt(opened.id)
    if (now?.state === 'UNPAID') reader.coins.push(...inputs)
    throw error
  }
}

async function wait(run: Run): Promise<void> {
  run.place.clock.nowMs += Math.floor(run.random() * 900_000)
}

/** A reader leaves the checkout open until its time is nearly over, or over. */
async function lateNight(run: Run): Promise<void> {
  const { sessions } = run.double.world
  const reader = pick(
    run,
    run.readers.filter(({ session }) => sessions.get(session)?.status === 'open'),
  )
  const expiresMs = (sessions.get(reader?.session ?? '')?.expires_at ?? 0) * 1000
  if (reader === undefined || expiresMs < run.place.clock.nowMs) return
  run.place.clock.nowMs = expiresMs - 1000
  if (run.random() < 0.7) {
    run.double.pay(reader.session, { card: reader.card })
    run.seen.late++
  }
  run.place.clock.nowMs = expiresMs + Math.floor(run.random() * 100_000)
  for (const { session } of run.readers) await run.double.fetch(sessionRequest(run, session))
}

function sessionRequest(run: Run, session: string): Request {
  const headers = { authorization: `Bearer ${run.double.world.secretKey}` }
  return new Request(`http://127.0.0.1/v1/checkout/sessions/${session}`, { headers })
}

async function misbehave(run: Run): Promise<void> {
  const dice = run.random()
  run.double.behave({ down: dice < 0.3, answersThenFails: dice > 0.6 ? 1 + Math.floor(run.random() * 2) : 0 })
}

/** Somebody else says that a card was charged. */
async function forge(run: Run): Promise<void> {
  const [event] = run.double.world.events.slice(-1)
  if (event === undefined) return
  run.seen.forged++
  const copy = { ...event, id: `${event.id}x`, type: 'payment_intent.succeeded' } as unknown as Stripe.Event
  const { payload, headers } = run.double.signed(copy, 'whsec_of_a_stranger')
  await run.process.funding.notify?.(run.process.deps, { body: Buffer.from(payload), headers: new Headers(headers) })
}
