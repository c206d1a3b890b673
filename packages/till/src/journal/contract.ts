/** The suite that every journal storage must pass; called by the test beside each storage. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Journal, JournalLimits, Opened, Question, Received, Refund } from './port.ts'

/** A received payment for tests; give what matters to the test. */
export function receivedPayment(change: Partial<Received> = {}): Received {
  return {
    reference: 'a'.repeat(64),
    offerId: 'salt',
    kind: 'article',
    target: '/read/salt',
    challengeId: 'challenge-1',
    price: 5,
    amount: 5,
    unit: 'usd',
    salt: '0'.repeat(32),
    deposit: '{"inputs":[]}',
    receivedAtMs: 1_000,
    ...change,
  }
}

const reader = { thumbprint: 'thumb-1', publicKey: 'key-1' }
const outcome = { receipt: 'receipt-1', atMs: 2_000 }

/** Runs the contract on a storage; `open` gives an empty journal, with its usual limits or others. */
export function journalContract(name: string, open: (limits?: JournalLimits) => Promise<Journal>): void {
  describe(`journal contract: ${name}`, () => {
    let journal: Journal
    beforeEach(async () => {
      journal = await open()
    })
    afterEach(() => journal.close())

    receiving(() => journal)
    bounding(open)
    settling(() => journal)
    entitling(() => journal)
    standing(() => journal)
    opening(() => journal)
    refunding(() => journal)
    recording(() => journal)
    closing(() => journal)
  })
}

function receiving(journal: () => Journal): void {
  test('gives back what was received, once', async () => {
    const payment = receivedPayment({ reader, digest: 'sha-256=:x:', idempotencyKey: 'k' })
    expect(await journal().receive(payment)).toEqual({ status: 'new', payment: { ...payment, stage: 'received' } })
    expect(await journal().find(payment.reference)).toEqual({ ...payment, stage: 'received' })
    expect(await journal().find('b'.repeat(64))).toBeUndefined()
  })

  test('leaves a known payment as it is, whatever comes with its reference', async () => {
    await journal().receive(receivedPayment())
    const again = await journal().receive(receivedPayment({ challengeId: 'other', offerId: 'other', deposit: 'other' }))
    expect(again).toEqual({ status: 'known', payment: { ...receivedPayment(), stage: 'received' } })
  })

  test('takes one of many concurrent receives of one reference', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => journal().receive(receivedPayment({ challengeId: `c${index}` }))),
    )
    expect(all.filter(({ status }) => status === 'new')).toHaveLength(1)
    expect(new Set(all.map((result) => 'payment' in result && result.payment.challengeId)).size).toBe(1)
  })

  test('takes an idempotency key once for a reader and offer, and not across them', async () => {
    const first = receivedPayment({ reader, idempotencyKey: 'k' })
    const other = (change: Partial<Received>) =>
      journal().receive({ ...first, reference: crypto.randomUUID(), ...change })
    await journal().receive(first)
    expect(await other({})).toEqual({ status: 'conflict', payment: { ...first, stage: 'received' } })
    expect((await other({ offerId: 'tin' })).status).toBe('new')
    expect((await other({ idempotencyKey: 'l' })).status).toBe('new')
    expect((await other({ reader: { thumbprint: 'thumb-2', publicKey: 'key-2' } })).status).toBe('new')
  })
}

function bounding(open: (limits: JournalLimits) => Promise<Journal>): void {
  test('holds no more payments without an outcome than its limit, and says so', async () => {
    const journal = await open({ openMax: 2 })
    for (const reference of ['one', 'two']) await journal.receive(receivedPayment({ reference }))
    expect(await journal.receive(receivedPayment({ reference: 'three' }))).toEqual({ status: 'full' })
    expect(await journal.find('three')).toBeUndefined()
    expect((await journal.receive(receivedPayment({ reference: 'one' }))).status).toBe('known')
    await journal.deposited('one', outcome)
    expect((await journal.receive(receivedPayment({ reference: 'three' }))).status).toBe('new')
    await journal.close()
  })
}

function settling(journal: () => Journal): void {
  test('keeps the receipt and forgets the coins when deposited', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    const { deposit: _spent, ...rest } = payment
    expect(await journal().deposited(payment.reference, outcome)).toEqual({
      ...rest,
      stage: 'deposited',
      receipt: 'receipt-1',
      depositedAtMs: 2_000,
    })
    await journal().delivered(payment.reference, 3_000)
    expect(await journal().find(payment.reference)).toEqual({
      ...rest,
      stage: 'delivered',
      receipt: 'receipt-1',
      depositedAtMs: 2_000,
    })
  })

  test('keeps the first receipt when a deposit is told twice', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    await journal().deposited(payment.reference, outcome)
    const again = await journal().deposited(payment.reference, { ...outcome, receipt: 'receipt-2' })
    expect(again.receipt).toBe('receipt-1')
  })

  test('does not deliver what is not deposited', async () => {
    await journal().receive(receivedPayment())
    await journal().delivered(receivedPayment().reference, 3_000)
    expect((await journal().find(receivedPayment().reference))?.stage).toBe('received')
  })

  test('forgets a refused payment, but never one with a receipt', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    await journal().refused(payment.reference)
    expect(await journal().find(payment.reference)).toBeUndefined()
    await journal().receive(payment)
    await journal().deposited(payment.reference, outcome)
    await journal().refused(payment.reference)
    expect((await journal().find(payment.reference))?.receipt).toBe('receipt-1')
  })

  test('lists what is unsettled, oldest first', async () => {
    const at = (reference: string, receivedAtMs: number) =>
      journal().receive(receivedPayment({ reference, receivedAtMs }))
    await at('late', 3)
    await at('early', 1)
    await at('middle', 2)
    await at('settled', 0)
    await journal().deposited('settled', outcome)
    expect((await journal().unsettled(10)).map(({ reference }) => reference)).toEqual(['early', 'middle', 'late'])
    expect((await journal().unsettled(2)).map(({ reference }) => reference)).toEqual(['early', 'middle'])
  })
}

function entitling(journal: () => Journal): void {
  test('entitles the reader who signed, to that offer only', async () => {
    const payment = receivedPayment({ reader })
    await journal().receive(payment)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
    await journal().deposited(payment.reference, outcome)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toEqual({
      reader,
      offerId: 'salt',
      via: 'paid',
      reference: payment.reference,
      receipt: 'receipt-1',
      amount: 5,
      atMs: 2_000,
    })
    expect(await journal().entitlement(reader.thumbprint, 'tin')).toBeUndefined()
    expect(await journal().entitlement('thumb-2', 'salt')).toBeUndefined()
  })

  test('entitles nobody where nobody signed, and to nothing where nothing is owned', async () => {
    await journal().receive(receivedPayment())
    await journal().deposited(receivedPayment().reference, outcome)
    const tip = receivedPayment({ reference: 'tip', offerId: 'jar', kind: 'tip', reader })
    await journal().receive(tip)
    await journal().deposited('tip', outcome)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
    expect(await journal().entitlement(reader.thumbprint, 'jar')).toBeUndefined()
  })

  test('keeps the first purchase when a reader buys twice', async () => {
    for (const reference of ['one', 'two']) {
      await journal().receive(receivedPayment({ reference, reader }))
      await journal().deposited(reference, { ...outcome, receipt: `receipt-${reference}` })
    }
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toMatchObject({
      reference: 'one',
      receipt: 'receipt-one',
    })
  })
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const day = { startMs: 0, endMs: dayMs }
const question = (change: Partial<Question> = {}): Question => ({
  thumbprint: reader.thumbprint,
  offerId: 'salt',
  nowMs: 10_000,
  day,
  cap: day,
  free: day,
  credit: day,
  ...change,
})
async function settled(journal: Journal, change: Partial<Received>): Promise<void> {
  const payment = receivedPayment({ reader, ...change })
  await journal.receive(payment)
  await journal.deposited(payment.reference, { receipt: `receipt of ${payment.reference}`, atMs: payment.receivedAtMs })
}

function standing(journal: () => Journal): void {
  test('counts what a reader spent, in the period only, and what is on its way apart', async () => {
    await settled(journal(), { reference: 'a', amount: 5 })
    await settled(journal(), { reference: 'b', offerId: 'tin', amount: 7 })
    await settled(journal(), { reference: 'tip', offerId: 'jar', kind: 'tip', amount: 100 })
    await settled(journal(), { reference: 'before', offerId: 'old', amount: 11, receivedAtMs: -1 })
    await settled(journal(), { reference: 'after', offerId: 'new', amount: 13, receivedAtMs: dayMs })
    await settled(journal(), { reference: 'other', amount: 17, reader: { thumbprint: 'thumb-2', publicKey: 'key-2' } })
    await journal().receive(receivedPayment({ reference: 'open', offerId: 'zinc', reader, amount: 19 }))
    const state = await journal().state(question())
    expect(state).toMatchObject({
      spent: 12,
      pending: 19,
      pendingOffer: false,
      credit: 12,
      creditPending: 19,
      refunding: 0,
    })
    expect(state.owned?.reference).toBe('a')
    expect((await journal().state(question({ offerId: 'zinc' }))).pendingOffer).toBe(true)
    const { cap: _cap, credit: _credit, ...noPeriods } = question()
    expect(await journal().state(noPeriods)).toMatchObject({ spent: 0, pending: 0, credit: 0 })
  })

  test('has a pass for its time, and starts its credit anew', async () => {
    await settled(journal(), { reference: 'a', amount: 5, receivedAtMs: 1_000 })
    await settled(journal(), { reference: 'p', offerId: 'pass', kind: 'pass', passMs: hourMs, receivedAtMs: 2_000 })
    await settled(journal(), { reference: 'b', offerId: 'tin', amount: 3, receivedAtMs: 3_000 })
    const state = await journal().state(question({ offerId: 'pass' }))
    expect(state.pass).toEqual({ untilMs: 2_000 + hourMs, reference: 'p', receipt: 'receipt of p' })
    expect([state.owned?.untilMs, state.credit, state.spent]).toEqual([2_000 + hourMs, 3, 8])
    const later = await journal().state(question({ offerId: 'pass', nowMs: 2_000 + hourMs }))
    expect([later.pass, later.owned]).toEqual([undefined, undefined])
    expect(await journal().entitlement(reader.thumbprint, 'pass')).toMatchObject({ untilMs: 2_000 + hourMs })
  })

  test('lets a later pass take the place of one that ends sooner', async () => {
    const pass = { offerId: 'pass', kind: 'pass' as const, passMs: hourMs }
    await settled(journal(), { ...pass, reference: 'p1', receivedAtMs: 1_000 })
    await settled(journal(), { ...pass, reference: 'p2', receivedAtMs: 5_000 })
    expect(await journal().entitlement(reader.thumbprint, 'pass')).toMatchObject({
      reference: 'p2',
      untilMs: 5_000 + hourMs,
    })
  })

  test('writes nothing that its terms refuse, and decides among many at once', async () => {
    const bids = Array.from({ length: 10 }, (_, index) => {
      const payment = receivedPayment({ reference: `r${index}`, offerId: `o${index}`, reader, amount: 4 })
      const terms = {
        question: question({ offerId: payment.offerId }),
        admit: ({ spent, pending }: { spent: number; pending: number }) =>
          spent + pending + 4 > 10 ? 'over' : undefined,
      }
      return journal().receive(payment, terms)
    })
    const statuses = (await Promise.all(bids)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([
      ...Array.from({ length: 2 }, () => 'new'),
      ...Array.from({ length: 8 }, () => 'refused'),
    ])
    expect(await journal().unsettled(20)).toHaveLength(2)
  })

  test('asks the terms after it has looked for the payment: what is known is given back', async () => {
    await settled(journal(), { reference: 'a' })
    const again = await journal().receive(receivedPayment({ reference: 'a', reader }), {
      question: question(),
      admit: () => 'no',
    })
    expect(again.status).toBe('known')
  })

  test('knows the key of a thumbprint once something is settled or given', async () => {
    expect(await journal().publicKey(reader.thumbprint)).toBeUndefined()
    await journal().receive(receivedPayment({ reader, kind: 'tip' }))
    expect(await journal().publicKey(reader.thumbprint)).toBeUndefined()
    await journal().deposited(receivedPayment().reference, outcome)
    expect(await journal().publicKey(reader.thumbprint)).toBe(reader.publicKey)
  })
}

function opening(journal: () => Journal): void {
  const opened: Opened = { reader, offerId: 'salt', via: 'grant', atMs: 5_000 }
  const freely = { question: question(), admit: () => undefined }

  test('gives an article once, and counts it', async () => {
    const first = await journal().open(opened, freely)
    expect(first).toEqual({ status: 'new', entitlement: { ...opened, amount: 0 } })
    expect((await journal().open({ ...opened, atMs: 9_000 }, freely)).status).toBe('known')
    expect(await journal().state(question())).toMatchObject({
      granted: 1,
      today: 1,
      grantedToday: 1,
      grantedToAddress: 0,
    })
    expect(await journal().publicKey(reader.thumbprint)).toBe(reader.publicKey)
  })

  test('counts by address and by day', async () => {
    const at = (offerId: string, address: string, span = day) =>
      journal().open({ ...opened, offerId }, { ...freely, question: question({ offerId, address, day: span }) })
    await at('a', 'x')
    await at('b', 'x')
    await at('c', 'y')
    await at('d', 'x', { startMs: dayMs, endMs: 2 * dayMs })
    const counts = async (address: string) => {
      const { grantedToAddress, grantedToday } = await journal().state(question({ address }))
      return [grantedToAddress, grantedToday]
    }
    expect([await counts('x'), await counts('y'), await counts('z')]).toEqual([
      [2, 3],
      [1, 3],
      [0, 3],
    ])
  })

  test('gives nothing that is refused', async () => {
    expect(await journal().open(opened, { ...freely, admit: () => 'no' })).toEqual({ status: 'refused', refusal: 'no' })
    expect(await journal().state(question())).toMatchObject({ granted: 0, today: 0, grantedToday: 0 })
  })

  test('has the receipt of what covered it', async () => {
    await settled(journal(), { reference: 'p', offerId: 'pass', kind: 'pass', passMs: hourMs })
    await journal().open({ ...opened, via: 'pass', reference: 'p' }, freely)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toEqual({
      reader,
      offerId: 'salt',
      via: 'pass',
      reference: 'p',
      receipt: 'receipt of p',
      amount: 0,
      atMs: 5_000,
    })
  })

  test('keeps the salt of a day, and forgets those before it with what was counted under them', async () => {
    expect([await journal().daySalt(day, 'one'), await journal().daySalt(day, 'two')]).toEqual(['one', 'one'])
    await journal().open(opened, { ...freely, question: question({ address: 'x' }) })
    expect(await journal().daySalt({ startMs: dayMs, endMs: 2 * dayMs }, 'three')).toBe('three')
    expect((await journal().state(question({ address: 'x' }))).grantedToAddress).toBe(0)
  })
}

function refunding(journal: () => Journal): void {
  const refund: Refund = {
    reference: 'a',
    thumbprint: reader.thumbprint,
    offerId: 'salt',
    amount: 5,
    unit: 'usd',
    request: '{"outputs":[]}',
    startedAtMs: 5_000,
  }
  const freely = { allowance: day, admit: () => undefined }
  const given = { answer: '{"refunded":1}', atMs: 6_000 }

  test('is written down once, takes the article, and lowers what was spent when it is answered', async () => {
    await settled(journal(), { reference: 'a' })
    expect(await journal().refund(refund, freely)).toEqual({ status: 'new', refund })
    expect(await journal().refund({ ...refund, request: 'other' }, freely)).toEqual({ status: 'known', refund })
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
    expect(await journal().state(question())).toMatchObject({ spent: 5, refunding: 5, credit: 0 })
    expect(await journal().unsettledRefunds(5)).toEqual([refund])
    expect(await journal().findRefund('a')).toEqual(refund)
    expect(await journal().refunded('a', given)).toEqual({ ...refund, answer: given.answer })
    expect(await journal().findRefund('a')).toEqual({ ...refund, answer: given.answer })
    expect((await journal().refunded('a', { ...given, answer: 'other' })).answer).toBe(given.answer)
    expect(await journal().state(question())).toMatchObject({ spent: 0, refunding: 0, credit: 0 })
    expect((await journal().find('a'))?.refundedAtMs).toBe(6_000)
    expect(await journal().unsettledRefunds(5)).toEqual([])
    expect(await journal().sales({ startMs: 0, endMs: dayMs })).toEqual([
      { dayMs: 0, offerId: 'salt', price: 5, asked: 0, count: 1, amount: 5, refunded: 1, refundedAmount: 5 },
    ])
  })

  test('that the mint refused gives the article back, one that was answered does not', async () => {
    await settled(journal(), { reference: 'a' })
    await journal().refund(refund, freely)
    await journal().refundRefused('a')
    expect(await journal().findRefund('a')).toBeUndefined()
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toMatchObject({ reference: 'a', via: 'paid' })
    await journal().refund(refund, freely)
    await journal().refunded('a', given)
    await journal().refundRefused('a')
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
  })

  test('is unknown for another reader, another offer, and what is not settled', async () => {
    await settled(journal(), { reference: 'a' })
    await journal().receive(receivedPayment({ reference: 'open', offerId: 'tin', reader }))
    const unknown = [
      { thumbprint: 'thumb-2' },
      { offerId: 'tin' },
      { reference: 'b' },
      { reference: 'open', offerId: 'tin' },
    ]
    for (const change of unknown)
      expect(await journal().refund({ ...refund, ...change }, freely)).toEqual({ status: 'unknown' })
  })

  test('is told what it is decided by', async () => {
    await settled(journal(), { reference: 'a' })
    await settled(journal(), { reference: 'b', offerId: 'tin' })
    const seen: unknown[] = []
    const admit = ({ count, used, payment }: { count: number; used: boolean; payment: { reference: string } }) => {
      seen.push([payment.reference, count, used])
      return seen.length === 3 ? 'no' : undefined
    }
    await journal().refund(refund, { allowance: day, admit })
    await journal().open(
      { reader, offerId: 'zinc', via: 'cap', reference: 'b', atMs: 4_000 },
      { question: question({ offerId: 'zinc' }), admit: () => undefined },
    )
    const second = { ...refund, reference: 'b', offerId: 'tin' }
    await journal().refund(second, { allowance: { startMs: dayMs, endMs: 2 * dayMs }, admit })
    expect(seen).toEqual([
      ['a', 0, false],
      ['b', 0, true],
    ])
    await settled(journal(), { reference: 'c', offerId: 'lead', receivedAtMs: 9_000 })
    expect(await journal().refund({ ...refund, reference: 'c', offerId: 'lead' }, { allowance: day, admit })).toEqual({
      status: 'refused',
      refusal: 'no',
    })
    expect(seen[2]).toEqual(['c', 2, false])
    expect(await journal().entitlement(reader.thumbprint, 'lead')).toBeDefined()
  })
}

function recording(journal: () => Journal): void {
  const claim = {
    hash: 'h1',
    thumbprint: reader.thumbprint,
    offerId: 'salt',
    site: 'https://a.example',
    expiresAtMs: 60_000,
  }

  test('gives a claim to the first who redeems it, and keeps only the last of a reader and offer', async () => {
    await journal().claim(claim)
    const all = await Promise.all([journal().redeem('h1'), journal().redeem('h1')])
    expect(all.filter(Boolean)).toEqual([claim])
    await journal().claim(claim)
    await journal().claim({ ...claim, hash: 'h2' })
    expect([await journal().redeem('h1'), (await journal().redeem('h2'))?.hash]).toEqual([undefined, 'h2'])
  })

  test('keeps an event until it is sent or given up, once', async () => {
    const event = { id: 'e1', type: 'payment.deposited', data: '{}' }
    await journal().receive(receivedPayment())
    await journal().deposited(receivedPayment().reference, { ...outcome, event })
    await journal().deposited(receivedPayment().reference, { ...outcome, event: { ...event, id: 'e2' } })
    expect(await journal().dueEvents(1_999, 5)).toEqual([])
    const due = { ...event, atMs: 2_000, attempts: 0, nextAtMs: 2_000, sentTo: [] }
    expect(await journal().dueEvents(2_000, 5)).toEqual([due])
    await journal().eventTried('e1', { nextAtMs: 9_000, sentTo: ['x'] })
    expect(await journal().dueEvents(8_999, 5)).toEqual([])
    expect(await journal().dueEvents(9_000, 5)).toMatchObject([{ id: 'e1', attempts: 1, sentTo: ['x'] }])
    await journal().eventTried('e1', { outcome: 'sent', sentTo: ['x', 'y'] })
    expect(await journal().dueEvents(99_000, 5)).toEqual([])
    expect(await journal().events(5)).toMatchObject([{ id: 'e1', attempts: 2, outcome: 'sent' }])
  })

  test('counts sales by day, offer and price', async () => {
    const sell = (reference: string, price: number, receivedAtMs: number) =>
      settled(journal(), {
        reference,
        price,
        amount: price,
        receivedAtMs,
        reader: { thumbprint: reference, publicKey: 'k' },
      })
    await sell('a', 5, 1_000)
    await sell('b', 5, 2_000)
    await sell('c', 7, 3_000)
    await sell('d', 5, dayMs)
    const sale = { offerId: 'salt', asked: 0, refunded: 0, refundedAmount: 0 }
    expect(await journal().sales({ startMs: 0, endMs: dayMs })).toEqual([
      { ...sale, dayMs: 0, price: 5, count: 2, amount: 10 },
      { ...sale, dayMs: 0, price: 7, count: 1, amount: 7 },
    ])
    expect(await journal().sales({ startMs: dayMs, endMs: 2 * dayMs })).toHaveLength(1)
  })

  test('counts how often a price was named', async () => {
    const count = { dayMs: 0, offerId: 'salt', price: 5, asked: 3 }
    await journal().asked([count, { ...count, price: 7 }])
    await journal().asked([count])
    await settled(journal(), { reference: 'a', price: 5, amount: 5 })
    const none = { offerId: 'salt', dayMs: 0, refunded: 0, refundedAmount: 0 }
    expect(await journal().sales({ startMs: 0, endMs: dayMs })).toEqual([
      { ...none, price: 5, asked: 6, count: 1, amount: 5 },
      { ...none, price: 7, asked: 3, count: 0, amount: 0 },
    ])
  })

  test('drops what nobody can come back to, and nothing else', async () => {
    const bought = async (reference: string, change: Partial<Received>) => {
      const payment = receivedPayment({ reference, receivedAtMs: 1_000, ...change })
      await journal().receive(payment)
      await journal().deposited(reference, outcome)
      await journal().delivered(reference, 3_000)
    }
    await bought('nobody', {})
    await bought('tip', { reader, kind: 'tip', offerId: 'jar' })
    await bought('owned', { reader })
    await bought('young', { receivedAtMs: 50_000 })
    await journal().receive(receivedPayment({ reference: 'open', receivedAtMs: 1_000 }))
    await journal().claim({ ...claim, expiresAtMs: 40_000 })
    expect(await journal().prune({ paymentsMs: 50_000, nowMs: 50_000 })).toBe(2)
    const left = await Promise.all(
      ['nobody', 'tip', 'owned', 'young', 'open'].map((reference) => journal().find(reference)),
    )
    expect(left.map((payment) => payment?.reference)).toEqual([undefined, undefined, 'owned', 'young', 'open'])
    expect(await journal().redeem('h1')).toBeUndefined()
    const sales = await journal().sales({ startMs: 0, endMs: dayMs })
    expect(sales.reduce((sum, { count }) => sum + count, 0)).toBe(4)
  })
}

function closing(journal: () => Journal): void {
  const day = { dayMs: 0, sales: 2, amount: 10, refunds: 1, refunded: 5, views: 9 }
  const cell = {
    measure: 'sale',
    level: 'day',
    startMs: 0,
    offerId: 'salt',
    price: 5,
    kind: 'article',
    count: 12,
    amount: 60,
  } as const
  const { price: _, ...anyPrice } = { ...cell, level: 'month', count: 20 } as const
  const whole = { startMs: 0, endMs: dayMs }

  test('lists what was settled and given back in a time, and who had bought before', async () => {
    await settled(journal(), { reference: 'a', reader, receivedAtMs: 1_000 })
    await settled(journal(), { reference: 'b', receivedAtMs: dayMs })
    await journal().receive(receivedPayment({ reference: 'open' }))
    const request = {
      thumbprint: reader.thumbprint,
      offerId: 'salt',
      amount: 5,
      unit: 'usd',
      request: '{}',
      startedAtMs: 0,
    }
    await journal().refund({ ...request, reference: 'a' }, { allowance: whole, admit: () => undefined })
    await journal().refunded('a', { answer: '{}', atMs: dayMs + 7 })
    const row = { offerId: 'salt', kind: 'article', price: 5, amount: 5 }
    const a = { ...row, reader: reader.thumbprint, receivedAtMs: 1_000, refundedAtMs: dayMs + 7 }
    expect(await journal().settledIn(whole)).toEqual([a])
    expect(await journal().settledIn({ startMs: dayMs, endMs: 2 * dayMs })).toEqual([
      { ...row, reader: reader.thumbprint, receivedAtMs: dayMs },
    ])
    expect([
      await journal().givenBackIn(whole),
      await journal().givenBackIn({ startMs: dayMs, endMs: 2 * dayMs }),
    ]).toEqual([[], [a]])
    expect([...(await journal().boughtBefore([reader.thumbprint, 'other'], 1_001))]).toEqual([reader.thumbprint])
    expect([...(await journal().boughtBefore([reader.thumbprint], 1_000))]).toEqual([])
    expect(await journal().firstDay()).toBe(0)
  })

  test('closes a day and a month once, and never changes what it told', async () => {
    expect([await journal().closed(), await journal().firstDay()]).toEqual([{}, undefined])
    await journal().closeDay(day, [cell], [])
    await journal().closeDay({ ...day, sales: 3 }, [{ ...cell, count: 13 }], [])
    await journal().closeMonth({ monthMs: 0, figures: '{}' }, [anyPrice])
    await journal().closeMonth({ monthMs: 0, figures: '{"late":1}' }, [])
    expect(await journal().closed()).toEqual({ dayMs: 0, monthMs: 0 })
    expect(await journal().closedDays(whole)).toEqual([day])
    expect(await journal().closedMonths(whole)).toEqual([{ monthMs: 0, figures: '{}' }])
    expect(await journal().told(whole)).toEqual([cell, anyPrice])
    expect(await journal().told({ startMs: 1, endMs: dayMs })).toEqual([])
  })

  test('counts views and sales by block of an experiment, and keeps its last release', async () => {
    const block = { experiment: 'x', blockMs: 3_600_000, hours: 1 }
    const count = { dayMs: 0, offerId: 'salt', price: 5, asked: 3, block }
    await journal().asked([count, { ...count, price: 7 }])
    await journal().asked([count])
    const made = { ...block, offerId: 'salt', price: 5, views: 6, sales: 2, amount: 10 }
    await journal().closeDay(day, [], [made])
    await journal().closeDay(day, [], [made])
    const other = { ...made, price: 7, views: 3, sales: 0, amount: 0 }
    expect(await journal().blocksIn(whole)).toEqual([made, other])
    expect(await journal().blocksIn({ startMs: 7_199_999, endMs: dayMs })).toHaveLength(2)
    expect(await journal().blocksIn({ startMs: 7_200_000, endMs: dayMs })).toEqual([])
    const release = { experiment: 'x', untilMs: 1, figures: '{}', counts: '{}' }
    await journal().release(release)
    await journal().release({ ...release, untilMs: 2 })
    expect(await journal().releases()).toEqual([{ ...release, untilMs: 2 }])
  })
}
